/// The type of an expression, a column, a parameter or a literal.
///
/// The set is closed. Whoever offers columns maps his own types onto it: every integer width is
/// `integer`, both float widths are `double`, every timestamp unit is `timestamp`.
package enum ExpressionType: UInt8, Sendable, Hashable, CaseIterable {
  /// The type of the literal `null` before its surroundings say what it stands for.
  case null
  /// Two values and null.
  case boolean
  /// 64 bits, signed.
  case integer
  /// IEEE 754 binary64; NaN equals itself and sorts after every number.
  case double
  /// UTF-8 text, compared bytewise.
  case string
  /// Bytes, compared bytewise.
  case bytes
  /// A day of the proleptic Gregorian calendar; days since 1970-01-01.
  case date
  /// An instant; microseconds since 1970-01-01T00:00:00Z.
  case timestamp
  /// A length of time in microseconds.
  case duration

  /// The name as users write and read it.
  package var name: String {
    switch self {
    case .null: "null"
    case .boolean: "boolean"
    case .integer: "integer"
    case .double: "double"
    case .string: "string"
    case .bytes: "bytes"
    case .date: "date"
    case .timestamp: "timestamp"
    case .duration: "duration"
    }
  }

  /// Whether arithmetic and rounding apply.
  package var isNumeric: Bool { self == .integer || self == .double }

  /// Whether the type is stored as a 64-bit integer: integer, date, timestamp, duration.
  package var isIntegral: Bool {
    switch self {
    case .integer, .date, .timestamp, .duration: true
    case .null, .boolean, .double, .string, .bytes: false
    }
  }

  /// Whether the type is stored as a run of bytes: string, bytes.
  package var isBytes: Bool { self == .string || self == .bytes }
}
