/// Appends numbers and bytes to a stored state: variable-length integers, least significant first.
struct StateWriter {
  private(set) var bytes: [UInt8] = []

  mutating func append(byte: UInt8) { bytes.append(byte) }

  /// Seven bits per byte, the highest bit says that more follow (LEB128).
  mutating func append(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  mutating func append(_ value: Int) { append(UInt64(truncatingIfNeeded: value)) }

  /// Small magnitudes of either sign are short (zigzag).
  mutating func append(signed value: Int64) {
    append(UInt64(bitPattern: value << 1 ^ value >> 63))
  }

  mutating func append(fixed value: UInt64) {
    for shift in stride(from: UInt64(0), to: 64, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  mutating func append(counted content: some Collection<UInt8>) {
    append(content.count)
    bytes.append(contentsOf: content)
  }
}

/// Reads what a `StateWriter` wrote; never beyond the end.
struct StateReader {
  private let bytes: [UInt8]
  private var offset = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { offset == bytes.count }

  private static var cutOff: ComputeError {
    ComputeError(.malformed, "a stored profile is cut off or damaged")
  }

  mutating func byte() throws(ComputeError) -> UInt8 {
    guard offset < bytes.count else { throw Self.cutOff }
    offset += 1
    return bytes[offset - 1]
  }

  mutating func number() throws(ComputeError) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      let byte = try byte()
      guard shift < 63 || byte <= 1 else { throw Self.cutOff }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw Self.cutOff
  }

  /// A number that counts something of which there are at most `limit`.
  mutating func count(limit: Int) throws(ComputeError) -> Int {
    let value = try number()
    guard value <= UInt64(limit) else { throw Self.cutOff }
    return Int(value)
  }

  /// Most rows that a stored count may say, so that sums of counts stay in range.
  private static let maxRows: UInt64 = 1 << 48

  /// A number of rows.
  mutating func rows() throws(ComputeError) -> Int64 {
    let value = try number()
    guard value <= Self.maxRows else { throw Self.cutOff }
    return Int64(value)
  }

  mutating func signed() throws(ComputeError) -> Int64 {
    let value = try number()
    return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }

  mutating func fixed() throws(ComputeError) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 8) { value |= UInt64(try byte()) << shift }
    return value
  }

  mutating func counted(limit: Int) throws(ComputeError) -> [UInt8] {
    let count = try count(limit: limit)
    guard count <= bytes.count - offset else { throw Self.cutOff }
    defer { offset += count }
    return Array(bytes[offset..<offset + count])
  }
}
