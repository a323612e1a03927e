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
    if let validity {
      for row in 0..<length where validity[row] {
        let value = values[row]
        if value < least { least = value }
        if value > greatest { greatest = value }
      }
    } else {
      for row in 0..<length {
        let value = values[row]
        if value < least { least = value }
        if value > greatest { greatest = value }
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
    var least = -1
    var greatest = -1
    for row in 0..<length where isValid(row) {
      if least < 0 {
        (least, greatest) = (row, row)
      } else if precedes(row, least) {
        least = row
      } else if precedes(greatest, row) {
        greatest = row
      }
    }
    let low = values.slice(range(of: least)).array.prefix(SegmentLayout.maxBoundBytes)
    return (.bytes(Array(low)), upperBound(values.slice(range(of: greatest)).array))
  }

  /// Whether the bytes of one row come before those of another.
  private func precedes(_ left: Int, _ right: Int) -> Bool {
    let (left, right) = (range(of: left), range(of: right))
    let bytes = values.span(of: UInt8.self)
    let shared = min(left.count, right.count)
    for index in 0..<shared {
      let (first, second) = (
        bytes[left.lowerBound &+ index], bytes[right.lowerBound &+ index]
      )
      if first != second { return first < second }
    }
    return left.count < right.count
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
