/// A typed value: a literal, a bound parameter, an element of a list.
package enum ExpressionValue: Sendable, Hashable {
  case null
  case boolean(Bool)
  case integer(Int64)
  case double(Double)
  case string(String)
  case bytes([UInt8])
  /// Days since 1970-01-01.
  case date(Int32)
  /// Microseconds since 1970-01-01T00:00:00Z.
  case timestamp(Int64)
  /// Microseconds.
  case duration(Int64)
  /// A list as the right side of `in`; lists do not nest.
  case list([ExpressionValue])

  /// The scalar's type; nil for a list.
  package var type: ExpressionType? {
    switch self {
    case .null: .null
    case .boolean: .boolean
    case .integer: .integer
    case .double: .double
    case .string: .string
    case .bytes: .bytes
    case .date: .date
    case .timestamp: .timestamp
    case .duration: .duration
    case .list: nil
    }
  }

  /// The 64-bit form of integer, date, timestamp and duration; nil for the others.
  package var integral: Int64? {
    switch self {
    case .integer(let value), .timestamp(let value), .duration(let value): value
    case .date(let days): Int64(days)
    case .null, .boolean, .double, .string, .bytes, .list: nil
    }
  }

  /// The bytes of a string or of bytes; nil for the others.
  package var rawBytes: [UInt8]? {
    switch self {
    case .string(let text): Array(text.utf8)
    case .bytes(let bytes): bytes
    case .null, .boolean, .integer, .double, .date, .timestamp, .duration, .list: nil
    }
  }

  /// The value as `type`, widening integer to double; nil when that is not what it is.
  package func converted(to type: ExpressionType) -> ExpressionValue? {
    if self == .null || self.type == type { return self }
    if case .integer(let value) = self, type == .double { return .double(Double(value)) }
    return nil
  }
}
