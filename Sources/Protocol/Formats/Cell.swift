/// Reads the text of single values. Every function returns nil where the text is not wholly a value
/// of its type; none skips spaces.
enum Cell {
  /// Reads `-` or `+` and decimal digits that fit 64 bits.
  @inline(__always)
  static func int64(_ bytes: borrowing Span<UInt8>, _ start: Int, _ count: Int) -> Int64? {
    guard count > 0 else { return nil }
    var position = start
    let end = start &+ count
    let sign = bytes[start]
    let isNegative = sign == UInt8(ascii: "-")
    if isNegative || sign == UInt8(ascii: "+") { position &+= 1 }
    let digits = end &- position
    guard digits > 0, digits < 19 else {
      return digits >= 19 ? longInt64(bytes, position, end, isNegative) : nil
    }
    var value: Int64 = 0
    while position < end {
      let digit = bytes[position] &- UInt8(ascii: "0")
      guard digit < 10 else { return nil }
      value = value &* 10 &+ Int64(digit)
      position &+= 1
    }
    return isNegative ? 0 &- value : value
  }

  /// Reads nineteen digits or more, which may overflow.
  private static func longInt64(
    _ bytes: borrowing Span<UInt8>, _ start: Int, _ end: Int, _ isNegative: Bool
  ) -> Int64? {
    guard let magnitude = uint64(bytes, start, end - start) else { return nil }
    if isNegative {
      return magnitude <= 1 << 63 ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil
    }
    return Int64(exactly: magnitude)
  }

  /// Reads decimal digits that fit 64 bits without a sign.
  static func uint64(_ bytes: borrowing Span<UInt8>, _ start: Int, _ count: Int) -> UInt64? {
    guard count > 0 else { return nil }
    var value: UInt64 = 0
    for position in start..<start &+ count {
      let digit = bytes[position] &- UInt8(ascii: "0")
      guard digit < 10 else { return nil }
      let (product, overflowed) = value.multipliedReportingOverflow(by: 10)
      let (sum, carried) = product.addingReportingOverflow(UInt64(digit))
      guard !overflowed, !carried else { return nil }
      value = sum
    }
    return value
  }

  /// Reads `true` or `false` in any case.
  static func bool(_ bytes: borrowing Span<UInt8>, _ start: Int, _ count: Int) -> Bool? {
    if equals(bytes, start, count, "true") { return true }
    if equals(bytes, start, count, "false") { return false }
    return nil
  }

  /// Whether the text is `word` (lower-case ASCII letters) in any case.
  static func equals(
    _ bytes: borrowing Span<UInt8>, _ start: Int, _ count: Int, _ word: String
  ) -> Bool {
    guard count == word.utf8.count else { return false }
    var index = start
    for expected in word.utf8 {
      if bytes[index] | 0x20 != expected { return false }
      index &+= 1
    }
    return true
  }

  /// Reads the decimal number of exactly `count` digits, or nil.
  @inline(__always)
  private static func digits(
    _ bytes: borrowing Span<UInt8>, _ start: Int, _ count: Int
  ) -> Int? {
    var value = 0
    for position in start..<start &+ count {
      let digit = bytes[position] &- UInt8(ascii: "0")
      guard digit < 10 else { return nil }
      value = value &* 10 &+ Int(digit)
    }
    return value
  }

  /// Reads `YYYY-MM-DD` as days since 1970-01-01 in the Gregorian calendar (ISO 8601).
  static func date(_ bytes: borrowing Span<UInt8>, _ start: Int, _ count: Int) -> Int32? {
    guard count == 10, bytes[start &+ 4] == UInt8(ascii: "-"),
      bytes[start &+ 7] == UInt8(ascii: "-"),
      let year = digits(bytes, start, 4), let month = digits(bytes, start &+ 5, 2),
      let day = digits(bytes, start &+ 8, 2),
      (1...12).contains(month), day >= 1, day <= CivilDate.days(inMonth: month, of: year)
    else { return nil }
    return Int32(truncatingIfNeeded: CivilDate.days(year: year, month: month, day: day))
  }

