internal import CPurSightZSTD

// Sendable because the handle has one owner, every use is exclusive (mutating), and the library
// keeps nothing per thread.
/// Whole buffers in and out of Zstandard frames (RFC 8878).
///
/// Keeps its contexts from one buffer to the next, because to make one costs more than to compress
/// a small buffer. Single owner; not for two threads at once.
@safe package struct ZSTD: ~Copyable, @unchecked Sendable {
  private let compressor: OpaquePointer
  private let decompressor: OpaquePointer

  /// ZSTD's own default is 3; 1 is nearly twice as fast and a tenth larger.
  package static let defaultLevel: Int32 = 1

  package init() {
    guard let compressor = unsafe ZSTD_createCCtx(), let decompressor = unsafe ZSTD_createDCtx()
    else { preconditionFailure("ZSTD_createCCtx fails only for want of memory") }
    unsafe self.compressor = compressor
    unsafe self.decompressor = decompressor
  }

  deinit {
    unsafe ZSTD_freeCCtx(compressor)
    unsafe ZSTD_freeDCtx(decompressor)
  }

  /// Appends the bytes as one frame, which records its content size.
  ///
  /// - Throws: `outOfMemory` when the library fails.
  package mutating func compress(
    _ bytes: borrowing RawSpan, appendingTo output: inout [UInt8], level: Int32 = defaultLevel
  ) throws(CompressionError) {
    var result = 0
    unsafe bytes.withUnsafeBytes { source in
      unsafe output.append(addingCapacity: ZSTD_compressBound(source.count)) { target in
        result = unsafe ZSTD_compressCCtx(
          compressor, target.baseAddress, target.count, source.baseAddress, source.count, level)
        return ZSTD_isError(result) != 0 ? 0 : result
      }
    }
    if ZSTD_isError(result) != 0 {
      throw CompressionError(.outOfMemory, "ZSTD could not compress: \(Self.name(of: result))")
    }
  }

  /// Appends what the frames hold, which has to be exactly `size` bytes.
  ///
  /// - Throws: `corrupt` for bad input or another size; never writes more than `size` bytes.
  package mutating func decompress(
    _ bytes: borrowing RawSpan, exactly size: Int, appendingTo output: inout [UInt8]
  ) throws(CompressionError) {
    var result = 0
    unsafe bytes.withUnsafeBytes { source in
      unsafe output.append(addingCapacity: size) { target in
        result = unsafe ZSTD_decompressDCtx(
          decompressor, target.baseAddress, size, source.baseAddress, source.count)
        return ZSTD_isError(result) != 0 ? 0 : result
      }
    }
    if ZSTD_isError(result) != 0 {
      throw CompressionError(.corrupt, "the data is not valid ZSTD: \(Self.name(of: result))")
    }
    guard result == size else {
      throw CompressionError(
        .corrupt, "the ZSTD data holds \(result) bytes, announced were \(size)")
    }
  }

  static func name(of code: Int) -> String {
    unsafe ZSTD_getErrorName(code).map { unsafe String(cString: $0) } ?? "code \(code)"
  }
}
