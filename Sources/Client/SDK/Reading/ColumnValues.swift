internal import PurSightArrow

/// A column of a batch, for types that read their values out of it.
public struct ColumnValues: Sendable {
  private let column: ArrowColumn
  /// The column's name.
  public let name: String

  init(_ column: ArrowColumn, _ name: String) {
    self.column = column
    self.name = name
  }

  /// Whether the row has no value.
  public func isNull(_ row: Int) -> Bool { column.type == .null || !column.isValid(row) }

  private func element<Value: BitwiseCopyable>(_ type: Value.Type, _ row: Int) -> Value? {
    guard !isNull(row) else { return nil }
    let column = column
    let values = column.span(of: type)
    return values[row]
  }

  func error(_ what: String) -> PurSightError {
    PurSightError(.invalidArgument, "Column \"\(name)\" \(what).")
  }

  private func mismatch(_ wanted: String) -> PurSightError {
    error("is of type \(column.type) and cannot be read as \(wanted)")
  }

  /// The truth value of a row; nil for null.
  public func bool(_ row: Int) throws(PurSightError) -> Bool? {
    guard column.type == .bool || column.type == .null else { throw mismatch("a truth value") }
    return isNull(row) ? nil : column.bits[row]
  }

  /// The integer of a row; nil for null.
  public func integer(_ row: Int) throws(PurSightError) -> Int128? {
    switch column.type {
    case .null: nil
    case .int8: element(Int8.self, row).map { Int128($0) }
    case .int16: element(Int16.self, row).map { Int128($0) }
    case .int32: element(Int32.self, row).map { Int128($0) }
    case .int64: element(Int64.self, row).map { Int128($0) }
    case .uint8: element(UInt8.self, row).map { Int128($0) }
    case .uint16: element(UInt16.self, row).map { Int128($0) }
    case .uint32: element(UInt32.self, row).map { Int128($0) }
    case .uint64: element(UInt64.self, row).map { Int128($0) }
    default: throw mismatch("an integer")
    }
  }

  /// The number of a row; nil for null. Integers are converted.
  public func double(_ row: Int) throws(PurSightError) -> Double? {
    switch column.type {
    case .float64: return element(Double.self, row)
    case .float32: return element(Float.self, row).map { Double($0) }
    case .decimal128(_, let scale):
      var divisor = 1.0
      for _ in 0..<max(scale, 0) { divisor *= 10 }
      return element(Int128.self, row).map { Double($0) / divisor }
    case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64, .null:
      return try integer(row).map { Double($0) }
    default: throw mismatch("a number")
    }
  }

  /// The text of a row; nil for null.
  public func string(_ row: Int) throws(PurSightError) -> String? {
    guard column.type.isText || column.type == .null else { throw mismatch("text") }
    return isNull(row) ? nil : column.string(at: row)
  }

  /// The bytes of a row of text or binary; nil for null.
  public func bytes(_ row: Int) throws(PurSightError) -> [UInt8]? {
    switch column.type {
    case .null: return nil
    case .utf8, .largeUtf8, .binary, .largeBinary:
      return isNull(row) ? nil : column.values.slice(column.range(of: row)).array
    case .fixedSizeBinary(let width):
      return isNull(row) ? nil : column.values.slice(row * width..<(row + 1) * width).array
    default: throw mismatch("bytes")
    }
  }

  /// The point in time of a row in microseconds since 1970-01-01T00:00:00Z; nil for null.
  public func microseconds(_ row: Int) throws(PurSightError) -> Int64? {
    guard column.type != .null else { return nil }
    guard case .timestamp(let unit, _) = column.type else { throw mismatch("a point in time") }
    guard let value = element(Int64.self, row) else { return nil }
    guard unit.perSecond <= 1_000_000 else { return value / (unit.perSecond / 1_000_000) }
    let (micros, overflow) = value.multipliedReportingOverflow(by: 1_000_000 / unit.perSecond)
    if overflow { throw error("holds a point in time that is out of range") }
    return micros
  }

  /// The date of a row in days since 1970-01-01; nil for null.
  public func days(_ row: Int) throws(PurSightError) -> Int32? {
    guard column.type != .null else { return nil }
    guard column.type == .date32 else { throw mismatch("a date") }
    return element(Int32.self, row)
  }
}
