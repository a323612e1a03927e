extension SegmentLayout {
  /// The first byte of the stored form.
  private static let version: UInt8 = 1

  /// The layout in the form that is stored: a version byte, then integers as unsigned LEB128 and
  /// fixed ones little-endian.
  ///
  ///     version(1) compression(1) rows columns checksum(8)
  ///     per column: nulls checksum(8) minimum maximum buffers (offset length)*
  ///     a bound: 0 none, 1 int64(8), 2 uint64(8), 3 float64(8), 4 decimal(16), 5 length bytes
  package var encoded: [UInt8] {
    var writer = LayoutWriter()
    writer.bytes = [Self.version, compression.rawValue]
    writer.append(rowCount)
    writer.append(columns.count)
    writer.append(fixed: checksum)
    for column in columns {
      writer.append(column.nullCount)
      writer.append(fixed: column.checksum)
      writer.append(column.minimum)
      writer.append(column.maximum)
      writer.append(column.buffers.count)
      for buffer in column.buffers {
        writer.append(buffer.offset)
        writer.append(buffer.length)
      }
    }
    return writer.bytes
  }

  /// Reads the stored form.
  ///
  /// - Throws: `malformed` when the bytes are no layout, `unsupported` for a later version.
  package init(decoding bytes: [UInt8]) throws(ArrowError) {
    var reader = LayoutReader(bytes: bytes)
    let version = try reader.byte()
    guard version == Self.version else {
      throw ArrowError(
        .unsupported, "the segment has layout version \(version); update the server to read it")
    }
    guard let compression = ArrowCompression(rawValue: try reader.byte()) else {
      throw LayoutReader.malformed
    }
    let rowCount = try reader.integer()
    let columnCount = try reader.count(elementBytes: 12)
    let checksum: UInt64 = try reader.fixed()
    var columns: [SegmentColumn] = []
    columns.reserveCapacity(columnCount)
    for _ in 0..<columnCount {
      let nullCount = try reader.integer()
      let columnChecksum: UInt64 = try reader.fixed()
      let minimum = try reader.bound()
      let maximum = try reader.bound()
      var buffers: [SegmentBuffer] = []
      for _ in 0..<(try reader.count(elementBytes: 2)) {
        buffers.append(
          SegmentBuffer(offset: try reader.integer(), length: try reader.integer()))
      }
      columns.append(
        SegmentColumn(
          nullCount: nullCount, minimum: minimum, maximum: maximum, checksum: columnChecksum,
          buffers: buffers))
    }
    guard reader.isAtEnd else { throw LayoutReader.malformed }
    guard checksum == Self.checksum(of: columns) else {
      throw ArrowError(
        .checksumMismatch, "the segment's layout is damaged; restore it from a backup")
    }
    self.init(
      rowCount: rowCount, compression: compression, checksum: checksum, columns: columns)
  }
}

private struct LayoutWriter {
  var bytes: [UInt8] = []

  mutating func append(_ value: Int) {
    var left = UInt64(value)
    while left >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: left) | 0x80)
      left >>= 7
    }
    bytes.append(UInt8(left))
  }

  mutating func append<Value: FixedWidthInteger>(fixed value: Value) {
    for shift in 0..<Value.bitWidth / 8 {
      bytes.append(UInt8(truncatingIfNeeded: value >> Value(8 * shift)))
    }
  }

  mutating func append(_ bound: SegmentBound?) {
    switch bound {
    case nil: bytes.append(0)
    case .int64(let value):
      bytes.append(1)
      append(fixed: value)
    case .uint64(let value):
      bytes.append(2)
      append(fixed: value)
    case .float64(let value):
      bytes.append(3)
      append(fixed: value.bitPattern)
    case .decimal(let value):
      bytes.append(4)
      append(fixed: value)
    case .bytes(let value):
      bytes.append(5)
      append(value.count)
      bytes += value
    }
  }
}

private struct LayoutReader {
  let bytes: [UInt8]
  private var position = 0

  init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  static var malformed: ArrowError {
    ArrowError(.malformed, "the segment's layout is damaged; restore it from a backup")
  }

  var isAtEnd: Bool { position == bytes.count }

  mutating func byte() throws(ArrowError) -> UInt8 {
    guard position < bytes.count else { throw Self.malformed }
    position += 1
    return bytes[position - 1]
  }

  /// Reads an integer of at most 56 bits, which no sum of two can make overflow.
  mutating func integer() throws(ArrowError) -> Int {
    var value = 0
    for shift in stride(from: 0, to: 56, by: 7) {
      let next = try byte()
      value |= Int(next & 0x7F) << shift
      if next < 0x80 { return value }
    }
    throw Self.malformed
  }

  /// Reads the number of elements, which take at least so many bytes each.
  mutating func count(elementBytes: Int) throws(ArrowError) -> Int {
    let count = try integer()
    guard count <= (bytes.count - position) / elementBytes else { throw Self.malformed }
    return count
  }

  mutating func fixed<Value: FixedWidthInteger>() throws(ArrowError) -> Value {
    var value: Value = 0
    for shift in 0..<Value.bitWidth / 8 {
      value |= Value(truncatingIfNeeded: try byte()) << Value(8 * shift)
    }
    return value
  }

  mutating func bound() throws(ArrowError) -> SegmentBound? {
    switch try byte() {
    case 0: return nil
    case 1: return .int64(try fixed())
    case 2: return .uint64(try fixed())
    case 3: return .float64(Double(bitPattern: try fixed()))
    case 4: return .decimal(try fixed())
    case 5:
      let count = try count(elementBytes: 1)
      position += count
      return .bytes(Array(bytes[position - count..<position]))
    default: throw Self.malformed
    }
  }
}
