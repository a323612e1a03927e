public import PurSightAPI

/// A Swift type that values of a column can be read into and made of.
///
/// Conforms: Bool, the integers, Double, Float, String, `[UInt8]`, Timestamp and CalendarDate. A
/// type of one's own conforms by going through one of them.
public protocol ColumnValue: Sendable {
  /// The type of a column that is made of such values.
  static var columnType: ColumnType { get }

  /// The value of one row; nil for null.
  /// - Throws: `INVALID_ARGUMENT` when the column's type does not fit.
  static func value(in column: ColumnValues, at row: Int) throws(PurSightError) -> Self?

  /// Adds the value to a column of `columnType`.
  func append(to column: inout ColumnMaker) throws(PurSightError)
}

extension Bool: ColumnValue {
  /// See `ColumnValue.columnType`.
  public static var columnType: ColumnType { .bool }
  /// See `ColumnValue.value(in:at:)`.
  public static func value(in column: ColumnValues, at row: Int) throws(PurSightError) -> Bool? {
    try column.bool(row)
  }
  /// See `ColumnValue.append(to:)`.
  public func append(to column: inout ColumnMaker) throws(PurSightError) { column.append(self) }
}

extension ColumnValue where Self: FixedWidthInteger & BitwiseCopyable {
  /// See `ColumnValue.value(in:at:)`.
  public static func value(in column: ColumnValues, at row: Int) throws(PurSightError) -> Self? {
    guard let value = try column.integer(row) else { return nil }
    if let exact = Self(exactly: value) { return exact }
    throw column.error("holds \(value), which does not fit into \(Self.self)")
  }
  /// See `ColumnValue.append(to:)`.
  public func append(to column: inout ColumnMaker) throws(PurSightError) {
    column.append(integer: self)
  }
}
extension Int: ColumnValue {
  /// See `ColumnValue.columnType`.
  public static var columnType: ColumnType { .int64 }
}
extension Int8: ColumnValue {
  /// See `ColumnValue.columnType`.
  public static var columnType: ColumnType { .int8 }
}
extension Int16: ColumnValue {
  /// See `ColumnValue.columnType`.
  public static var columnType: ColumnType { .int16 }
}
extension Int32: ColumnValue {
  /// See `ColumnValue.columnType`.
  public static var columnType: ColumnType { .int32 }
}
extension Int64: ColumnValue {
  /// See `ColumnValue.columnType`.
  public static var columnType: ColumnType { .int64 }
}
extension UInt8: ColumnValue {
  /// See `ColumnValue.columnType`.
  public static var columnType: ColumnType { .uint8 }
}
extension UInt16: ColumnValue {
  /// See `ColumnValue.columnType`.
  public static var columnType: ColumnType { .uint16 }
}
extension UInt32: ColumnValue {
  /// See `ColumnValue.columnType`.
  public static var columnType: ColumnType { .uint32 }
}
extension UInt64: ColumnValue {
  /// See `ColumnValue.columnType`.
  public static var columnType: ColumnType { .uint64 }
}

extension Double: ColumnValue {
  /// See `ColumnValue.columnType`.
  public static var columnType: ColumnType { .float64 }
  /// See `ColumnValue.value(in:at:)`.
  public static func value(in column: ColumnValues, at row: Int) throws(PurSightError) -> Double? {
    try column.double(row)
  }
  /// See `ColumnValue.append(to:)`.
  public func append(to column: inout ColumnMaker) throws(PurSightError) { column.append(self) }
}

extension Float: ColumnValue {
  /// See `ColumnValue.columnType`.
  public static var columnType: ColumnType { .float32 }
  /// See `ColumnValue.value(in:at:)`.
  public static func value(in column: ColumnValues, at row: Int) throws(PurSightError) -> Float? {
    try column.double(row).map(Float.init)
  }
  /// See `ColumnValue.append(to:)`.
  public func append(to column: inout ColumnMaker) throws(PurSightError) { column.append(self) }
}

extension String: ColumnValue {
  /// See `ColumnValue.columnType`.
  public static var columnType: ColumnType { .string }
  /// See `ColumnValue.value(in:at:)`.
  public static func value(in column: ColumnValues, at row: Int) throws(PurSightError) -> String? {
    try column.string(row)
  }
  /// See `ColumnValue.append(to:)`.
  public func append(to column: inout ColumnMaker) throws(PurSightError) {
    try column.append(self)
  }
}

extension [UInt8]: ColumnValue {
  /// See `ColumnValue.columnType`.
  public static var columnType: ColumnType { .bytes }
  /// See `ColumnValue.value(in:at:)`.
  public static func value(in column: ColumnValues, at row: Int) throws(PurSightError) -> [UInt8]? {
    try column.bytes(row)
  }
  /// See `ColumnValue.append(to:)`.
  public func append(to column: inout ColumnMaker) throws(PurSightError) {
    try column.append(self)
  }
}

extension Timestamp: ColumnValue {
  /// See `ColumnValue.columnType`.
  public static var columnType: ColumnType { .timestamp }
  /// See `ColumnValue.value(in:at:)`.
  public static func value(
    in column: ColumnValues, at row: Int
  ) throws(PurSightError) -> Timestamp? {
    try column.microseconds(row).map { Timestamp(microseconds: $0) }
  }
  /// See `ColumnValue.append(to:)`.
  public func append(to column: inout ColumnMaker) throws(PurSightError) {
    guard let microseconds else {
      throw PurSightError(.invalidArgument, "A timestamp of \(seconds) seconds is out of range.")
    }
    column.append(integer: microseconds)
  }
}

/// A date without a time of day.
public struct CalendarDate: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Days since 1970-01-01.
  public var days: Int32

  /// A date by its days since 1970-01-01.
  public init(days: Int32) { self.days = days }

  /// `2026-11-21`.
  public var description: String {
    String(Timestamp(microseconds: Int64(days) * 86_400_000_000).text.prefix(10))
  }

  /// Whether one day is before another.
  public static func < (left: CalendarDate, right: CalendarDate) -> Bool { left.days < right.days }
}

extension CalendarDate: ColumnValue, FilterConvertible {
  /// See `ColumnValue.columnType`.
  public static var columnType: ColumnType { .date }
  /// The value as it goes into a filter.
  public var filterValue: FilterValue { .date(days) }
  /// See `ColumnValue.value(in:at:)`.
  public static func value(
    in column: ColumnValues, at row: Int
  ) throws(PurSightError) -> CalendarDate? {
    try column.days(row).map { CalendarDate(days: $0) }
  }
  /// See `ColumnValue.append(to:)`.
  public func append(to column: inout ColumnMaker) throws(PurSightError) {
    column.append(integer: days)
  }
}
