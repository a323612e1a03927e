/// Reads the fields of one encoded message. Source: Protocol Buffers, "Encoding".
struct WireReader {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  var isAtEnd: Bool { rest.isEmpty }

  /// The next field, nil at the end.
  mutating func next() throws(ProtogenError) -> WireMessage.Field? {
    guard !rest.isEmpty else { return nil }
    let tag = try varint()
    let number = UInt32(truncatingIfNeeded: tag >> 3)
    switch tag & 7 {
    case 0: return .init(number: number, value: .varint(try varint()))
    case 1: return .init(number: number, value: .fixed64(fixed(try take(8))))
    case 2:
      let count = Int(truncatingIfNeeded: try varint())
      return .init(number: number, value: .bytes(Array(try take(count))))
    case 5:
      let value = UInt32(truncatingIfNeeded: fixed(try take(4)))
      return .init(number: number, value: .fixed32(value))
    default: throw ProtogenError(.descriptor, "The descriptor set has wire type \(tag & 7).")
    }
  }

  mutating func varint() throws(ProtogenError) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: 0, to: 70, by: 7) {
      guard let byte = rest.popFirst() else { break }
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
    }
    throw ProtogenError(.descriptor, "The descriptor set ends inside a varint.")
  }

  private mutating func take(_ count: Int) throws(ProtogenError) -> ArraySlice<UInt8> {
    guard count >= 0, count <= rest.count else {
      throw ProtogenError(.descriptor, "The descriptor set ends inside a field.")
    }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  private func fixed(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
