import PurSightAPI
import PurSightInterop
import PurSightRPC
import Testing

@Suite("Bulk fields")
struct BulkTests {
  /// The bytes of a Transfer as the encoding says, built by hand.
  private func transfer(
    block: [[UInt8]], before: [UInt8] = unhex("0809"), after: [UInt8] = unhex("22026f6b")
  ) -> [UInt8] {
    before + block.flatMap { unhex("1a") + length($0.count) + $0 } + after
  }

  private func data(_ payload: [UInt8], id: String = "b7") -> [UInt8] {
    unhex("0a") + length(id.utf8.count) + Array(id.utf8) + unhex("12") + length(payload.count)
      + payload + unhex("1d 01000000")
  }

  private func length(_ count: Int) -> [UInt8] {
    var rest = count
    var result: [UInt8] = []
    while rest >= 0x80 {
      result.append(UInt8(rest & 0x7f) | 0x80)
      rest >>= 7
    }
    return result + [UInt8(rest)]
  }

  /// On both sides of the size from which the payload is cut out, and around steps of the length's
  /// own length.
  @Test(arguments: [0, 1, 127, 128, 4000, 4085, 4096, 16_383, 16_384, 1 << 20])
  func `a payload arrives whole, with the fields around it`(count: Int) throws {
    let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let encoded = transfer(block: [data(payload)])
    let message = try Transfer(serialized: encoded)
    #expect(message.offset == 9)
    #expect(message.note == "ok")
    #expect(message.part == .block(Block(id: "b7", data: payload, checksum: 1)))
    // An empty field without presence is not sent at all.
    if count > 0 { #expect(message.serialized() == encoded) }
  }

  @Test func `a message of its own carries its payload too`() throws {
    let payload = [UInt8](repeating: 7, count: 10_000)
    let message = try Block(serialized: data(payload))
    #expect(message == Block(id: "b7", data: payload, checksum: 1))
    #expect(message.serialized() == data(payload))
  }

  @Test func `a repeated payload is merged as the encoding says: the last one wins`() throws {
    let first = [UInt8](repeating: 1, count: 5000)
    let last = [UInt8](repeating: 2, count: 6000)
    let twiceInside = transfer(block: [data(first) + data(last, id: "b8")])
    let expected = Block(id: "b8", data: last, checksum: 1)
    #expect(try Transfer(serialized: twiceInside).part == .block(expected))
    #expect(
      try Transfer(serialized: transfer(block: [data(first), data(last, id: "b8")])).part
        == .block(expected))
  }

  @Test func `a payload that is followed by another member of its oneof is dropped`() throws {
    let encoded = transfer(block: [data([UInt8](repeating: 1, count: 5000))]) + unhex("12020807")
    #expect(try Transfer(serialized: encoded).part == .header(Inner(number: 7)))
  }

  @Test func `a payload cut short is INVALID_ARGUMENT`() throws {
    let encoded = transfer(block: [data([UInt8](repeating: 1, count: 5000))], after: [])
    for cut in [1, 5, 10, 2500, 4990] {
      let error = rpcError { _ = try Transfer(serialized: Array(encoded.dropLast(cut))) }
      #expect(error?.code == .invalidArgument)
    }
  }

  @Test func `mutated messages with a payload are decoded or refused, never worse`() throws {
    var generator = SeededGenerator(seed: 11)
    let encoded = transfer(block: [data([UInt8](repeating: 0, count: 4096))])
    // Only the bytes around the payload are of interest.
    let interesting = Array(0..<14) + Array(encoded.count - 9..<encoded.count)
    var accepted = 0
    for _ in 0..<5000 {
      var bytes = encoded
      for _ in 0..<2 {
        let index = interesting.randomElement(using: &generator) ?? 0
        bytes[index] = UInt8.random(in: 0...255, using: &generator)
      }
      guard let message = try? Transfer(serialized: bytes) else { continue }
      accepted += 1
      #expect(try Transfer(serialized: message.serialized()) == message)
    }
    #expect(accepted > 100)
  }
}
