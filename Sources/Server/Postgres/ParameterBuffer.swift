/// The parameters of a statement as C arrays, lent for one call.
@unsafe struct LentParameters {
  let count: Int32
  let values: UnsafePointer<UnsafePointer<CChar>?>?
  let lengths: UnsafePointer<Int32>?
  let formats: UnsafePointer<Int32>?
}

/// Encodes parameters and lends them to libpq; one per connection, used again and again.
@safe struct ParameterBuffer {
  /// The protocol counts parameters in 16 bits.
  static let maxParameters = 65_535
  /// The largest value PostgreSQL takes, in bytes.
  static let maxValueBytes = 1 << 30
  /// Byte strings from this size on are lent where they are instead of copied, in bytes.
  private static let minLentBytes = 4096
  /// The buffer is given back when a statement made it larger than this, in bytes.
  private static let maxKeptBytes = 256 << 10

  private var encoder = PostgresEncoder()
  private var ends: [Int] = []
  private var pointers: [UnsafePointer<CChar>?] = unsafe []
  private var lengths: [Int32] = []
  private var formats: [Int32] = []

  /// Encodes `values` and calls `body` with them.
  ///
  /// - Throws: `invalidValue` before anything was sent.
  mutating func lend<R>(
    _ values: [PostgresValue], _ body: (LentParameters) -> R
  ) throws(PostgresError) -> R {
    guard values.count <= Self.maxParameters else {
      throw PostgresError(
        .limitExceeded, "A statement has more than \(Self.maxParameters) parameters.")
    }
    encoder.removeAll()
    ends.removeAll(keepingCapacity: true)
    for value in values {
      if let bytes = Self.lent(value) {
        guard bytes.count <= Self.maxValueBytes else {
          throw PostgresError(
            .limitExceeded, "A value has more than \(Self.maxValueBytes) bytes.")
        }
      } else {
        try encoder.append(value)
      }
      ends.append(encoder.bytes.count)
    }
    // A pointer to nothing means null, so an empty value at the end needs a byte to point at.
    encoder.append(UInt8(0))
    defer { if encoder.bytes.capacity > Self.maxKeptBytes { encoder = PostgresEncoder() } }
    while formats.count < values.count { formats.append(1) }  // 1 means binary
    unsafe pointers.removeAll(keepingCapacity: true)
    lengths.removeAll(keepingCapacity: true)
    let encoded = encoder.bytes
    return unsafe encoded.withUnsafeBytes { encoded in
      unsafe gather(values, 0, encoded.baseAddress, body)
    }
  }

  /// Adds the pointers of the values from `index` on, each lent inside the one before.
  private mutating func gather<R>(
    _ values: [PostgresValue], _ index: Int, _ base: UnsafeRawPointer?,
    _ body: (LentParameters) -> R
  ) -> R {
    var index = index
    while index < values.count {
      if let lent = Self.lent(values[index]) {
        return unsafe lent.withUnsafeBytes { bytes in
          unsafe append(bytes.baseAddress, bytes.count)
          return unsafe gather(values, index + 1, base, body)
        }
      }
      if case .null = values[index] {
        unsafe append(nil, 0)
      } else {
        let start = index == 0 ? 0 : ends[index - 1]
        unsafe append(base?.advanced(by: start), ends[index] - start)
      }
      index += 1
    }
    return unsafe pointers.withUnsafeBufferPointer { pointers in
      unsafe lengths.withUnsafeBufferPointer { lengths in
        unsafe formats.withUnsafeBufferPointer { formats in
          unsafe body(
            LentParameters(
              count: Int32(values.count), values: pointers.baseAddress,
              lengths: lengths.baseAddress, formats: formats.baseAddress))
        }
      }
    }
  }

  private mutating func append(_ pointer: UnsafeRawPointer?, _ count: Int) {
    unsafe pointers.append(pointer?.assumingMemoryBound(to: CChar.self))
    lengths.append(Int32(truncatingIfNeeded: count))
  }

  /// A value that is large and already in its binary form.
  private static func lent(_ value: PostgresValue) -> [UInt8]? {
    guard case .bytes(let bytes) = value, bytes.count >= minLentBytes else { return nil }
    return bytes
  }
}
