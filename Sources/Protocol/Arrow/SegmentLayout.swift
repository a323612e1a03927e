/// A bound of the values of a column, in the form that does for all types of one kind.
package enum SegmentBound: Sendable, Hashable {
  /// bool (0 or 1), signed integers, dates, times, timestamps, durations, in the column's unit.
  case int64(Int64)
  /// Unsigned integers.
  case uint64(UInt64)
  /// float32 and float64; NaN is left out.
  case float64(Double)
  /// decimal128: the unscaled value.
  case decimal(Int128)
  /// Text and binary, compared byte by byte; a bound, not always a value (see `SegmentColumn`).
  case bytes([UInt8])
}

/// Where one buffer of a column lies in a segment's bytes.
package struct SegmentBuffer: Sendable, Hashable {
  /// The distance from the segment's first byte.
  package let offset: Int
  /// The bytes it takes there.
  package let length: Int
}

/// One column of a segment: where it lies and what it holds.
package struct SegmentColumn: Sendable, Hashable {
  /// The rows without a value.
  package let nullCount: Int
  /// No value is less, and none greater. Nil when there is no value, or only NaN. Bounds of text
  /// and binary are cut to `SegmentLayout.maxBoundBytes`: then a maximum is rounded up, or nil
  /// where that cannot be.
  package let minimum: SegmentBound?
  package let maximum: SegmentBound?
  /// XXH64 of the column's bytes in the segment, from its first buffer to its last.
  package let checksum: UInt64
  /// Validity, offsets and values as the type has them (`ArrowType.bufferCount`), one after
  /// another; a buffer without bytes is not stored.
  package let buffers: [SegmentBuffer]

  package init(
    nullCount: Int, minimum: SegmentBound?, maximum: SegmentBound?, checksum: UInt64,
    buffers: [SegmentBuffer]
  ) {
    self.nullCount = nullCount
    self.minimum = minimum
    self.maximum = maximum
    self.checksum = checksum
    self.buffers = buffers
  }

  /// The bytes of the segment that hold the column.
  package var range: Range<Int> {
    guard let first = buffers.first, let last = buffers.last else { return 0..<0 }
    return first.offset..<max(first.offset, last.offset + last.length)
  }
}

/// What has to be known of a segment to read it, or to leave it unread: it is stored beside the
/// bytes.
package struct SegmentLayout: Sendable, Hashable {
  package let rowCount: Int
  package let compression: ArrowCompression
  /// XXH64 of the columns' checksums, each as eight little-endian bytes, in order.
  package let checksum: UInt64
  package let columns: [SegmentColumn]

  /// The most bytes that a bound of text or binary keeps.
  package static let maxBoundBytes = 64

  package init(
    rowCount: Int, compression: ArrowCompression, checksum: UInt64, columns: [SegmentColumn]
  ) {
    self.rowCount = rowCount
    self.compression = compression
    self.checksum = checksum
    self.columns = columns
  }

  /// The ranges of the segment's bytes that hold the columns at the positions given, neighbours
  /// joined, in the order of the bytes.
  package func ranges(of positions: [Int]) -> [Range<Int>] {
    var joined: [Range<Int>] = []
    for position in positions.sorted() {
      let range = columns[position].range
      guard !range.isEmpty else { continue }
      if let last = joined.last, last.upperBound >= range.lowerBound {
        joined[joined.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        joined.append(range)
      }
    }
    return joined
  }

  static func checksum(of columns: [SegmentColumn]) -> UInt64 {
    XXHash64.hash(ArrowBuffer(copying: columns.map(\.checksum.littleEndian)).bytes)
  }
}
