package import PurSightArrow

/// What was found out about a column from the sample at the head of a file.
package struct InferredColumn: Sendable, Hashable {
  package let name: String
  package let type: ArrowType
  /// The rows of the sample, and those of them without a value.
  package let rows: Int
  package let nulls: Int
  /// Whether the caller chose the type.
  package let isChosen: Bool
}

/// Decides the type of a column from the texts of a sample.
///
/// The rule: of the types bool, int64, double, date32, timestamp[us, UTC], timestamp[us] and string
/// the first that every value of the sample has. A number with a leading zero (a postal code), or
/// an integer that does not fit 64 bits (an identifier), is text. A timestamp is UTC where every
/// value names its offset. A column without a value in the sample is text.
struct TypeInference: Sendable {
  private struct Kinds: OptionSet {
    let rawValue: UInt8
    static let bool = Kinds(rawValue: 1)
    static let int64 = Kinds(rawValue: 2)
    static let float64 = Kinds(rawValue: 4)
    static let date = Kinds(rawValue: 8)
    static let zoned = Kinds(rawValue: 16)
    static let local = Kinds(rawValue: 32)
    static let all: Kinds = [.bool, .int64, .float64, .date, .zoned, .local]
  }

  private var possible = Kinds.all
  private(set) var rows = 0
  private(set) var nulls = 0

  mutating func addNull() {
    rows += 1
    nulls += 1
  }

  /// Narrows the types down to those that the text has.
  mutating func add(_ bytes: borrowing Span<UInt8>, _ start: Int, _ count: Int) {
    rows += 1
    guard !possible.isEmpty else { return }
    possible.formIntersection(Self.kinds(bytes, start, count))
  }

  /// Rules every type but text out.
  mutating func addText() {
    rows += 1
    possible = []
  }

  private static func kinds(
    _ bytes: borrowing Span<UInt8>, _ start: Int, _ count: Int
  ) -> Kinds {
    if Cell.bool(bytes, start, count) != nil { return .bool }
    if hasLeadingZero(bytes, start, count) { return [] }
    if Cell.int64(bytes, start, count) != nil { return [.int64, .float64] }
    if Cell.date(bytes, start, count) != nil { return .date }
    if let moment = Cell.timestamp(bytes, start, count) {
      return moment.hasZone ? .zoned : .local
    }
    // An integer too long for 64 bits is a double only for those who do not look at its end.
    let isInteger = isDigits(bytes, start, count)
    if !isInteger, Cell.float64(bytes, start, count) != nil { return .float64 }
    return []
  }

  private static func isDigits(
    _ bytes: borrowing Span<UInt8>, _ start: Int, _ count: Int
  ) -> Bool {
    for index in start..<start + count {
      let isSign = index == start && (bytes[index] == 0x2B || bytes[index] == 0x2D)
      if !isSign && bytes[index] &- UInt8(ascii: "0") >= 10 { return false }
    }
    return true
  }

  private static func hasLeadingZero(
    _ bytes: borrowing Span<UInt8>, _ start: Int, _ count: Int
  ) -> Bool {
    guard count > 1 else { return false }
    let isSigned = bytes[start] == UInt8(ascii: "-") || bytes[start] == UInt8(ascii: "+")
    let first = isSigned ? start + 1 : start
    // A date or timestamp of a year before 1000 starts with a zero too.
    guard first + 1 < start + count, bytes[first] == UInt8(ascii: "0") else { return false }
    let isDigit = bytes[first + 1] &- UInt8(ascii: "0") < 10
    return isDigit && isDigits(bytes, start, count)
  }

  /// The type of the values so far.
  var type: ArrowType {
    if rows == nulls { return .utf8 }
    if possible.contains(.bool) { return .bool }
    if possible.contains(.int64) { return .int64 }
    if possible.contains(.float64) { return .float64 }
    if possible.contains(.date) { return .date32 }
    if possible.contains(.zoned) { return .timestamp(.microsecond, zone: "UTC") }
    if possible.contains(.local) { return .timestamp(.microsecond, zone: nil) }
    return .utf8
  }
}
