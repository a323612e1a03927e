/// Bytes in PostgreSQL's binary formats, most significant byte first.
///
/// The formats are those of the types' `…recv` functions in PostgreSQL's `utils/adt`.
struct PostgresEncoder {
  private(set) var bytes: [UInt8] = []

  mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

  /// Gives the bytes away and begins anew.
  mutating func take() -> [UInt8] {
    let taken = bytes
    bytes = []
    return taken
  }

  mutating func append(_ raw: some Collection<UInt8>) { bytes.append(contentsOf: raw) }

  mutating func append(_ integer: some FixedWidthInteger) {
    unsafe withUnsafeBytes(of: integer.bigEndian) { unsafe bytes.append(contentsOf: $0) }
  }

  mutating func append(_ text: String) throws(PostgresError) {
    let start = bytes.count
    bytes.append(contentsOf: text.utf8)
    if bytes[start...].contains(0) {
      throw PostgresError(
        .invalidValue, "A text contains a NUL character, which PostgreSQL cannot store.")
    }
  }

  mutating func append(_ uuid: PostgresUUID) {
    append(uuid.high)
    append(uuid.low)
  }

  /// Appends a value without its length; a null appends nothing.
  mutating func append(_ value: PostgresValue) throws(PostgresError) {
    switch value {
    case .null: break
    case .bool(let value): bytes.append(value ? 1 : 0)
    case .int2(let value): append(value)
    case .int4(let value): append(value)
    case .int8(let value): append(value)
    case .float8(let value): append(value.bitPattern)
    case .text(let value): try append(value)
    case .bytes(let value): append(value)
    case .uuid(let value): append(value)
    case .timestamp(let value): append(value.wire)
    case .json(let value):
      bytes.append(1)  // the version of jsonb's binary format
      try append(value.text)
    case .boolArray, .int4Array, .int8Array, .float8Array, .textArray, .bytesArray, .uuidArray:
      try appendArray(value)
    }
  }

  /// Appends a value as a field: its length as int4, -1 for null, then its bytes.
  mutating func appendField(_ value: PostgresValue) throws(PostgresError) {
    if case .null = value { return append(Int32(-1)) }
    let start = bytes.count
    append(Int32(0))
    try append(value)
    try setLength(at: start)
  }

  private mutating func setLength(at start: Int) throws(PostgresError) {
    guard let length = Int32(exactly: bytes.count - start - 4) else {
      throw PostgresError(.limitExceeded, "A value has more than 2,147,483,647 bytes.")
    }
    unsafe withUnsafeBytes(of: length.bigEndian) { length in
      for index in 0..<4 { unsafe bytes[start + index] = length[index] }
    }
  }

  private mutating func appendArray(_ value: PostgresValue) throws(PostgresError) {
    switch value {
    case .boolArray(let values):
      try appendArray(values, of: .bool) { encoder, value throws(PostgresError) in
        encoder.bytes.append(value ? 1 : 0)
      }
    case .int4Array(let values):
      try appendArray(values, of: .int4) { encoder, value throws(PostgresError) in
        encoder.append(value)
      }
    case .int8Array(let values):
      try appendArray(values, of: .int8) { encoder, value throws(PostgresError) in
        encoder.append(value)
      }
    case .float8Array(let values):
      try appendArray(values, of: .float8) { encoder, value throws(PostgresError) in
        encoder.append(value.bitPattern)
      }
    case .textArray(let values):
      try appendArray(values, of: .text) { encoder, value throws(PostgresError) in
        try encoder.append(value)
      }
    case .bytesArray(let values):
      try appendArray(values, of: .bytes) { encoder, value throws(PostgresError) in
        encoder.append(value)
      }
    case .uuidArray(let values):
      try appendArray(values, of: .uuid) { encoder, value throws(PostgresError) in
        encoder.append(value)
      }
    default: break
    }
  }

  /// Dimensions, whether there are nulls, the element's type, per dimension its size and lower
  /// bound, then the elements as fields.
  private mutating func appendArray<Element>(
    _ elements: [Element], of type: PostgresType,
    _ encode: (inout PostgresEncoder, Element) throws(PostgresError) -> Void
  ) throws(PostgresError) {
    append(Int32(elements.isEmpty ? 0 : 1))
    append(Int32(0))
    append(type.rawValue)
    if elements.isEmpty { return }
    append(Int32(truncatingIfNeeded: elements.count))
    append(Int32(1))
    for element in elements {
      let start = bytes.count
      append(Int32(0))
      try encode(&self, element)
      try setLength(at: start)
    }
  }
}
