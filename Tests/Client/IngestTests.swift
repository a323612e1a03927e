import PurSightAPI
import PurSightClient
import PurSightRPC
import Synchronization
import Testing

/// Files on their way to a server that breaks off.
@Suite struct IngestTests {
  private func csv(_ rows: Range<Int>, _ change: (Int) -> String? = { _ in nil }) -> String {
    var text = "id,name,delay\n"
    for row in rows {
      text += (change(row) ?? "\(row),n\(row % 7),\(row % 3 == 0 ? "NA" : "1.5")") + "\n"
    }
    return text
  }

  private func withServer<Result>(
    _ fake: FakeIngestion, _ body: (PurSight) async throws -> Result
  ) async throws -> Result {
    let server = try await FakeServer(fake)
    var options = ConnectOptions()
    options.address = "127.0.0.1:\(server.port)"
    options.plaintext = true
    options.configurationFile = "/nonexistent/config.json"
    let pursight = try await PurSight.connect(options)
    do {
      let result = try await body(pursight)
      await pursight.close()
      await server.kill()
      return result
    } catch {
      await pursight.close()
      await server.kill()
      throw error
    }
  }

  private var small: IngestOptions {
    var options = IngestOptions()
    options.id = "load-1"
    options.batchRows = 100
    return options
  }

  @Test func `a CSV file arrives with inferred columns, the dataset is made`() async throws {
    let fake = FakeIngestion()
    let file = try TemporaryFile("numbers.csv", csv(0..<1234))
    let offsets = Mutex<[Int64]>([])
    let report = try await withServer(fake) { pursight in
      try await pursight.dataset("nycflights13/numbers").ingest(file: file.path, small) {
        progress in
        offsets.withLock { $0.append(progress.committedOffset) }
      }
    }
    #expect(fake[\.dataset]?.fqn == "nycflights13/numbers")
    #expect(fake[\.values] == Array(0..<1234))
    #expect(fake[\.opened].first?.sourceURI == file.path)
    #expect(report.rows == 1234)
    #expect(report.columns.map(\.typeName) == ["int64", "string", "double"])
    #expect(report.columns.map(\.hasNulls) == [false, false, true])
    #expect(report.bytes == Int64(csv(0..<1234).utf8.count))
    #expect(offsets.withLock { $0 } == (1...12).map { $0 * 100 } + [1234])
  }

