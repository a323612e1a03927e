import PurSightCompression
import Testing

@Suite("Gzip")
struct GzipTests {
  static let member = hex(
    """
    1f8b08000000000000030b282d0ace4ccf2851284a4d4c295628cf482c51c82fc9482d02b28bf24b52f51402e8a2
    0200de3b9b9d88000000
    """)

  @Test func `a member written by Python is read`() throws {
    #expect(try Gzip.decompress(Self.member, limit: 1000) == message)
  }

  @Test func `members follow one another`() throws {
    #expect(try Gzip.decompress(Self.member + Self.member, limit: 1000) == message + message)
  }

  @Test func `zlib data written by Python is read byte by byte`() throws {
    let data = hex(
      "789c0b282d0ace4ccf2851284a4d4c295628cf482c51c82fc9482d02b28bf24b52f51402e8a2020084373235")
    var inflater = Inflater(format: .zlib, limit: 1000)
    var output: [UInt8] = []
    for byte in data {
      let input = [byte]
      let step = try unsafe inflater.decode(
        input.span.bytes, appendingTo: &output, atMost: .max)
      #expect(step.consumed == 1)
    }
    #expect(output == message)
    try inflater.finish()
  }

  @Test(arguments: [0, 1, 1023, 1024, 1025, 65_535, 65_536, 300_000])
  func `what is compressed comes back`(_ count: Int) throws {
    var generator = Bytes(state: UInt64(count))
    let bytes = generator.bytes(count)
    #expect(try Gzip.decompress(Gzip.compress(bytes), limit: count) == bytes)
  }

  @Test func `one byte over the limit is refused`() throws {
    #expect(try Gzip.decompress(Self.member, limit: message.count) == message)
    let error = #expect(throws: CompressionError.self) {
      try Gzip.decompress(Self.member, limit: message.count - 1)
    }
    #expect(error?.code == .tooLarge)
  }

  @Test func `a bomb stops at the limit`() throws {
    let bomb = Gzip.compress([UInt8](repeating: 0, count: 50_000_000))
    #expect(bomb.count < 60_000)
    let error = #expect(throws: CompressionError.self) {
      try Gzip.decompress(bomb, limit: 4 << 20)
    }
    #expect(error?.code == .tooLarge)
  }

  @Test func `every truncation and every flipped byte of the body is an error`() throws {
    for count in 0..<Self.member.count {
      #expect(throws: CompressionError.self) {
        try Gzip.decompress([UInt8](Self.member.prefix(count)), limit: 1000)
      }
    }
    // Bytes 4 to 9 of the header are time, flags and system, which no checksum covers.
    for index in 10..<Self.member.count {
      var broken = Self.member
      broken[index] ^= 0x55
      #expect(throws: CompressionError.self) { try Gzip.decompress(broken, limit: 1000) }
    }
  }

  @Test func `bytes after the member that are no member are an error`() {
    #expect(throws: CompressionError.self) {
      try Gzip.decompress(Self.member + [1, 2, 3], limit: 1000)
    }
  }

  @Test func `output in small steps is the same`() throws {
    var inflater = Inflater(format: .gzip, limit: 1000)
    var output: [UInt8] = []
    var position = 0
    var isDone = false
    while !isDone {
      let rest = Array(Self.member[position...])
      let step = try unsafe inflater.decode(rest.span.bytes, appendingTo: &output, atMost: 5)
      #expect(step.produced <= 5)
      position += step.consumed
      isDone = step.produced < 5 && position == Self.member.count
    }
    try inflater.finish()
    #expect(output == message)
  }
}
