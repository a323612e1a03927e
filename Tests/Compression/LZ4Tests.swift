import PurSightCompression
import Testing

@Suite("LZ4")
struct LZ4Tests {
  /// With content checksum, by python-lz4; without, by pyarrow.
  static let frames = [
    hex(
      """
      04224d186c408800000000000000fb2d000000ff1350757253696768742072656164732077686174206f74686572
      732077726f74652e2022004e506f74652e20000000009ae93328
      """),
    hex(
      """
      04224d186040822d000000ff1350757253696768742072656164732077686174206f74686572732077726f74652e
      2022004e506f74652e2000000000
      """),
  ]

  private func decompress(_ bytes: [UInt8], exactly size: Int) throws -> [UInt8] {
    var lz4 = LZ4()
    var output: [UInt8] = []
    try unsafe lz4.decompress(bytes.span.bytes, exactly: size, appendingTo: &output)
    return output
  }

  @Test(arguments: frames)
  func `a frame written by another program is read`(_ frame: [UInt8]) throws {
    #expect(try decompress(frame, exactly: message.count) == message)
  }

  @Test(arguments: frames)
  func `another size than announced, a cut and a tail are refused`(_ frame: [UInt8]) {
    for size in [0, message.count - 1, message.count + 1] {
      #expect(throws: CompressionError.self) { try decompress(frame, exactly: size) }
    }
    for count in 0..<frame.count {
      #expect(throws: CompressionError.self) {
        try decompress([UInt8](frame.prefix(count)), exactly: message.count)
      }
    }
    #expect(throws: CompressionError.self) {
      try decompress(frame + [0], exactly: message.count)
    }
  }

  @Test func `a decoder is usable after an error`() throws {
    var lz4 = LZ4()
    var output: [UInt8] = []
    #expect(throws: CompressionError.self) { try decompress([1, 2, 3, 4, 5, 6, 7, 8], exactly: 5) }
    let part = [UInt8](Self.frames[0].prefix(30))
    var code: CompressionError.Code?
    do {
      try unsafe lz4.decompress(part.span.bytes, exactly: 5, appendingTo: &output)
    } catch { code = error.code }
    #expect(code == .corrupt)
    output = []
    let whole = Self.frames[1]
    try unsafe lz4.decompress(
      whole.span.bytes, exactly: message.count, appendingTo: &output)
    #expect(output == message)
  }

  @Test(arguments: [0, 1, 1000, 65_536, 200_000])
  func `what is compressed comes back`(_ count: Int) throws {
    var generator = Bytes(state: UInt64(count))
    let bytes = generator.bytes(count)
    var lz4 = LZ4()
    var compressed: [UInt8] = []
    try unsafe lz4.compress(bytes.span.bytes, appendingTo: &compressed)
    #expect(try decompress(compressed, exactly: count) == bytes)
  }
}