  @Test func `rows that do not parse keep their offset and line`() async throws {
    let fake = FakeIngestion()
    let text = csv(0..<250) { row in
      switch row {
      case 120: "120,only two"
      case 203: "no number,n,1.5"
      default: nil
      }
    }
    let file = try TemporaryFile("bad.csv", text)
    var options = small
    // Types from the head alone: with all rows in the sample, `id` would be text.
    options.types = ["id": .int64]
    let wanted = options
    let report = try await withServer(fake) { pursight in
      try await pursight.dataset("d1").ingest(file: file.path, wanted)
    }
    let unparsed = fake[\.unparsed]
    #expect(unparsed.map(\.offset) == [120, 203])
    // Line 1 is the header.
    #expect(unparsed.map(\.line) == [122, 205])
    #expect(unparsed.map(\.reason) == ["RAGGED_ROW", "WRONG_TYPE"])
    #expect(
      unparsed.map { String(decoding: $0.raw, as: UTF8.self) } == [
        "120,only two", "no number,n,1.5",
      ])
    #expect(report.rows == 250)
    #expect(fake[\.values] == Array((0..<250).filter { $0 != 120 && $0 != 203 }))
  }

  /// Loads until the append of this number breaks off for good.
  @discardableResult private func interrupt(
    _ fake: FakeIngestion, _ file: TemporaryFile, at index: Int, _ options: IngestOptions
  ) async throws -> PurSightError? {
    try await interrupt(fake, file, options) { number, _ in number >= index }
  }

  /// Loads until an append for which `isOver` says so breaks off.
  @discardableResult private func interrupt(
    _ fake: FakeIngestion, _ file: TemporaryFile, _ options: IngestOptions,
    when isOver: @escaping @Sendable (Int, Int64) -> Bool
  ) async throws -> PurSightError? {
    fake[\.fates] = { number, offset in isOver(number, offset) ? .breakOff : .store }
    var impatient = options
    impatient.retryFor = .zero
    let wanted = impatient
    let error = await #expect(throws: PurSightError.self) {
      try await withServer(fake) { pursight in
        _ = try await pursight.dataset("d1").ingest(file: file.path, wanted)
      }
    }
    fake[\.fates] = { _, _ in .store }
    return error
  }

  @Test(arguments: ["numbers.csv", "numbers.jsonl"])
  func `another program resumes a load with what was kept on the server`(name: String) async throws
  {
    let fake = FakeIngestion()
    let text =
      name.hasSuffix("csv")
      ? csv(0..<1000) : (0..<1000).map { "{\"id\": \($0), \"x\": \($0 % 5)}\n" }.joined()
    let file = try TemporaryFile(name, text)
    let error = try await interrupt(fake, file, at: 4, small)
    #expect(error?.reason == "LOAD_INTERRUPTED")
    #expect(fake[\.values] == Array(0..<400))
    let report = try await withServer(fake) { pursight in
      let open = try await pursight.loads.find()
      return try await pursight.resumeIngest(open)
    }
    #expect(fake[\.values] == Array(0..<1000))
    #expect(report.rows == 1000)
    #expect(report.rowsSent == 600)
  }

  @Test func `a load that stopped between the parts of a batch goes on there`() async throws {
    let fake = FakeIngestion()
    fake[\.limits].maxBatchRows = 30
    let text = csv(0..<1000) { $0 == 555 ? "555,only two" : nil }
    let file = try TemporaryFile("numbers.csv", text)
    // 100 rows go at once until the limits are known, afterwards 30, 30, 30 and 10.
    try await interrupt(fake, file, small) { _, offset in
      offset >= 430 && !offset.isMultiple(of: 100)
    }
    #expect(!fake[\.stream].nextOffset.isMultiple(of: 100))
    let report = try await withServer(fake) { pursight in
      try await pursight.resumeIngest(try await pursight.loads.find())
    }
    #expect(report.rows == 1000)
    #expect(fake[\.values] == (0..<1000).filter { $0 != 555 })
    #expect(fake[\.unparsed].map(\.offset) == [555])
  }

  @Test func `the same command again goes on where it was`() async throws {
    let fake = FakeIngestion()
    // Read as local time here; the dataset keeps points in time in UTC.
    let text = "id,at\n" + (0..<500).map { "\($0),2013-01-01 05:00:00\n" }.joined()
    let file = try TemporaryFile("times.csv", text)
    try await interrupt(fake, file, at: 2, small)
    fake[\.dataset]?.columns = [
      Column(name: "id", type: .int64), Column(name: "at", type: .timestamp),
    ]
    let report = try await withServer(fake) { pursight in
      try await pursight.dataset("d1").ingest(file: file.path, small)
    }
    #expect(report.rows == 500)
    #expect(fake[\.values] == Array(0..<500))
  }

  @Test(arguments: [
    ("1,n1,1.5\n", "1,n1,2.5\n", "is not what was sent"),
    ("id,name,delay\n", "id,name,later\n", "is not what was sent"),
  ])
  func `a file that has changed is refused`(
    old: String, new: String, sentence: String
  ) async throws {
    let fake = FakeIngestion()
    let text = csv(0..<1000)
    let file = try TemporaryFile("numbers.csv", text)
    try await interrupt(fake, file, at: 4, small)
    let range = try #require(text.firstRange(of: old))
    var changed = text
    changed.replaceSubrange(range, with: new)
    try file.write(changed)
    let error = await #expect(throws: PurSightError.self) {
      try await withServer(fake) { pursight in
        _ = try await pursight.resumeIngest(try await pursight.loads.find())
      }
    }
    #expect(error?.code == .failedPrecondition)
    #expect(error?.reason == "FILE_CHANGED")
    #expect(error?.message.contains(sentence) == true)
    #expect(fake[\.values] == Array(0..<400))
  }

  @Test func `a file that became shorter is refused`() async throws {
    let fake = FakeIngestion()
    let file = try TemporaryFile("numbers.csv", csv(0..<1000))
    try await interrupt(fake, file, at: 4, small)
    try file.write(csv(0..<100))
    let error = await #expect(throws: PurSightError.self) {
      try await withServer(fake) { pursight in
        _ = try await pursight.resumeIngest(try await pursight.loads.find())
      }
    }
    #expect(error?.reason == "FILE_CHANGED")
  }

  @Test func `what cannot be read as rows is said with its line before anything is made`()
    async throws
  {
    let fake = FakeIngestion()
    let cases = [
      ("", "FILE_EMPTY"), ("id,name\n", "FILE_NO_ROWS"),
      ("id,name\n1,\"never closed\n", "FILE_UNCLOSED_QUOTE"),
    ]
    for (text, reason) in cases {
      let file = try TemporaryFile("bad.csv", text)
      let error = await #expect(throws: PurSightError.self) {
        try await withServer(fake) { pursight in
          _ = try await pursight.dataset("d1").ingest(file: file.path, small)
        }
      }
      #expect(error?.code == .invalidArgument)
      #expect(error?.reason == reason)
      #expect(error?.message.hasPrefix(file.path + ": ") == true)
    }
    #expect(fake[\.dataset] == nil)
    #expect(fake[\.opened].isEmpty)
  }

  @Test func `a file that is not there is named`() async throws {
    let error = await #expect(throws: PurSightError.self) {
      try await withServer(FakeIngestion()) { pursight in
        _ = try await pursight.dataset("d1").ingest(file: "/nonexistent/flights.csv")
      }
    }
    #expect(error?.code == .invalidArgument)
    #expect(error?.reason == "FILE_NOT_FOUND")
    #expect(error?.message == "There is no file /nonexistent/flights.csv.")
  }
}
