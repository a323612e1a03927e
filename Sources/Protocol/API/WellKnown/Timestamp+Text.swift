internal import PurSightRPC

extension Timestamp {
  /// 0001-01-01T00:00:00Z, in seconds since 1970.
  static let minSeconds: Int64 = -62_135_596_800
  /// 9999-12-31T23:59:59Z, in seconds since 1970.
  static let maxSeconds: Int64 = 253_402_300_799

  /// A point in time in microseconds since 1970-01-01T00:00:00Z, which is how PurSight stores time.
  public init(microseconds: Int64) {
    let (quotient, remainder) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
    let isBelow = remainder < 0
    self.init(
      seconds: isBelow ? quotient - 1 : quotient,
      nanos: Int32((isBelow ? remainder + 1_000_000 : remainder) * 1000))
  }

  /// Microseconds since 1970-01-01T00:00:00Z, rounded down; nil where they do not fit into 64 bits.
  public var microseconds: Int64? {
    let (micros, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
    guard !overflow else { return nil }
    let (sum, hasOverflown) = micros.addingReportingOverflow(Int64(nanos) / 1000)
    return hasOverflown ? nil : sum
  }

  /// `2026-01-31T12:00:00.5Z` with 0, 3, 6 or 9 digits of fraction (RFC 3339).
  public var text: String {
    let (days, second) = Civil.floorDivide(seconds, 86_400)
    let date = Civil.date(days)
    let time =
      "\(Civil.two(second / 3600)):\(Civil.two(second / 60 % 60)):\(Civil.two(second % 60))"
    return "\(date)T\(time)\(Civil.fraction(nanos))Z"
  }

  func checkedText() throws(RPCError) -> String {
    guard (Self.minSeconds...Self.maxSeconds).contains(seconds), (0..<1_000_000_000).contains(nanos)
    else {
      throw RPCError(.invalidArgument, "A timestamp is outside of the years 1 to 9999.")
    }
    return text
  }

  /// Reads RFC 3339, with `Z` or an offset; nil for anything else. More than nine digits of
  /// fraction are refused rather than cut.
  public init?(text: String) {
    var rest = Substring(text)
    guard let year = Civil.digits(4, &rest), Civil.pass("-", &rest),
      let month = Civil.digits(2, &rest), Civil.pass("-", &rest), let day = Civil.digits(2, &rest),
      Civil.pass("T", &rest) || Civil.pass("t", &rest), let hour = Civil.digits(2, &rest),
      Civil.pass(":", &rest), let minute = Civil.digits(2, &rest), Civil.pass(":", &rest),
      let second = Civil.digits(2, &rest), let nanos = Civil.fraction(&rest),
      let offset = Civil.offset(&rest), rest.isEmpty,
      let days = Civil.days(year: year, month: month, day: day), hour < 24, minute < 60, second < 60
    else { return nil }
    let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset
    guard (Self.minSeconds...Self.maxSeconds).contains(seconds) else { return nil }
    self.init(seconds: seconds, nanos: nanos)
  }
}
