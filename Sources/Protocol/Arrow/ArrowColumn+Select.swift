extension ArrowColumn {
  /// Returns the rows at the positions given, in that order; a position may repeat.
  package func taking(_ rows: [Int32]) -> ArrowColumn {
    let bits = validity.map { Self.take($0, rows) }
    let taken: (offsets: ArrowBuffer, values: ArrowBuffer) =
      switch type.layout {
      case .null: (.empty, .empty)
      case .bits: (.empty, Self.take(self.bits, rows).buffer)
      case .fixedWidth(1): (.empty, takeFixed(rows, UInt8.self))
      case .fixedWidth(2): (.empty, takeFixed(rows, UInt16.self))
      case .fixedWidth(4): (.empty, takeFixed(rows, UInt32.self))
      case .fixedWidth(8): (.empty, takeFixed(rows, UInt64.self))
      case .fixedWidth(let width): (.empty, takeBlocks(rows, width))
      case .variable(offsetWidth: 4): takeVariable(rows, Int32.self)
      case .variable: takeVariable(rows, Int64.self)
      }
    return ArrowColumn(
      trusted: type, length: rows.count, validity: bits, offsets: taken.offsets,
      values: taken.values)
  }

  private static func take(_ bits: Bitmap, _ rows: [Int32]) -> Bitmap {
    var builder = BitmapBuilder()
    builder.reserve(rows.count)
    for row in rows { builder.append(bits[Int(row)]) }
    return builder.finish()
  }

  private func takeFixed<Value: BitwiseCopyable>(
    _ rows: [Int32], _ type: Value.Type
  ) -> ArrowBuffer {
    let source = values.span(of: type)
    var target: [Value] = []
    target.reserveCapacity(rows.count)
    for row in rows { target.append(source[Int(row)]) }
    return ArrowBuffer(copying: target)
  }

  private func takeBlocks(_ rows: [Int32], _ width: Int) -> ArrowBuffer {
    var target: [UInt8] = []
    target.reserveCapacity(rows.count * width)
    for row in rows { target.append(bytes: values.bytes, Int(row) * width, width) }
    return ArrowBuffer(target)
  }

  private func takeVariable<Offset: FixedWidthInteger & BitwiseCopyable>(
    _ rows: [Int32], _ type: Offset.Type
  ) -> (ArrowBuffer, ArrowBuffer) {
    let offsets = offsets.span(of: type)
    let source = values.bytes
    var targetOffsets: [Offset] = [0]
    targetOffsets.reserveCapacity(rows.count + 1)
    var target: [UInt8] = []
    for row in rows {
      let start = Int(offsets[Int(row)])
      target.append(bytes: source, start, Int(offsets[Int(row) &+ 1]) &- start)
      targetOffsets.append(Offset(truncatingIfNeeded: target.count))
    }
    return (ArrowBuffer(copying: targetOffsets), ArrowBuffer(target))
  }

  /// Returns the rows of several columns of one type, one after another.
  ///
  /// - Throws: `schemaMismatch` when the types differ, `limitExceeded` when 32-bit offsets or the
  ///   row limit do not suffice.
  package static func concatenating(_ columns: [ArrowColumn]) throws(ArrowError) -> ArrowColumn {
    guard let first = columns.first else {
      throw ArrowError(.schemaMismatch, "there is no column to concatenate")
    }
    if columns.count == 1 { return first }
    var builder = ColumnBuilder(first.type)
    builder.reserve(rows: columns.reduce(0) { $0 + $1.length })
    for column in columns { try builder.append(column, 0..<column.length) }
    return builder.finish()
  }
}

extension Array where Element == UInt8 {
  /// Appends `count` bytes of a span, from `start` on.
  mutating func append(bytes: borrowing RawSpan, _ start: Int, _ count: Int) {
    guard count > 0 else { return }
    let part = bytes.extracting(start..<start &+ count)
    unsafe part.withUnsafeBytes { unsafe append(contentsOf: $0) }
  }
}
