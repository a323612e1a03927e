internal import CPurSightZlib

// Sendable because the handle has one owner, every use is exclusive (mutating), and the library
// keeps nothing per thread.
/// A deflate stream being read; zlib's `inflate`, with a limit on what comes out.
///
/// gzip members may follow one another (RFC 1952 §2.2). Single owner; not for two threads at once.
@safe package struct Inflater: ~Copyable, @unchecked Sendable {
  private let stream: UnsafeMutablePointer<z_stream>
  private let format: DeflateFormat
  /// The bytes that may still come out.
  private var allowance: Int
  private let limit: Int
  /// Whether the input so far ends with a whole member.
  package private(set) var isAtEnd = false

  /// Starts a stream.
  ///
  /// - Parameter limit: the most bytes that may come out in all.
  package init(format: DeflateFormat, limit: Int) {
    self.format = format
    let limit = min(limit, .max - 1)
    self.limit = limit
    allowance = limit
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    // Possible return codes: Z_OK, Z_MEM_ERROR, Z_VERSION_ERROR, Z_STREAM_ERROR (our bug).
    let code = unsafe inflateInit2_(
      stream, format.windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(code == Z_OK, "inflateInit2 fails only for want of memory")
  }

  deinit {
    unsafe inflateEnd(stream)
    unsafe stream.deallocate()
  }

  /// Decompresses input until it is used up or `room` bytes came out.
  ///
  /// A step that gives `room` bytes may have more for the same input: call again with what was not
  /// consumed (possibly nothing) until less than `room` comes.
  ///
  /// - Throws: `tooLarge` beyond the limit, `corrupt` for bad input.
  package mutating func decode(
    _ input: borrowing RawSpan, appendingTo output: inout [UInt8], atMost room: Int
  ) throws(CompressionError) -> DecodeStep {
    var consumed = 0
    var produced = 0
    while produced < room {
      if isAtEnd {
        guard consumed < input.byteCount else { break }
        try startNextMember()
      }
      let part = input.extracting(consumed..<min(input.byteCount, consumed + Int(Int32.max)))
      // One byte more than the allowance tells "exactly the limit" from "too much".
      let guess = min(max(part.byteCount, 256), Self.chunkBytes / 4) * 4
      let chunk = min(room - produced, guess, allowance + 1)
      let step = try step(part, chunk, &output)
      consumed += step.consumed
      produced += step.produced
      if step.produced < chunk && consumed == input.byteCount { break }
      if step.produced == 0 && step.consumed == 0 { break }
    }
    return DecodeStep(consumed: consumed, produced: produced)
  }

  /// Checks that the input was complete.
  ///
  /// - Throws: `truncated` when the last member is not.
  package func finish() throws(CompressionError) {
    guard isAtEnd else {
      throw CompressionError(.truncated, "the \(format) data ends before its end marker")
    }
  }

  /// The bytes that one call of zlib may give out.
  private static let chunkBytes = 64 * 1024

  private mutating func startNextMember() throws(CompressionError) {
    guard format == .gzip else {
      throw CompressionError(.corrupt, "bytes follow the end of the zlib data")
    }
    isAtEnd = false
    unsafe inflateReset(stream)
  }

  private mutating func step(
    _ input: borrowing RawSpan, _ room: Int, _ output: inout [UInt8]
  ) throws(CompressionError) -> DecodeStep {
    var code: Int32 = Z_OK
    var consumed = 0
    let before = output.count
    unsafe input.withUnsafeBytes { source in
      let start = unsafe source.bindMemory(to: UInt8.self).baseAddress
      unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: start)
      unsafe stream.pointee.avail_in = uInt(source.count)
      unsafe output.append(addingCapacity: room) { target in
        unsafe stream.pointee.next_out = target.baseAddress
        unsafe stream.pointee.avail_out = uInt(room)
        code = unsafe inflate(stream, Z_NO_FLUSH)
        return unsafe room - Int(stream.pointee.avail_out)
      }
      consumed = unsafe source.count - Int(stream.pointee.avail_in)
      unsafe stream.pointee.next_in = nil
    }
    let produced = output.count - before
    // Possible return codes: Z_OK, Z_STREAM_END, Z_BUF_ERROR (no progress was possible),
    // Z_NEED_DICT, Z_DATA_ERROR, Z_MEM_ERROR, Z_STREAM_ERROR (our bug).
    switch code {
    case Z_OK, Z_BUF_ERROR: break
    case Z_STREAM_END: isAtEnd = true
    case Z_MEM_ERROR: throw CompressionError(.outOfMemory, "zlib has no memory to decompress")
    default:
      let detail = unsafe stream.pointee.msg.map { unsafe String(cString: $0) } ?? "code \(code)"
      throw CompressionError(.corrupt, "the data is not valid \(format): \(detail)")
    }
    guard produced <= allowance else {
      throw CompressionError(.tooLarge, "the data decompresses to more than \(limit) bytes")
    }
    allowance -= produced
    return DecodeStep(consumed: consumed, produced: produced)
  }
}
