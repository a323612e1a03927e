internal import CPurSightLZ4

// Sendable because the handle has one owner, every use is exclusive (mutating), and the library
// keeps nothing per thread.
/// Whole buffers in and out of LZ4 frames (LZ4 Frame Format 1.6), as Arrow's `LZ4_FRAME` has them.
///
/// Keeps its decoder from one buffer to the next. Single owner; not for two threads at once.
@safe package struct LZ4: ~Copyable, @unchecked Sendable {
  private var decoder: OpaquePointer

  package init() {
    unsafe decoder = Self.makeDecoder()
  }

  private static func makeDecoder() -> OpaquePointer {
    var made: OpaquePointer?
    let code = unsafe LZ4F_createDecompressionContext(&made, UInt32(LZ4F_VERSION))
    guard LZ4F_isError(code) == 0, let made = unsafe made else {
      preconditionFailure("LZ4F_createDecompressionContext fails only for want of memory")
    }
    return unsafe made
  }

  deinit { unsafe LZ4F_freeDecompressionContext(decoder) }

  /// Appends the bytes as one frame of independent 64 KiB blocks without checksums.
  ///
  /// - Throws: `outOfMemory` when the library fails.
  package mutating func compress(
    _ bytes: borrowing RawSpan, appendingTo output: inout [UInt8]
  ) throws(CompressionError) {
    var result = 0
    unsafe bytes.withUnsafeBytes { source in
      let bound = LZ4F_compressFrameBound(source.count, nil)
      unsafe output.append(addingCapacity: bound) { target in
        result = unsafe LZ4F_compressFrame(
          target.baseAddress, target.count, source.baseAddress, source.count,
          nil)  // preferences: the defaults, which Arrow's own writers take too
        return LZ4F_isError(result) != 0 ? 0 : result
      }
    }
    if LZ4F_isError(result) != 0 {
      throw CompressionError(.outOfMemory, "LZ4 could not compress: \(Self.name(of: result))")
    }
  }

  /// Appends what one frame holds, which has to be exactly `size` bytes.
  ///
  /// - Throws: `corrupt` for bad input or another size; never writes more than `size` bytes.
  package mutating func decompress(
    _ bytes: borrowing RawSpan, exactly size: Int, appendingTo output: inout [UInt8]
  ) throws(CompressionError) {
    var (read, written, hint) = (0, 0, 1)
    unsafe bytes.withUnsafeBytes { source in
      unsafe output.append(addingCapacity: size) { target in
        unsafe (read, written, hint) = run(source, target)
        return written
      }
    }
    if hint != 0 {
      // Resetting is not enough: LZ4 1.9.4 keeps the content size of the frame that failed.
      unsafe LZ4F_freeDecompressionContext(decoder)
      unsafe decoder = Self.makeDecoder()
    }
    if LZ4F_isError(hint) != 0 {
      throw CompressionError(.corrupt, "the data is not valid LZ4: \(Self.name(of: hint))")
    }
    guard hint == 0, written == size, read == bytes.byteCount else {
      throw CompressionError(
        .corrupt, "the LZ4 data does not hold the \(size) bytes that were announced")
    }
  }

  /// Decodes until the frame ends (hint 0), an error, or no progress.
  private func run(
    _ source: UnsafeRawBufferPointer, _ target: UnsafeMutableBufferPointer<UInt8>
  ) -> (read: Int, written: Int, hint: Int) {
    var read = 0
    var written = 0
    var hint = 1
    while hint != 0 && LZ4F_isError(hint) == 0 {
      var room = target.count - written
      var taken = source.count - read
      hint = unsafe LZ4F_decompress(
        decoder, target.baseAddress.map { unsafe $0 + written }, &room,
        source.baseAddress.map { unsafe $0 + read }, &taken, nil)
      read += taken
      written += room
      if taken == 0 && room == 0 { break }
    }
    return (read, written, hint)
  }

  private static func name(of code: Int) -> String {
    unsafe LZ4F_getErrorName(code).map { unsafe String(cString: $0) } ?? "code \(code)"
  }
}
