@testable import PurSightExpression

/// The language's functions for one row, the slow and obvious way.
enum ReferenceFunctions {
  static func call(_ function: Function, _ values: [Cell], _ lastType: ExpressionType) -> Cell {
    switch function {
    case .coalesce: return values.first { $0 != .null } ?? .null
    case .greatest, .least:
      if values.contains(.error) { return .error }
      let known = values.filter { $0 != .null }
      let sorted = known.sorted { order($0, $1) < 0 }
      return (function == .greatest ? sorted.last : sorted.first) ?? .null
    default: break
    }
    if values.contains(.error) { return .error }
    if values.contains(.null) { return .null }
    return switch values[0] {
    case .text(let text): call(function, text, values)
    case .double(let value): call(function, value)
    case .integer(let value): call(function, value, isDate: lastType == .date)
    case .null, .error, .boolean: .error
    }
  }

  private static func call(_ function: Function, _ text: String, _ values: [Cell]) -> Cell {
    let scalars = Array(text.unicodeScalars)
    var other = ""
    if values.count > 1, case .text(let second) = values[1] { other = second }
    let (bytes, part) = (Array(text.utf8), Array(other.utf8))
    switch function {
    case .length: return .integer(Int64(scalars.count))
    case .lower, .upper:
      let changed = scalars.map { scalar in
        guard scalar.isASCII else { return String(scalar) }
        return function == .lower ? String(scalar).lowercased() : String(scalar).uppercased()
      }
      return .text(changed.joined())
    case .trim:
      let kept = scalars.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
      return .text(String(String.UnicodeScalarView(kept)))
    case .substr:
      guard case .integer(let start) = values[1] else { return .error }
      var end = Int128.max
      if values.count == 3, case .integer(let count) = values[2] {
        if count < 0 { return .error }
        end = Int128(start) + Int128(count)
      }
      let kept = scalars.enumerated().filter {
        $0.offset + 1 >= start && Int128($0.offset + 1) < end
      }
      return .text(String(String.UnicodeScalarView(kept.map(\.element))))
    case .startsWith: return .boolean(bytes.starts(with: part))
    case .endsWith: return .boolean(bytes.reversed().starts(with: part.reversed()))
    case .contains:
      return .boolean(bytes.indices.contains { bytes[$0...].starts(with: part) } || part.isEmpty)
    case .concat:
      return .text(
        values.map { if case .text(let text) = $0 { text } else { "" } }.joined())
    default: return .error
    }
  }

  private static func call(_ function: Function, _ value: Double) -> Cell {
    switch function {
    case .abs: .double(value.magnitude)
    case .round: .double(value.rounded(.toNearestOrEven))
    case .floor: .double(value.rounded(.down))
    case .ceil: .double(value.rounded(.up))
    default: .error
    }
  }

  private static func call(_ function: Function, _ value: Int64, isDate: Bool) -> Cell {
    switch function {
    case .abs: return value == .min ? .error : .integer(Swift.abs(value))
    case .round, .floor, .ceil: return .integer(value)
    default: break
    }
    let microseconds = isDate ? Int128(value) * 86_400_000_000 : Int128(value)
    var days = microseconds / 86_400_000_000
    if microseconds % 86_400_000_000 < 0 { days -= 1 }
    let second = Int64((microseconds - days * 86_400_000_000) / 1_000_000)
    let date = CivilTime.date(days: Int64(days))
    return switch function {
    case .year: .integer(date.year)
    case .month: .integer(date.month)
    case .day: .integer(date.day)
    case .hour: .integer(second / 3_600)
    case .minute: .integer(second / 60 % 60)
    case .second: .integer(second % 60)
    case .dayOfWeek: .integer(CivilTime.dayOfWeek(days: Int64(days)))
    default: .error
    }
  }
}
