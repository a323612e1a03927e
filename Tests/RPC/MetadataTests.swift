import PurSightRPC
import Testing

@Suite struct MetadataTests {
  @Test func keepsValuesOfOneNameInOrder() {
    var metadata = Metadata()
    metadata.add("Tag", "a")
    metadata.add("other", "x")
    metadata.add("tag", "b")
    #expect(metadata.all("tag") == ["a", "b"])
    #expect(metadata["tag"] == "a")
    #expect(metadata.entries.map(\.name) == ["tag", "other", "tag"])
  }

  @Test func keepsTextAndBytesApart() {
    var metadata = Metadata()
    metadata.add("trace-bin", bytes: [0, 255])
    #expect(metadata.bytes("trace-bin") == [0, 255])
    #expect(metadata["trace-bin"] == nil)
    #expect(metadata.all("trace-bin").isEmpty)
  }

  @Test func replacesEveryValueOfAName() {
    var metadata = Metadata()
    metadata.add("tag", "a")
    metadata.add("tag", "b")
    metadata.set("TAG", "c")
    #expect(metadata.all("tag") == ["c"])
    metadata.remove("Tag")
    #expect(metadata.isEmpty)
  }

  @Test func appendsBehindWhatIsThere() {
    var left = Metadata()
    left.add("tag", "a")
    var right = Metadata()
    right.add("tag", "b")
    left.append(contentsOf: right)
    #expect(left.all("tag") == ["a", "b"])
  }
}

@Suite struct RPCCodeTests {
  /// Source: grpc/grpc, doc/statuscodes.md.
  @Test func hasTheNamesOfTheTable() {
    #expect(RPCCode.ok.name == "OK")
    #expect(RPCCode.failedPrecondition.rawValue == 9)
    #expect(RPCCode(rawValue: 9).name == "FAILED_PRECONDITION")
    #expect(RPCCode(rawValue: 16) == .unauthenticated)
  }

  @Test(arguments: [-1, 17, Int32.max, Int32.min])
  func keepsANumberThatIsNotInTheTable(number: Int32) {
    #expect(RPCCode(rawValue: number).rawValue == number)
    #expect(RPCCode(rawValue: number).name == "CODE_\(number)")
  }
}

@Suite struct DeadlineTests {
  @Test func hasPassedWhenNothingIsLeft() {
    let past = Deadline.after(.seconds(-1))
    let future = Deadline.after(.seconds(3600))
    #expect(past.hasPassed)
    #expect(past.remaining < .zero)
    #expect(!future.hasPassed)
    #expect(future.remaining > .seconds(3500))
    #expect(past < future)
  }
}
