extension ArrowColumn {
  /// Makes a column of nulls.
  ///
  /// - Parameter maxBytes: the most bytes that it may take.
  /// - Throws: `limitExceeded` when it would take more.
  package static func nulls(
    _ type: ArrowType, count: Int, maxBytes: Int
  ) throws(ArrowError) -> ArrowColumn {
    if type == .null {
      return ArrowColumn(
        trusted: .null, length: count, validity: nil, offsets: .empty, values: .empty)
    }
    let offsets: Int
    let values: Int
    switch type.layout {
    case .null: (offsets, values) = (0, 0)
    case .bits: (offsets, values) = (0, Bitmap.byteCount(of: count))
    case .fixedWidth(let width): (offsets, values) = (0, count * width)
    case .variable(let width): (offsets, values) = ((count + 1) * width, 0)
    }
    guard offsets + values <= maxBytes else {
      throw ArrowError(
        .limitExceeded, "\(count) nulls of \(type) take over \(maxBytes) bytes; send fewer rows")
    }
    return ArrowColumn(
      trusted: type, length: count, validity: Bitmap(repeating: false, count: count),
      offsets: ArrowBuffer([UInt8](repeating: 0, count: offsets)),
      values: ArrowBuffer([UInt8](repeating: 0, count: values)))
  }

  /// Replaces this column's integers by the rows of a dictionary that they count.
  ///
  /// - Parameter maxBytes: the most bytes of values that may come out.
  /// - Throws: `malformed` for an index outside of the dictionary, `limitExceeded` beyond the
  ///   limit.
  func lookingUp(
    _ dictionary: ArrowColumn, maxBytes: Int
  ) throws(ArrowError) -> ArrowColumn {
    if nullCount == length {
      return try .nulls(dictionary.type, count: length, maxBytes: maxBytes)
    }
    let rows = try indices(below: dictionary.length)
    try dictionary.checkSize(of: rows, maxBytes: min(maxBytes, ColumnBuilder.defaultMaxBytes))
    let taken = dictionary.taking(rows)
    guard let validity else { return taken }
    // A row is null when its index is or when the dictionary's value is.
    var bits = BitmapBuilder()
    bits.reserve(length)
    for index in 0..<validity.wordCount {
      let word = validity.word(index) & (taken.validity?.word(index) ?? .max)
      bits.append(word: word, used: min(64, length - 64 * index))
    }
    return ArrowColumn(
      trusted: taken.type, length: length, validity: bits.finish(), offsets: taken.offsets,
      values: taken.values)
  }

  /// The values as row numbers; a null counts as row 0.
  private func indices(below count: Int) throws(ArrowError) -> [Int32] {
    switch type {
    case .int8: try indices(below: count, Int8.self)
    case .uint8: try indices(below: count, UInt8.self)
    case .int16: try indices(below: count, Int16.self)
    case .uint16: try indices(below: count, UInt16.self)
    case .int32: try indices(below: count, Int32.self)
    case .uint32: try indices(below: count, UInt32.self)
    case .int64: try indices(below: count, Int64.self)
    case .uint64: try indices(below: count, UInt64.self)
    default: throw ArrowError(.malformed, "a dictionary is indexed by integers, not by \(type)")
    }
  }

  private func indices<Index: FixedWidthInteger & BitwiseCopyable>(
    below count: Int, _ type: Index.Type
  ) throws(ArrowError) -> [Int32] {
    let source = span(of: type)
    var rows: [Int32] = []
    rows.reserveCapacity(length)
    for row in 0..<length {
      guard isValid(row) else {
        rows.append(0)
        continue
      }
      let index = Int(truncatingIfNeeded: source[row])
      guard index >= 0, index < count else {
        throw ArrowError(.malformed, "row \(row) is entry \(source[row]) of \(count) entries")
      }
      rows.append(Int32(truncatingIfNeeded: index))
    }
    return rows
  }

  /// Checks how many bytes the rows would take before they are copied.
  private func checkSize(of rows: [Int32], maxBytes: Int) throws(ArrowError) {
    var total = 0
    switch type.layout {
    case .null, .bits: total = rows.count / 8
    case .fixedWidth(let width): total = rows.count * width
    case .variable:
      for row in rows { total += range(of: Int(row)).count }
    }
    guard total <= maxBytes else {
      throw ArrowError(
        .limitExceeded,
        "the column takes \(total) bytes without its dictionary, allowed are \(maxBytes); "
          + "send smaller batches")
    }
  }
}
