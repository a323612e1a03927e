/// Immutable bytes that are shared, never copied, by their slices.
///
/// A slice keeps the whole allocation alive; `compacted()` ends that.
package struct ArrowBuffer: Sendable {
  @usableFromInline let storage: [UInt8]
  @usableFromInline let start: Int
  /// The length in bytes.
  package let count: Int

  /// Shares the array's bytes.
  package init(_ bytes: [UInt8]) {
    storage = bytes
    start = 0
    count = bytes.count
  }

  private init(storage: [UInt8], start: Int, count: Int) {
    self.storage = storage
    self.start = start
    self.count = count
  }

  /// Copies the values of a typed array, in the machine's (little-endian) byte order.
  package init<Value: BitwiseCopyable>(copying values: [Value]) {
    self.init(copying: values.span)
  }

  /// Copies the values of a typed span, in the machine's (little-endian) byte order.
  package init<Value: BitwiseCopyable>(copying values: borrowing Span<Value>) {
    let byteCount = values.count &* MemoryLayout<Value>.stride
    // An empty array would be made anew, which writes to the one that all threads share.
    guard byteCount > 0 else {
      self = .empty
      return
    }
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { target, filled in
      unsafe values.withUnsafeBytes { source in
        unsafe UnsafeMutableRawBufferPointer(target).copyMemory(from: source)
      }
      filled = byteCount
    }
    self.init(bytes)
  }

  package static let empty = ArrowBuffer([])

  /// The bytes, for as long as the buffer is borrowed.
  @inlinable package var bytes: RawSpan {
    @_lifetime(borrow self) get {
      unsafe storage.span.bytes.extracting(start..<start &+ count)
    }
  }

  /// The bytes as values of a type.
  ///
  /// The column that owns the buffer has checked its size and alignment; a buffer that does not
  /// hold whole, aligned values is a mistake of the caller.
  @inlinable @_lifetime(borrow self)
  package func span<Value: BitwiseCopyable>(of type: Value.Type) -> Span<Value> {
    Span(_bytes: bytes)
  }

  /// Returns the bytes of a range; they are shared, not copied.
  package func slice(_ range: Range<Int>) -> ArrowBuffer {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "slice is inside the buffer")
    return ArrowBuffer(storage: storage, start: start + range.lowerBound, count: range.count)
  }

  /// Whether the first byte lies at a multiple of `alignment` (a power of two).
  package func isAligned(to alignment: Int) -> Bool {
    unsafe bytes.withUnsafeBytes { pointer in
      guard let address = pointer.baseAddress else { return true }
      return UInt(bitPattern: address) & UInt(alignment &- 1) == 0
    }
  }

  /// Returns the same bytes in an allocation of their own, which is aligned to 16 bytes.
  package func compacted() -> ArrowBuffer {
    ArrowBuffer(array)
  }

  /// The bytes as an array; a copy unless the buffer is the whole of its allocation.
  package var array: [UInt8] {
    if start == 0 && count == storage.count { return storage }
    return [UInt8](storage[start..<start + count])
  }
}

extension ArrowBuffer: Equatable {
  package static func == (left: ArrowBuffer, right: ArrowBuffer) -> Bool {
    left.bytes.byteCount == right.bytes.byteCount
      && left.storage[left.start..<left.start + left.count].elementsEqual(
        right.storage[right.start..<right.start + right.count])
  }
}
