import PurSightArrow
import PurSightFormats
import Testing

@Suite("Compressed files")
struct FileDecompressorTests {
  /// Everything that a file holds, read in pieces, with at most `room` bytes coming out at a time.
  private func read(
    _ bytes: [UInt8], pieces: Int, room: Int = 1000, limit: Int = .max
  ) throws(FormatError) -> (bytes: [UInt8], kind: FileDecompressor.Kind?) {
    var decompressor = FileDecompressor(limit: limit)
    var output: [UInt8] = []
    for piece in split(bytes, pieces) {
      var position = 0
      var isDrained = false
      while position < piece.count || !isDrained {
        let rest = piece.slice(position..<piece.count)
        let before = output.count
        let step = try decompressor.decode(rest.bytes, appendingTo: &output, atMost: room)
        #expect(step.produced <= room)
        #expect(step.produced == output.count - before)
        position += step.consumed
        isDrained = step.produced < room
      }
    }
    try decompressor.finish(appendingTo: &output)
    return (output, decompressor.kind)
  }

  @Test(
    arguments: [
      ("flights.csv", .none), ("flights.csv.gz", .gzip), ("flights.csv.zst", .zstd),
    ] as [(String, FileDecompressor.Kind)], [Int.max, 1, 3, 4, 5])
  func `a file that Python compressed is the same`(
    _ file: (name: String, kind: FileDecompressor.Kind), _ pieces: Int
  ) throws {
    let result = try read(fixture(file.name), pieces: pieces)
    #expect(result.kind == file.kind)
    #expect(result.bytes == (try fixture("flights.csv")))
    #expect(try read(fixture(file.name), pieces: pieces, room: 1).bytes == result.bytes)
  }

  @Test(arguments: [0, 1, 3, 4, 5])
  func `a short file passes`(_ count: Int) throws {
    let bytes = Array("a\n1\n2\n".utf8.prefix(count))
    #expect(try read(bytes, pieces: 1).bytes == bytes)
    #expect(try read(bytes, pieces: .max).bytes == bytes)
  }

  @Test(arguments: ["flights.csv.gz", "flights.csv.zst"])
  func `a file that is cut off or over the limit is refused`(_ name: String) throws {
    let bytes = try fixture(name)
    let size = try fixture("flights.csv").count
    let cut = #expect(throws: FormatError.self) {
      try read(Array(bytes.dropLast(3)), pieces: .max)
    }
    #expect(cut?.code == .badCompression)
    #expect(try read(bytes, pieces: .max, limit: size).bytes.count == size)
    let bomb = #expect(throws: FormatError.self) {
      try read(bytes, pieces: .max, limit: size - 1)
    }
    #expect(bomb?.code == .limitExceeded)
  }
}
