package import PurSightArrow

extension ArrowColumn {
  /// The column's values in a type that holds all of them.
  /// - Throws: `schemaMismatch` where there is no such conversion, or a value is out of range.
  package func widened(to wanted: ArrowType) throws(ArrowError) -> ArrowColumn {
    if type == wanted { return self }
    switch (type, wanted) {
    case (.int8, _): return try integers(Int8.self, to: wanted)
    case (.int16, _): return try integers(Int16.self, to: wanted)
    case (.int32, .float64), (.int32, .int64): return try integers(Int32.self, to: wanted)
    case (.uint8, _): return try integers(UInt8.self, to: wanted)
    case (.uint16, _): return try integers(UInt16.self, to: wanted)
    case (.uint32, _): return try integers(UInt32.self, to: wanted)
    case (.float32, .float64): return try mapped(Float.self, to: wanted) { Double($0) }
    case (.timestamp(let unit, _), .timestamp), (.duration(let unit), .duration):
      return try microseconds(from: unit, to: wanted)
    case (.time64(let unit), .time64): return try microseconds(from: unit, to: wanted)
    case (.time32(let unit), .time64):
      let factor = Int64(1_000_000) / unit.perSecond
      return try mapped(Int32.self, to: wanted) { Int64($0) * factor }
    case (.date64, .date32):
      return try mapped(Int64.self, to: wanted) { Int32(truncatingIfNeeded: $0 / 86_400_000) }
    case (.largeUtf8, .utf8), (.largeBinary, .binary), (.fixedSizeBinary, .binary):
      return try copied(to: wanted)
    default: throw ArrowError(.schemaMismatch, "\(type) cannot be stored as \(wanted)")
    }
  }

  private func integers<Value: BinaryInteger & BitwiseCopyable>(
    _ from: Value.Type, to wanted: ArrowType
  ) throws(ArrowError) -> ArrowColumn {
    switch wanted {
    case .int16: try mapped(from, to: wanted) { Int16(truncatingIfNeeded: $0) }
    case .int32: try mapped(from, to: wanted) { Int32(truncatingIfNeeded: $0) }
    case .int64: try mapped(from, to: wanted) { Int64(truncatingIfNeeded: $0) }
    case .uint16: try mapped(from, to: wanted) { UInt16(truncatingIfNeeded: $0) }
    case .uint32: try mapped(from, to: wanted) { UInt32(truncatingIfNeeded: $0) }
    case .uint64: try mapped(from, to: wanted) { UInt64(truncatingIfNeeded: $0) }
    case .float64: try mapped(from, to: wanted) { Double($0) }
    default: throw ArrowError(.schemaMismatch, "\(type) cannot be stored as \(wanted)")
    }
  }

  private func mapped<From: BitwiseCopyable, To: BitwiseCopyable>(
    _ from: From.Type, to wanted: ArrowType, _ convert: (From) -> To
  ) throws(ArrowError) -> ArrowColumn {
    let values = span(of: from)
    var converted: [To] = []
    converted.reserveCapacity(length)
    for row in 0..<length { converted.append(convert(values[row])) }
    return try ArrowColumn(
      type: wanted, length: length, validity: validity, offsets: .empty,
      values: ArrowBuffer(copying: converted))
  }

  private func microseconds(
    from unit: TimeUnit, to wanted: ArrowType
  ) throws(ArrowError) -> ArrowColumn {
    switch unit {
    case .microsecond: return reinterpreted(as: wanted)
    case .nanosecond:
      // Floored: -1 ns lies in the microsecond before 1970.
      return try mapped(Int64.self, to: wanted) { $0 >= 0 ? $0 / 1000 : ($0 - 999) / 1000 }
    case .second, .millisecond:
      let factor = Int64(1_000_000) / unit.perSecond
      let values = span(of: Int64.self)
      for row in 0..<length
      where isValid(row) && values[row].multipliedReportingOverflow(by: factor).overflow {
        throw ArrowError(
          .schemaMismatch, "the time in row \(row) lies outside of what microseconds can say")
      }
      return try mapped(Int64.self, to: wanted) { $0 &* factor }
    }
  }

  private func copied(to wanted: ArrowType) throws(ArrowError) -> ArrowColumn {
    var builder = ColumnBuilder(wanted)
    builder.reserve(rows: length)
    for row in 0..<length {
      if isValid(row) { try builder.append(bytes: bytes(at: row)) } else { builder.appendNull() }
    }
    return builder.finish()
  }
}
