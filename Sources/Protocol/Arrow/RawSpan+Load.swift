extension RawSpan {
  /// The byte at an offset inside the span.
  @inlinable package func byte(at offset: Int) -> UInt8 {
    // Safe: the bounds are checked, and every byte is a UInt8.
    unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
  }

  /// The eight bytes from an offset on, the first lowest; all have to be inside the span.
  @inlinable package func word(at offset: Int) -> UInt64 {
    // Safe: the bounds are checked, and any eight bytes are a UInt64.
    unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
  }
}

extension Array where Element == UInt8 {
  /// Appends all bytes of a span.
  package mutating func append(bytes: borrowing RawSpan) {
    append(bytes: bytes, 0, bytes.byteCount)
  }

  /// Appends all bytes of a span.
  package mutating func append(bytes: borrowing Span<UInt8>) {
    unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
  }
}
