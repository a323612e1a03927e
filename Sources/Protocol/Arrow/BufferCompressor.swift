internal import PurSightCompression

/// Compresses and decompresses single buffers as Arrow's bodies and our segments hold them: eight
/// bytes of uncompressed length, then a frame; a length of -1 says that the bytes follow as they
/// are (Message.fbs, `BodyCompressionMethod.BUFFER`).
struct BufferCompressor: ~Copyable, Sendable {
  let compression: ArrowCompression
  private var lz4: LZ4?
  private var zstd: ZSTD?

  /// The prefix before a compressed buffer, in bytes.
  static let prefixBytes = 8

  init(_ compression: ArrowCompression) {
    self.compression = compression
    // Assigned once each: an optional of a noncopyable type cannot be initialised in a switch.
    lz4 = compression == .lz4 ? LZ4() : nil
    zstd = compression == .zstd ? ZSTD() : nil
  }

  /// Appends a buffer, compressed if that makes it smaller; an empty one stays empty.
  ///
  /// - Throws: `malformed` when the compressor fails.
  mutating func append(
    _ bytes: borrowing RawSpan, to output: inout [UInt8]
  ) throws(ArrowError) {
    let count = bytes.byteCount
    if count == 0 { return }
    if compression == .none { return output.append(bytes: bytes, 0, count) }
    let start = output.count
    output.append(length: Int64(count))
    do {
      try lz4?.compress(bytes, appendingTo: &output)
      try zstd?.compress(bytes, appendingTo: &output)
    } catch {
      throw ArrowError(.malformed, error.message)
    }
    if output.count - start - Self.prefixBytes >= count {
      output.removeLast(output.count - start)
      output.append(length: -1)
      output.append(bytes: bytes, 0, count)
    }
  }

  /// Returns what a buffer holds.
  ///
  /// - Parameter limit: the most bytes that may come out.
  /// - Throws: `malformed` for bad bytes, `limitExceeded` beyond the limit.
  mutating func decode(_ buffer: ArrowBuffer, limit: Int) throws(ArrowError) -> ArrowBuffer {
    if compression == .none || buffer.count == 0 { return buffer }
    guard buffer.count >= Self.prefixBytes else {
      throw ArrowError(.malformed, "a compressed buffer has no room for its length")
    }
    let size = unsafe buffer.bytes.unsafeLoadUnaligned(as: Int64.self)
    let frame = buffer.slice(Self.prefixBytes..<buffer.count)
    if size == -1 { return frame }
    guard size >= 0, size <= Int64(limit) else {
      throw ArrowError(
        .limitExceeded,
        "a buffer decompresses to \(size) bytes, left of the batch's limit are \(limit); "
          + "send smaller batches")
    }
    var output: [UInt8] = []
    do {
      try lz4?.decompress(frame.bytes, exactly: Int(size), appendingTo: &output)
      try zstd?.decompress(frame.bytes, exactly: Int(size), appendingTo: &output)
    } catch {
      throw ArrowError(.malformed, error.message)
    }
    return ArrowBuffer(output)
  }
}

extension Array where Element == UInt8 {
  /// Appends a length, little-endian.
  fileprivate mutating func append(length: Int64) {
    for shift in stride(from: 0, to: 64, by: 8) as StrideTo<Int64> {
      append(UInt8(truncatingIfNeeded: length >> shift))
    }
  }
}
