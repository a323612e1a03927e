/// Dates and times of the proleptic Gregorian calendar in UTC, without leap seconds.
package enum CivilTime {
  package static let microsecondsPerSecond: Int64 = 1_000_000
  package static let microsecondsPerMinute: Int64 = 60_000_000
  package static let microsecondsPerHour: Int64 = 3_600_000_000
  package static let microsecondsPerDay: Int64 = 86_400_000_000

  /// Days since 1970-01-01 of a civil date.
  ///
  /// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
  package static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  /// The civil date of a number of days since 1970-01-01.
  ///
  /// Source: the same page, civil_from_days.
  package static func date(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }

  /// The day, floored, and the microsecond of that day of a timestamp.
  package static func split(_ timestamp: Int64) -> (days: Int64, microseconds: Int64) {
    var days = timestamp / microsecondsPerDay
    var rest = timestamp % microsecondsPerDay
    if rest < 0 {
      days -= 1
      rest += microsecondsPerDay
    }
    return (days, rest)
  }

  /// ISO 8601's number of the weekday: Monday is 1, Sunday is 7.
  package static func dayOfWeek(days: Int64) -> Int64 {
    // 1970-01-01 was a Thursday (4).
    let index = (days % 7 + 7 + 3) % 7
    return index + 1
  }

  /// Days since 1970-01-01 of `YYYY-MM-DD`, years 0001 to 9999; nil for anything else.
  package static func parseDate(_ text: some Collection<UInt8>) -> Int32? {
    let bytes = Array(text)
    guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
      let year = number(bytes[0..<4]), let month = number(bytes[5..<7]),
      let day = number(bytes[8..<10]), year >= 1, (1...12).contains(month),
      day >= 1, day <= length(ofMonth: month, in: year)
    else { return nil }
    return Int32(days(year: year, month: month, day: day))
  }

  static func length(ofMonth month: Int64, in year: Int64) -> Int64 {
    switch month {
    case 4, 6, 9, 11: 30
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    default: 31
    }
  }

  /// Microseconds since the epoch of `YYYY-MM-DD[T| ]HH:MM[:SS[.ffffff]][Z|±HH:MM]`.
  ///
  /// Without a zone the time is UTC. Nil for anything else, also for a 60th second.
  package static func parseTimestamp(_ text: some Collection<UInt8>) -> Int64? {
    let bytes = Array(text)
    guard bytes.count >= 16, let days = parseDate(bytes[0..<10]),
      bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: " "),
      let hour = number(bytes[11..<13]), bytes[13] == UInt8(ascii: ":"),
      let minute = number(bytes[14..<16]), hour < 24, minute < 60
    else { return nil }
    var time = hour * microsecondsPerHour + minute * microsecondsPerMinute
    var index = 16
    if index < bytes.count, bytes[index] == UInt8(ascii: ":") {
      guard bytes.count >= index + 3, let second = number(bytes[index + 1..<index + 3]),
        second < 60
      else { return nil }
      time += second * microsecondsPerSecond
      index += 3
      if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
        let digits = bytes[(index + 1)...].prefix { Ascii.isDigit($0) }
        guard (1...6).contains(digits.count), let fraction = number(digits) else { return nil }
        time += (digits.count..<6).reduce(fraction) { value, _ in value * 10 }
        index += 1 + digits.count
      }
    }
    guard let zone = parseZone(bytes[index...]) else { return nil }
    return Int64(days) * microsecondsPerDay + time - zone
  }

  /// The offset east of UTC in microseconds of nothing, `Z` or `±HH:MM`.
  private static func parseZone(_ bytes: ArraySlice<UInt8>) -> Int64? {
    guard let sign = bytes.first else { return 0 }
    if bytes.count == 1 { return sign == UInt8(ascii: "Z") ? 0 : nil }
    let start = bytes.startIndex
    guard bytes.count == 6, bytes[start + 3] == UInt8(ascii: ":"),
      sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"),
      let hours = number(bytes[start + 1..<start + 3]),
      let minutes = number(bytes[start + 4..<start + 6]), hours < 24, minutes < 60
    else { return nil }
    let offset = hours * microsecondsPerHour + minutes * microsecondsPerMinute
    return sign == UInt8(ascii: "-") ? -offset : offset
  }

  /// Microseconds of a duration such as `1d 2h 30m 10.5s`, `250ms`, `-26h`; nil for anything else.
  ///
  /// Units: w, d (24 hours), h, m, s, ms, us. Fractions only where the result is whole.
  package static func parseDuration(_ text: some Collection<UInt8>) -> Int64? {
    var rest = Array(text)[...]
    let isNegative = rest.first == UInt8(ascii: "-")
    if isNegative { rest = rest.dropFirst() }
    var total: Int64 = 0
    var parts = 0
    while let first = rest.first {
      if first == UInt8(ascii: " "), parts > 0 {
        rest = rest.dropFirst()
        continue
      }
      guard let part = durationPart(&rest) else { return nil }
      let (sum, overflow) = total.addingReportingOverflow(part)
      guard !overflow else { return nil }
      total = sum
      parts += 1
    }
    return parts > 0 ? (isNegative ? -total : total) : nil
  }

  private static func durationPart(_ rest: inout ArraySlice<UInt8>) -> Int64? {
    let digits = rest.prefix { Ascii.isDigit($0) }
    guard let whole = number(digits) else { return nil }
    rest = rest.dropFirst(digits.count)
    var fraction: ArraySlice<UInt8> = []
    if rest.first == UInt8(ascii: ".") {
      fraction = rest.dropFirst().prefix { Ascii.isDigit($0) }
      rest = rest.dropFirst(1 + fraction.count)
    }
    let letters = rest.prefix { Ascii.isLetter($0) }
    rest = rest.dropFirst(letters.count)
    guard let unit = durationUnits[String(decoding: letters, as: UTF8.self)] else { return nil }
    let (value, overflow) = whole.multipliedReportingOverflow(by: unit)
    guard !overflow else { return nil }
    guard !fraction.isEmpty else { return value }
    guard fraction.count <= 6, let part = number(fraction) else { return nil }
    let scale = fraction.reduce(Int64(1)) { scale, _ in scale * 10 }
    let (product, tooBig) = part.multipliedReportingOverflow(by: unit)
    guard !tooBig, product % scale == 0 else { return nil }
    let (sum, overflows) = value.addingReportingOverflow(product / scale)
    return overflows ? nil : sum
  }

  private static let durationUnits: [String: Int64] = [
    "w": 7 * microsecondsPerDay, "d": microsecondsPerDay, "h": microsecondsPerHour,
    "m": microsecondsPerMinute, "s": microsecondsPerSecond, "ms": 1_000, "us": 1,
  ]

  private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
    guard !digits.isEmpty, digits.count <= 18, digits.allSatisfy(Ascii.isDigit) else { return nil }
    return digits.reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
  }

  /// `YYYY-MM-DD` of days since 1970-01-01.
  package static func format(date days: Int64) -> String {
    let (year, month, day) = date(days: days)
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
  }

  /// `YYYY-MM-DDTHH:MM:SS[.ffffff]Z` of microseconds since the epoch.
  package static func format(timestamp: Int64) -> String {
    let (days, rest) = split(timestamp)
    let hour = padded(rest / microsecondsPerHour, 2)
    let minute = padded(rest / microsecondsPerMinute % 60, 2)
    let second = padded(rest / microsecondsPerSecond % 60, 2)
    let micro = rest % microsecondsPerSecond
    let fraction = micro == 0 ? "" : "." + padded(micro, 6)
    return "\(format(date: days))T\(hour):\(minute):\(second)\(fraction)Z"
  }

  private static func padded(_ value: Int64, _ width: Int) -> String {
    let digits = String(value.magnitude)
    let zeros = String(repeating: "0", count: max(0, width - digits.count))
    return (value < 0 ? "-" : "") + zeros + digits
  }
}
