internal import PurSightRPC

extension ProtoDuration {
  /// 10,000 years, in seconds.
  static let maxSeconds: Int64 = 315_576_000_000

  /// A Swift duration, cut to nanoseconds.
  public init(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    self.init(seconds: seconds, nanos: Int32(attoseconds / 1_000_000_000))
  }

  /// As a Swift duration.
  public var duration: Duration { .seconds(seconds) + .nanoseconds(nanos) }

  /// `1.5s` with 0, 3, 6 or 9 digits of fraction.
  public var text: String {
    let sign = seconds < 0 || nanos < 0 ? "-" : ""
    return "\(sign)\(seconds.magnitude)\(Civil.fraction(nanos))s"
  }

  func checkedText() throws(RPCError) -> String {
    let isMixed = (seconds < 0 && nanos > 0) || (seconds > 0 && nanos < 0)
    guard (-Self.maxSeconds...Self.maxSeconds).contains(seconds), !isMixed,
      (-999_999_999...999_999_999).contains(nanos)
    else {
      throw RPCError(.invalidArgument, "A duration is longer than 10,000 years or of mixed sign.")
    }
    return text
  }

  /// Reads `1.5s`; nil for anything else.
  public init?(text: String) {
    var rest = Substring(text)
    let isNegative = Civil.pass("-", &rest)
    let digits = rest.utf8.prefix { (0x30...0x39).contains($0) }.count
    guard (1...12).contains(digits), let seconds = Civil.digits(digits, &rest),
      let nanos = Civil.fraction(&rest), rest == "s", seconds <= Self.maxSeconds
    else { return nil }
    self.init(seconds: isNegative ? -seconds : seconds, nanos: isNegative ? -nanos : nanos)
  }
}
