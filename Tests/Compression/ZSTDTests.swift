import PurSightCompression
import Testing

@Suite("ZSTD")
struct ZSTDTests {
  static let frame = hex(
    """
    28b52ffd2488550100240250757253696768742072656164732077686174206f74686572732077726f74652e2001
    001a25554f686c4fd9
    """)

  private func decompress(_ bytes: [UInt8], exactly size: Int) throws -> [UInt8] {
    var zstd = ZSTD()
    var output: [UInt8] = []
    try unsafe zstd.decompress(bytes.span.bytes, exactly: size, appendingTo: &output)
    return output
  }

  @Test func `a frame written by python-zstandard is read`() throws {
    #expect(try decompress(Self.frame, exactly: message.count) == message)
  }

  @Test func `another size than announced is refused`() {
    for size in [0, message.count - 1, message.count + 1] {
      #expect(throws: CompressionError.self) { try decompress(Self.frame, exactly: size) }
    }
  }

  @Test(arguments: [0, 1, 1000, 100_000])
  func `what is compressed comes back`(_ count: Int) throws {
    var generator = Bytes(state: UInt64(count))
    let bytes = generator.bytes(count)
    var zstd = ZSTD()
    var compressed: [UInt8] = [9]
    try unsafe zstd.compress(bytes.span.bytes, appendingTo: &compressed)
    #expect(try decompress([UInt8](compressed.dropFirst()), exactly: count) == bytes)
  }

  @Test func `a stream is read byte by byte, frame after frame`() throws {
    var decoder = ZSTDDecoder(limit: 1000)
    var output: [UInt8] = []
    for byte in Self.frame + Self.frame {
      let input = [byte]
      _ = try unsafe decoder.decode(input.span.bytes, appendingTo: &output, atMost: .max)
    }
    try decoder.finish()
    #expect(output == message + message)
  }

  @Test func `a stream over its limit is refused`() throws {
    var decoder = ZSTDDecoder(limit: message.count - 1)
    var output: [UInt8] = []
    var code: CompressionError.Code?
    do {
      _ = try unsafe decoder.decode(
        Self.frame.span.bytes, appendingTo: &output, atMost: .max)
    } catch { code = error.code }
    #expect(code == .tooLarge)
  }

  @Test func `a stream cut short is truncated`() throws {
    for count in 0..<Self.frame.count {
      var decoder = ZSTDDecoder(limit: 1000)
      var output: [UInt8] = []
      var code: CompressionError.Code?
      do {
        let part = Array(Self.frame.prefix(count))
        _ = try unsafe decoder.decode(part.span.bytes, appendingTo: &output, atMost: .max)
        try decoder.finish()
      } catch { code = error.code }
      #expect(code == .truncated, "cut at \(count)")
    }
  }

  @Test func `a stream written in parts comes back`() throws {
    var generator = Bytes(state: 5)
    var encoder = ZSTDEncoder()
    var compressed: [UInt8] = []
    var expected: [UInt8] = []
    for _ in 0..<20 {
      let part = generator.bytes(20_000)
      expected += part
      try unsafe encoder.encode(part.span.bytes, appendingTo: &compressed)
    }
    try encoder.finish(appendingTo: &compressed)
    var decoder = ZSTDDecoder(limit: expected.count)
    var output: [UInt8] = []
    _ = try unsafe decoder.decode(compressed.span.bytes, appendingTo: &output, atMost: .max)
    try decoder.finish()
    #expect(output == expected)
  }
}
