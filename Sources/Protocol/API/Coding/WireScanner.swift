/// Walks over the fields of an encoded message without decoding them.
///
/// Works on offsets into borrowed bytes. Source: Protocol Buffers, "Encoding".
@safe package struct WireScanner {
  /// One field: its number, its wire type, and where its value stands.
  package struct Field {
    package let number: UInt32
    package let wireType: UInt8
    /// Where the length stands; nil but for wire type 2.
    package let length: Range<Int>?
    /// The value; for wire type 2 without the length.
    package let content: Range<Int>
  }

  /// The largest field number, 2^29 - 1.
  package static let maxFieldNumber: UInt64 = 536_870_911

  private let bytes: UnsafeRawBufferPointer
  private var offset: Int
  private let end: Int

  package init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
    unsafe self.bytes = bytes
    offset = range.lowerBound
    end = range.upperBound
  }

  package var isAtEnd: Bool { offset >= end }

  /// Where the next field begins.
  package var position: Int { offset }

  /// The next field; nil at the end, and where the bytes are malformed.
  package mutating func next() -> Field? {
    guard !isAtEnd, let tag = varint() else { return nil }
    let number = tag >> 3
    guard number >= 1, number <= Self.maxFieldNumber else { return nil }
    let type = UInt8(tag & 7)
    var length: Range<Int>?
    let count: Int
    let start: Int
    switch type {
    case 0:
      start = offset
      guard varint() != nil else { return nil }
      count = 0
    case 1: (start, count) = (offset, 8)
    case 2:
      let lengthStart = offset
      guard let value = varint(), value <= UInt64(end - offset) else { return nil }
      length = lengthStart..<offset
      (start, count) = (offset, Int(value))
    case 5: (start, count) = (offset, 4)
    default: return nil
    }
    guard count <= end - offset else { return nil }
    offset += count
    return Field(
      number: UInt32(number), wireType: type, length: length, content: start..<offset)
  }

  /// The next varint of at most ten bytes; nil where the bytes end inside it.
  package mutating func varint() -> UInt64? {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while offset < end, shift < 70 {
      let byte = unsafe bytes[offset]
      offset += 1
      value |= UInt64(byte & 0x7f) &<< shift
      if byte < 0x80 { return value }
      shift += 7
    }
    return nil
  }
}
