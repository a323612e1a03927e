/// Times as people write them: `500ms`, `15s`, `10m`, `24h`. Whole numbers of one unit.
enum DurationText {
  private static let units: [(suffix: String, milliseconds: Int64)] = [
    ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000),
  ]
  /// Digits of a number; more than any of our ranges needs.
  private static let maxDigits = 12

  /// nil for anything else.
  static func parse(_ text: String) -> Duration? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard !digits.isEmpty, digits.count <= maxDigits, let count = Int64(digits),
      let unit = units.first(where: { $0.suffix == text.dropFirst(digits.count) })
    else { return nil }
    return .milliseconds(count * unit.milliseconds)
  }

  /// In the largest unit that gives a whole number.
  static func format(_ duration: Duration) -> String {
    let milliseconds = Int64(duration / .milliseconds(1))
    let unit = units.last { milliseconds != 0 && milliseconds % $0.milliseconds == 0 } ?? units[1]
    return "\(milliseconds / unit.milliseconds)\(unit.suffix)"
  }
}
