/// Dates and times of the proleptic Gregorian calendar as text.
enum Civil {
  /// Quotient rounded down, and a remainder that is never negative.
  static func floorDivide(_ value: Int64, _ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }

  static func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }

  /// `2026-01-31` of days since 1970-01-01.
  static func date(_ days: Int64) -> String {
    // Eras of 400 years from 0000-03-01, so that the leap day is the last of its year.
    let (era, dayOfEra) = floorDivide(days + 719_468, 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shifted + 2) / 5 + 1
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    let year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
    let digits = String(abs(year))
    let padded = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    return "\(year < 0 ? "-" : "")\(padded)-\(two(month))-\(two(day))"
  }

  /// Days since 1970-01-01; nil for a date that is not in the calendar.
  static func days(year: Int64, month: Int64, day: Int64) -> Int64? {
    guard year >= 1, (1...12).contains(month), day >= 1, day <= length(of: month, year) else {
      return nil
    }
    let shiftedYear = month <= 2 ? year - 1 : year
    let (era, yearOfEra) = floorDivide(shiftedYear, 400)
    let shiftedMonth = month > 2 ? month - 3 : month + 9
    let dayOfYear = (153 * shiftedMonth + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func length(of month: Int64, _ year: Int64) -> Int64 {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    switch month {
    case 2: return isLeap ? 29 : 28
    case 4, 6, 9, 11: return 30
    default: return 31
    }
  }

  /// Nothing, or a point and 3, 6 or 9 digits.
  static func fraction(_ nanos: Int32) -> String {
    guard nanos != 0 else { return "" }
    let digits = String(nanos.magnitude)
    let nine = String(repeating: "0", count: max(0, 9 - digits.count)) + digits
    if nine.hasSuffix("000000") { return "." + nine.prefix(3) }
    if nine.hasSuffix("000") { return "." + nine.prefix(6) }
    return "." + nine
  }

  // MARK: Reading

  /// Exactly `count` digits.
  static func digits(_ count: Int, _ rest: inout Substring) -> Int64? {
    let head = rest.utf8.prefix(count)
    guard head.count == count, head.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    rest = rest.dropFirst(count)
    return head.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
  }

  static func pass(_ character: Character, _ rest: inout Substring) -> Bool {
    guard rest.first == character else { return false }
    rest.removeFirst()
    return true
  }

  /// A point and one to nine digits as nanoseconds; 0 where there is none.
  static func fraction(_ rest: inout Substring) -> Int32? {
    guard pass(".", &rest) else { return 0 }
    let digits = rest.utf8.prefix { (0x30...0x39).contains($0) }
    guard (1...9).contains(digits.count) else { return nil }
    rest = rest.dropFirst(digits.count)
    var value = digits.reduce(Int32(0)) { $0 * 10 + Int32($1 - 0x30) }
    for _ in digits.count..<9 { value *= 10 }
    return value
  }

  /// `Z`, or `+hh:mm` in seconds.
  static func offset(_ rest: inout Substring) -> Int64? {
    if pass("Z", &rest) || pass("z", &rest) { return 0 }
    let isNegative = rest.first == "-"
    guard pass("+", &rest) || pass("-", &rest), let hours = digits(2, &rest), pass(":", &rest),
      let minutes = digits(2, &rest), hours < 24, minutes < 60
    else { return nil }
    let seconds = hours * 3600 + minutes * 60
    return isNegative ? -seconds : seconds
  }
}
