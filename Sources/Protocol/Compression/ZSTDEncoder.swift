internal import CPurSightZSTD

// Sendable because the handle has one owner, every use is exclusive (mutating), and the library
// keeps nothing per thread.
/// A Zstandard frame being written. Single owner; not for two threads at once.
@safe package struct ZSTDEncoder: ~Copyable, @unchecked Sendable {
  private let stream: OpaquePointer

  /// The bytes that one call of the library may give out.
  private static let chunkBytes = 64 * 1024

  /// Starts a frame with a content checksum.
  package init(level: Int32 = 3) {
    guard let stream = unsafe ZSTD_createCCtx() else {
      preconditionFailure("ZSTD_createCCtx fails only for want of memory")
    }
    unsafe self.stream = stream
    unsafe ZSTD_CCtx_setParameter(stream, ZSTD_c_compressionLevel, level)
    unsafe ZSTD_CCtx_setParameter(stream, ZSTD_c_checksumFlag, 1)
  }

  deinit { unsafe ZSTD_freeCCtx(stream) }

  /// Compresses the input; what is ready is appended to the output.
  ///
  /// - Throws: `outOfMemory` when the library fails.
  package mutating func encode(
    _ input: borrowing RawSpan, appendingTo output: inout [UInt8]
  ) throws(CompressionError) {
    try run(input, ZSTD_e_continue, &output)
  }

  /// Ends the frame.
  ///
  /// - Throws: `outOfMemory` when the library fails.
  package mutating func finish(appendingTo output: inout [UInt8]) throws(CompressionError) {
    try run(RawSpan(), ZSTD_e_end, &output)
  }

  private func run(
    _ input: borrowing RawSpan, _ mode: ZSTD_EndDirective, _ output: inout [UInt8]
  ) throws(CompressionError) {
    var result = 0
    unsafe input.withUnsafeBytes { source in
      var from = unsafe ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: 0)
      var isDone = false
      while !isDone {
        unsafe output.append(addingCapacity: Self.chunkBytes) { target in
          var into = unsafe ZSTD_outBuffer(
            dst: target.baseAddress, size: target.count, pos: 0)
          result = unsafe ZSTD_compressStream2(stream, &into, &from, mode)
          return unsafe into.pos
        }
        let isUsedUp = unsafe from.pos == from.size
        isDone = ZSTD_isError(result) != 0 || (isUsedUp && (mode != ZSTD_e_end || result == 0))
      }
    }
    if ZSTD_isError(result) != 0 {
      throw CompressionError(.outOfMemory, "ZSTD could not compress: \(ZSTD.name(of: result))")
    }
  }
}