  /// A moment and whether its text names an offset from UTC.
  struct Timestamp {
    let microseconds: Int64
    let hasZone: Bool
  }

  /// Reads `YYYY-MM-DD`, `T` or a space, `hh:mm`, `:ss` and up to six decimals if there are any,
  /// and `Z` or `±hh:mm`, `±hhmm`, `±hh` if there is one (RFC 3339 and ISO 8601).
  static func timestamp(
    _ bytes: borrowing Span<UInt8>, _ start: Int, _ count: Int
  ) -> Timestamp? {
    guard count >= 16, let day = date(bytes, start, 10) else { return nil }
    let separator = bytes[start &+ 10]
    guard separator == UInt8(ascii: "T") || separator == UInt8(ascii: " "),
      bytes[start &+ 13] == UInt8(ascii: ":"),
      let hour = digits(bytes, start &+ 11, 2), let minute = digits(bytes, start &+ 14, 2),
      hour < 24, minute < 60
    else { return nil }
    var position = start &+ 16
    let end = start &+ count
    guard let second = seconds(bytes, &position, end) else { return nil }
    guard let offset = zone(bytes, position, end) else { return nil }
    let minutes = Int64(hour &* 60 &+ minute) &- Int64(offset.minutes)
    return Timestamp(
      microseconds: Int64(day) &* 86_400_000_000 &+ minutes &* 60_000_000 &+ second,
      hasZone: offset.isPresent)
  }

  /// Reads `:ss` and decimals as microseconds; none is zero.
  private static func seconds(
    _ bytes: borrowing Span<UInt8>, _ position: inout Int, _ end: Int
  ) -> Int64? {
    guard position < end, bytes[position] == UInt8(ascii: ":") else { return 0 }
    guard position &+ 3 <= end, let second = digits(bytes, position &+ 1, 2), second < 60 else {
      return nil
    }
    position &+= 3
    var fraction: Int64 = 0
    if position < end, bytes[position] == UInt8(ascii: ".") {
      position &+= 1
      let first = position
      while position < end, bytes[position] &- UInt8(ascii: "0") < 10 {
        let digit = Int64(bytes[position] &- UInt8(ascii: "0"))
        // What a microsecond cannot hold has to be nothing.
        if position &- first >= 6 && digit != 0 { return nil }
        if position &- first < 6 { fraction = fraction &* 10 &+ digit }
        position &+= 1
      }
      guard position > first else { return nil }
      for _ in 0..<max(0, 6 &- (position &- first)) { fraction &*= 10 }
    }
    return Int64(second) &* 1_000_000 &+ fraction
  }

  private static func zone(
    _ bytes: borrowing Span<UInt8>, _ start: Int, _ end: Int
  ) -> (isPresent: Bool, minutes: Int)? {
    let count = end &- start
    if count == 0 { return (false, 0) }
    if count == 1 && bytes[start] == UInt8(ascii: "Z") { return (true, 0) }
    let sign = bytes[start]
    guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return nil }
    let hasColon = count == 6 && bytes[start &+ 3] == UInt8(ascii: ":")
    guard count == 3 || count == 5 || hasColon, let hour = digits(bytes, start &+ 1, 2) else {
      return nil
    }
    var minute = 0
    if count > 3 {
      guard let read = digits(bytes, end &- 2, 2) else { return nil }
      minute = read
    }
    guard hour < 24, minute < 60 else { return nil }
    let minutes = hour &* 60 &+ minute
    return (true, sign == UInt8(ascii: "-") ? 0 &- minutes : minutes)
  }
}

/// The proleptic Gregorian calendar.
enum CivilDate {
  /// Returns the days from 1970-01-01 to a date. Source: H. Hinnant, "chrono-Compatible Low-Level
  /// Date Algorithms", days_from_civil: years of eras of 400, beginning in March.
  static func days(year: Int, month: Int, day: Int) -> Int {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  static func days(inMonth month: Int, of year: Int) -> Int {
    switch month {
    case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Returns the date that lies `days` after 1970-01-01 (Hinnant, civil_from_days).
  static func date(days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }
}
