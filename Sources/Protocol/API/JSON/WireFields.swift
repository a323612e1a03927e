/// The fields of an encoded message, in the order they came.
///
/// For the places that read by field number and are not hot: descriptors and the JSON mapping.
/// Malformed bytes end the sequence; both read only what this program encoded itself.
/// Source: Protocol Buffers, "Encoding".
struct WireFields: Sequence, IteratorProtocol {
  /// One field.
  struct Field {
    let number: UInt32
    let wireType: UInt8
    /// A varint, or the bits of a fixed-width number.
    let bits: UInt64
    /// The content of a length-delimited field; empty otherwise.
    let content: ArraySlice<UInt8>
  }

  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }
  init(_ bytes: [UInt8]) { rest = bytes[...] }

  mutating func next() -> Field? {
    guard let tag = varint() else { return nil }
    let number = UInt32(truncatingIfNeeded: tag >> 3)
    let type = UInt8(tag & 7)
    switch type {
    case 0:
      guard let value = varint() else { return nil }
      return Field(number: number, wireType: type, bits: value, content: [])
    case 1, 5:
      guard let value = fixed(type == 1 ? 8 : 4) else { return nil }
      return Field(number: number, wireType: type, bits: value, content: [])
    case 2:
      guard let count = varint(), count <= UInt64(rest.count) else { return nil }
      let content = rest.prefix(Int(count))
      rest = rest.dropFirst(Int(count))
      return Field(number: number, wireType: type, bits: 0, content: content)
    default: return nil
    }
  }

  /// The next value of a packed field of varints.
  mutating func varint() -> UInt64? {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while shift < 70, let byte = rest.popFirst() {
      value |= UInt64(byte & 0x7f) &<< shift
      if byte < 0x80 { return value }
      shift += 7
    }
    return nil
  }

  /// The next value of a packed field of fixed-width numbers.
  mutating func fixed(_ count: Int) -> UInt64? {
    guard rest.count >= count else { return nil }
    let value = rest.prefix(count).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    rest = rest.dropFirst(count)
    return value
  }
}

extension ArraySlice<UInt8> {
  var text: String { String(decoding: self, as: UTF8.self) }
}
