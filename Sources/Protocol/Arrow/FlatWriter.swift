/// A flatbuffer being written front to back: a table first, then what it points to.
///
/// Source: FlatBuffers, "Internals". Vtables are not shared; a schema of 19 columns takes some
/// hundred bytes more for it.
struct FlatWriter {
  /// One field of a table.
  enum Slot {
    case absent
    case int8(UInt8)
    case int16(Int16)
    case int32(Int32)
    case int64(Int64)
    /// An offset, to be filled by `string`, `table`, `tables` or `pairs`.
    case offset

    var byteCount: Int {
      switch self {
      case .absent: 0
      case .int8: 1
      case .int16: 2
      case .int32, .offset: 4
      case .int64: 8
      }
    }
  }

  /// Where an offset is still to be filled in.
  struct Pending {
    let position: Int
  }

  private(set) var bytes: [UInt8] = [0, 0, 0, 0]

  /// The root's offset, at the start of every flatbuffer.
  static let root = Pending(position: 0)

  /// Writes a table where `pending` points to.
  ///
  /// - Returns: a pending offset for each field that is one, in the order of the fields.
  @discardableResult
  mutating func table(_ pending: Pending, _ fields: [Slot]) -> [Pending] {
    var layout: [Int] = []
    var size = 4
    for field in fields {
      let width = max(field.byteCount, 1)
      size = (size + width - 1) / width * width
      layout.append(field.byteCount == 0 ? 0 : size)
      size += field.byteCount
    }
    let vtableBytes = 4 + 2 * fields.count
    // The table starts at a multiple of eight, the vtable ends right before it.
    pad(to: 8, after: vtableBytes)
    append(UInt16(vtableBytes))
    append(UInt16(size))
    for offset in layout { append(UInt16(offset)) }
    let start = bytes.count
    resolve(pending)
    append(Int32(vtableBytes))
    var offsets: [Pending] = []
    for (field, offset) in zip(fields, layout) where offset != 0 {
      while bytes.count < start + offset { bytes.append(0) }
      switch field {
      case .absent: break
      case .int8(let value): bytes.append(value)
      case .int16(let value): append(value)
      case .int32(let value): append(value)
      case .int64(let value): append(value)
      case .offset:
        offsets.append(Pending(position: bytes.count))
        append(UInt32(0))
      }
    }
    return offsets
  }

  mutating func string(_ pending: Pending, _ text: String) {
    pad(to: 4, after: 0)
    resolve(pending)
    append(UInt32(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
    bytes.append(0)
  }

  /// Writes a vector of tables; the caller writes them to the offsets returned.
  mutating func tables(_ pending: Pending, count: Int) -> [Pending] {
    pad(to: 4, after: 0)
    resolve(pending)
    append(UInt32(count))
    return (0..<count).map { _ in
      let offset = Pending(position: bytes.count)
      append(UInt32(0))
      return offset
    }
  }

  /// Writes a vector of structs of two 64-bit integers.
  mutating func pairs(_ pending: Pending, _ values: [(first: Int64, second: Int64)]) {
    pad(to: 8, after: 4)
    resolve(pending)
    append(UInt32(values.count))
    for value in values {
      append(value.first)
      append(value.second)
    }
  }

  /// Fills with zeros until `count` more bytes end at a multiple of `alignment`.
  private mutating func pad(to alignment: Int, after count: Int) {
    while (bytes.count + count) % alignment != 0 { bytes.append(0) }
  }

  /// Makes a pending offset point to the end of what is written.
  private mutating func resolve(_ pending: Pending) {
    let distance = UInt32(bytes.count - pending.position)
    for index in 0..<4 {
      bytes[pending.position + index] = UInt8(truncatingIfNeeded: distance >> UInt32(8 * index))
    }
  }

  private mutating func append<Value: FixedWidthInteger>(_ value: Value) {
    for index in 0..<MemoryLayout<Value>.size {
      bytes.append(UInt8(truncatingIfNeeded: value >> Value(8 * index)))
    }
  }
}
