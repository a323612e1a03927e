extension ArrowColumn {
  /// The least and the greatest value, or nil when there is none to compare.
  func bounds() -> (minimum: SegmentBound, maximum: SegmentBound?)? {
    guard nullCount < length else { return nil }
    switch type {
    case .null: return nil
    case .bool:
      let ones = trueCount
      return (
        .int64(ones == length - nullCount ? 1 : 0), .int64(ones == 0 ? 0 : 1)
      )
    case .int8: return signed(Int8.self)
    case .int16: return signed(Int16.self)
    case .int32, .date32, .time32: return signed(Int32.self)
    case .int64, .date64, .time64, .timestamp, .duration: return signed(Int64.self)
    case .uint8: return unsigned(UInt8.self)
    case .uint16: return unsigned(UInt16.self)
    case .uint32: return unsigned(UInt32.self)
    case .uint64: return unsigned(UInt64.self)
    case .float32: return floating(Float.self)
    case .float64: return floating(Double.self)
    case .decimal128:
      let extremes = extremes(Int128.self)
      return (.decimal(extremes.0), .decimal(extremes.1))
    case .utf8, .largeUtf8, .binary, .largeBinary, .fixedSizeBinary: return byteBounds()
    }
  }

  private var trueCount: Int {
    let bits = self.bits
    var count = 0
    for index in 0..<bits.wordCount {
      count &+= (bits.word(index) & (validity?.word(index) ?? .max)).nonzeroBitCount
    }
    return count
  }

  private func signed<Value: FixedWidthInteger & BitwiseCopyable>(
    _ type: Value.Type
  ) -> (SegmentBound, SegmentBound?) {
    let found = extremes(type)
    return (.int64(Int64(found.0)), .int64(Int64(found.1)))
  }

  private func unsigned<Value: FixedWidthInteger & BitwiseCopyable>(
    _ type: Value.Type
  ) -> (SegmentBound, SegmentBound?) {
    let found = extremes(type)
    return (.uint64(UInt64(found.0)), .uint64(UInt64(found.1)))
  }

  /// The extremes of a column that has a value.
  private func extremes<Value: FixedWidthInteger & BitwiseCopyable>(
    _ type: Value.Type
  ) -> (Value, Value) {
    let values = span(of: type)
    var (least, greatest) = (Value.max, Value.min)
    guard let validity else {
      for row in 0..<length {
        least = min(least, values[row])
        greatest = max(greatest, values[row])
      }
      return (least, greatest)
    }
    for index in 0..<validity.wordCount {
      var word = validity.word(index)
      while word != 0 {
        let value = values[index &* 64 &+ word.trailingZeroBitCount]
        least = min(least, value)
        greatest = max(greatest, value)
        word &= word &- 1
      }
    }
    return (least, greatest)
  }

  /// NaN compares with nothing, so that it falls out by itself.
  private func floating<Value: BinaryFloatingPoint & BitwiseCopyable>(
    _ type: Value.Type
  ) -> (SegmentBound, SegmentBound?)? {
    let values = span(of: type)
    var (least, greatest) = (Value.infinity, -Value.infinity)
    var hasValue = false
    for row in 0..<length where isValid(row) {
      let value = values[row]
      if value <= least { least = value }
      if value >= greatest { greatest = value }
      hasValue = hasValue || value == value
    }
    return hasValue ? (.float64(Double(least)), .float64(Double(greatest))) : nil
  }

  private func byteBounds() -> (SegmentBound, SegmentBound?) {
    let found: (least: Range<Int>, greatest: Range<Int>) =
      switch type.layout {
      case .variable(offsetWidth: 4): extremeTexts(Int32.self)
      case .variable: extremeTexts(Int64.self)
      case .null, .bits, .fixedWidth: extremeBlocks()
      }
    let low = values.slice(found.least).array.prefix(SegmentLayout.maxBoundBytes)
    return (.bytes(Array(low)), upperBound(values.slice(found.greatest).array))
  }

  /// Where the least and the greatest of the texts lie.
  private func extremeTexts<Offset: FixedWidthInteger & BitwiseCopyable>(
    _ type: Offset.Type
  ) -> (Range<Int>, Range<Int>) {
    let offsets = offsets.span(of: type)
    let bytes = values.bytes
    var extremes = ByteExtremes()
    for row in 0..<length where validity?[row] ?? true {
      extremes.add(bytes, Int(offsets[row]), Int(offsets[row &+ 1]))
    }
    return (extremes.least, extremes.greatest)
  }

  /// Where the least and the greatest of the values of a fixed number of bytes lie.
  private func extremeBlocks() -> (Range<Int>, Range<Int>) {
    let bytes = values.bytes
    var extremes = ByteExtremes()
    for row in 0..<length where validity?[row] ?? true {
      let range = range(of: row)
      extremes.add(bytes, range.lowerBound, range.upperBound)
    }
    return (extremes.least, extremes.greatest)
  }

  /// Cuts a greatest value and rounds it up, so that nothing passes it.
  private func upperBound(_ bytes: [UInt8]) -> SegmentBound? {
    guard bytes.count > SegmentLayout.maxBoundBytes else { return .bytes(bytes) }
    var cut = Array(bytes.prefix(SegmentLayout.maxBoundBytes))
    while let last = cut.popLast() {
      if last < 0xFF {
        cut.append(last + 1)
        return .bytes(cut)
      }
    }
    return nil
  }
}

/// The least and the greatest of some runs of bytes, compared byte by byte.
private struct ByteExtremes {
  private(set) var least = 0..<0
  private(set) var greatest = 0..<0
  /// The first eight bytes of both, which decide most comparisons.
  private var leastHead = UInt64.max
  private var greatestHead: UInt64 = 0
  private var isEmpty = true

  mutating func add(_ bytes: borrowing RawSpan, _ start: Int, _ end: Int) {
    let head = Self.head(bytes, start, end)
    if isEmpty {
      isEmpty = false
      (least, greatest, leastHead, greatestHead) = (start..<end, start..<end, head, head)
      return
    }
    if head < leastHead || (head == leastHead && Self.precedes(bytes, start..<end, least)) {
      (least, leastHead) = (start..<end, head)
    }
    if head > greatestHead || (head == greatestHead && Self.precedes(bytes, greatest, start..<end))
    {
      (greatest, greatestHead) = (start..<end, head)
    }
  }

  /// The first eight bytes as a number that compares as they do; zeros after the end.
  private static func head(_ bytes: borrowing RawSpan, _ start: Int, _ end: Int) -> UInt64 {
    let count = end &- start
    guard start &+ 8 <= bytes.byteCount else {
      var head: UInt64 = 0
      for index in 0..<min(count, 8) {
        head |= UInt64(bytes.byte(at: start &+ index)) &<< UInt64(56 &- 8 &* index)
      }
      return head
    }
    let head = bytes.word(at: start).bigEndian
    return count >= 8 ? head : count == 0 ? 0 : head & ~(UInt64.max &>> UInt64(8 &* count))
  }

  private static func precedes(
    _ bytes: borrowing RawSpan, _ left: Range<Int>, _ right: Range<Int>
  ) -> Bool {
    let shared = min(left.count, right.count)
    for index in 0..<shared {
      let first = bytes.byte(at: left.lowerBound &+ index)
      let second = bytes.byte(at: right.lowerBound &+ index)
      if first != second { return first < second }
    }
    return left.count < right.count
  }
}
