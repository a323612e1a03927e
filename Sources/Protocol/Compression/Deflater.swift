internal import CPurSightZlib

// Sendable because the handle has one owner, every use is exclusive (mutating), and the library
// keeps nothing per thread.
/// A deflate stream being written; zlib's `deflate`.
///
/// Single owner; not for two threads at once.
@safe package struct Deflater: ~Copyable, @unchecked Sendable {
  private let stream: UnsafeMutablePointer<z_stream>

  /// The bytes that one call of zlib may give out.
  private static let chunkBytes = 16 * 1024

  /// Starts a stream.
  ///
  /// - Parameter level: 0 (none) to 9 (smallest).
  package init(format: DeflateFormat, level: Int32 = Gzip.defaultLevel) {
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    // Possible return codes: Z_OK, Z_MEM_ERROR, Z_STREAM_ERROR (a bad level), Z_VERSION_ERROR.
    let code = unsafe deflateInit2_(
      stream,
      min(max(level, 0), 9),
      Z_DEFLATED,  // the only method there is
      format.windowBits,
      8,  // memLevel: zlib's default, 256 KiB in all
      Z_DEFAULT_STRATEGY,
      ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size))
    precondition(code == Z_OK, "deflateInit2 fails only for want of memory")
  }

  deinit {
    unsafe deflateEnd(stream)
    unsafe stream.deallocate()
  }

  /// Compresses the input; what is ready is appended to the output.
  package mutating func deflate(_ input: borrowing RawSpan, appendingTo output: inout [UInt8]) {
    run(input, Z_NO_FLUSH, &output)
  }

  /// Compresses what is pending up to a byte boundary, so that the reader can decode all of it.
  package mutating func flush(appendingTo output: inout [UInt8]) {
    run(RawSpan(), Z_SYNC_FLUSH, &output)
  }

  /// Ends the stream and starts a new one with the same settings.
  package mutating func finish(appendingTo output: inout [UInt8]) {
    run(RawSpan(), Z_FINISH, &output)
    unsafe deflateReset(stream)
  }

  private mutating func run(
    _ input: borrowing RawSpan, _ flush: Int32, _ output: inout [UInt8]
  ) {
    var position = 0
    var isDone = false
    while !isDone {
      // avail_in is 32-bit: longer input goes in by parts.
      let part = min(input.byteCount - position, Int(Int32.max))
      let isLast = position + part == input.byteCount
      let bytes = input.extracting(position..<position + part)
      unsafe bytes.withUnsafeBytes { source in
        unsafe step(source, isLast ? flush : Z_NO_FLUSH, &output)
      }
      position += part
      isDone = isLast
    }
  }

  /// Gives zlib one part of the input until it wants no more room for output.
  private func step(
    _ source: UnsafeRawBufferPointer, _ flush: Int32, _ output: inout [UInt8]
  ) {
    let start = unsafe source.bindMemory(to: UInt8.self).baseAddress
    unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: start)
    unsafe stream.pointee.avail_in = uInt(source.count)
    var isFull = true
    while isFull {
      let room = Self.chunkBytes
      unsafe output.append(addingCapacity: room) { target in
        unsafe stream.pointee.next_out = target.baseAddress
        unsafe stream.pointee.avail_out = uInt(room)
        // Possible return codes: Z_OK, Z_STREAM_END, Z_BUF_ERROR (nothing to do: not an error),
        // Z_STREAM_ERROR (our bug).
        let code = unsafe zlibDeflate(stream, flush)
        precondition(code != Z_STREAM_ERROR, "the stream is consistent")
        isFull = unsafe stream.pointee.avail_out == 0
        return unsafe room - Int(stream.pointee.avail_out)
      }
    }
    unsafe stream.pointee.next_in = nil
  }
}

/// zlib's function, which the method `deflate` hides.
private func zlibDeflate(_ stream: UnsafeMutablePointer<z_stream>, _ flush: Int32) -> Int32 {
  unsafe CPurSightZlib.deflate(stream, flush)
}

extension Array where Element == UInt8 {
  /// Appends the bytes that `body` writes to the room it is given; it returns how many.
  mutating func append(
    addingCapacity room: Int, _ body: (UnsafeMutableBufferPointer<UInt8>) -> Int
  ) {
    let old = count
    append(contentsOf: repeatElement(0, count: room))
    let written = unsafe withUnsafeMutableBufferPointer { target in
      unsafe body(UnsafeMutableBufferPointer(rebasing: target[old..<old + room]))
    }
    removeLast(room - written)
  }
}
