internal import CPurSightZSTD

// Sendable because the handle has one owner, every use is exclusive (mutating), and the library
// keeps nothing per thread.
/// A Zstandard stream being read, with a limit on what comes out and on the memory it takes.
///
/// Frames may follow one another (RFC 8878 §3.1). Single owner; not for two threads at once.
@safe package struct ZSTDDecoder: ~Copyable, @unchecked Sendable {
  private let stream: OpaquePointer
  private var allowance: Int
  private let limit: Int
  /// Whether the input so far ends with a whole frame.
  package private(set) var isAtEnd = false

  /// The largest window that a frame may ask for is 2 to this power: 32 MiB.
  package static let maxWindowLog: Int32 = 25
  /// The bytes that one call of the library may give out.
  private static let chunkBytes = 64 * 1024

  /// Starts a stream.
  ///
  /// - Parameter limit: the most bytes that may come out in all.
  package init(limit: Int) {
    guard let stream = unsafe ZSTD_createDStream() else {
      preconditionFailure("ZSTD_createDStream fails only for want of memory")
    }
    unsafe self.stream = stream
    self.limit = min(limit, .max - 1)
    allowance = self.limit
    unsafe ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, Self.maxWindowLog)
  }

  deinit { unsafe ZSTD_freeDStream(stream) }

  /// Decompresses input until it is used up or `room` bytes came out.
  ///
  /// A step that gives `room` bytes may have more for the same input: call again with what was not
  /// consumed (possibly nothing) until less than `room` comes.
  ///
  /// - Throws: `tooLarge` beyond the limit, `corrupt` for bad input or too large a window.
  package mutating func decode(
    _ input: borrowing RawSpan, appendingTo output: inout [UInt8], atMost room: Int
  ) throws(CompressionError) -> DecodeStep {
    var consumed = 0
    var produced = 0
    while produced < room {
      if isAtEnd && consumed == input.byteCount { break }
      // One byte more than the allowance tells "exactly the limit" from "too much".
      let chunk = min(room - produced, Self.chunkBytes, allowance + 1)
      let part = input.extracting(consumed..<input.byteCount)
      let step = try step(part, chunk, &output)
      consumed += step.consumed
      produced += step.produced
      if step.produced < chunk && consumed == input.byteCount { break }
    }
    return DecodeStep(consumed: consumed, produced: produced)
  }

  /// Checks that the input was complete.
  ///
  /// - Throws: `truncated` when the last frame is not.
  package func finish() throws(CompressionError) {
    guard isAtEnd else {
      throw CompressionError(.truncated, "the ZSTD data ends in the middle of a frame")
    }
  }

  private mutating func step(
    _ input: borrowing RawSpan, _ room: Int, _ output: inout [UInt8]
  ) throws(CompressionError) -> DecodeStep {
    var result = 0
    var consumed = 0
    let before = output.count
    unsafe input.withUnsafeBytes { source in
      var from = unsafe ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: 0)
      unsafe output.append(addingCapacity: room) { target in
        var into = unsafe ZSTD_outBuffer(dst: target.baseAddress, size: room, pos: 0)
        result = unsafe ZSTD_decompressStream(stream, &into, &from)
        return unsafe into.pos
      }
      consumed = unsafe from.pos
    }
    let produced = output.count - before
    if ZSTD_isError(result) != 0 {
      throw CompressionError(
        .corrupt,
        "the data is not valid ZSTD, or needs a window over \(1 << (Self.maxWindowLog - 20)) MiB: "
          + ZSTD.name(of: result))
    }
    // 0 means that a frame has ended and all of it has come out.
    if consumed > 0 || produced > 0 { isAtEnd = result == 0 }
    guard produced <= allowance else {
      throw CompressionError(.tooLarge, "the data decompresses to more than \(limit) bytes")
    }
    allowance -= produced
    return DecodeStep(consumed: consumed, produced: produced)
  }
}
