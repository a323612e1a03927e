internal import Foundation

/// Numbers as people read them.
enum Numbers {
  /// `336,776`.
  static func grouped(_ value: Int64) -> String {
    let digits = String(value.magnitude)
    var result = value < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { result.append(",") }
      result.append(digit)
    }
    return result
  }

  /// `31.1 MB`: three digits, units of a thousand.
  static func bytes(_ count: Int64) -> String {
    var value = Double(count)
    for unit in ["B", "kB", "MB", "GB", "TB"] {
      if value < 999.5 || unit == "TB" {
        return unit == "B" ? "\(count) B" : "\(threeDigits(value)) \(unit)"
      }
      value /= 1000
    }
    return "\(count) B"
  }

  /// `680,000`: three digits that count, the rest zero.
  static func rounded(_ value: Double) -> String {
    guard value.isFinite, value >= 1, value < 9e18 else { return "0" }
    var step = 1.0
    while value / step >= 1000 { step *= 10 }
    return grouped(Int64((value / step).rounded() * step))
  }

  /// `0.5 s`, `12 s`, `1 min 12 s`, `2 h 5 min`.
  static func duration(_ duration: Duration) -> String {
    let seconds = seconds(duration)
    if seconds < 0.0995 { return "\(Int64((seconds * 1000).rounded())) ms" }
    if seconds < 9.95 { return "\(fixed(seconds, 1)) s" }
    let whole = Int64(seconds.rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 {
      return whole % 60 == 0 ? "\(whole / 60) min" : "\(whole / 60) min \(whole % 60) s"
    }
    let minutes = whole / 60
    return minutes % 60 == 0 ? "\(minutes / 60) h" : "\(minutes / 60) h \(minutes % 60) min"
  }

  static func seconds(_ duration: Duration) -> Double {
    let (seconds, attoseconds) = duration.components
    return Double(seconds) + Double(attoseconds) / 1e18
  }

  /// `97.4` of 0.974. Never `100.0` for less than all, so that a flaw is seen.
  static func percent(_ share: Double) -> String {
    guard share.isFinite else { return "–" }
    let text = fixed(share * 100, 1)
    return share < 1 && text == "100.0" ? "99.9" : text
  }

  /// A measured number: up to six digits that count, without zeros at the end.
  static func measured(_ value: Double) -> String {
    guard value.isFinite else { return "\(value)" }
    if value == value.rounded(), abs(value) < 1e15 { return grouped(Int64(value)) }
    if abs(value) >= 1e15 || abs(value) < 1e-4 { return String(format: "%.4g", value) }
    let digits = max(0, min(6, 3 - Int(floor(log10(abs(value))))))
    var text = fixed(value, digits)
    while text.contains("."), text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard let whole = Int64(parts[0]), whole != 0 else { return text }
    return grouped(whole) + (parts.count > 1 ? "." + parts[1] : "")
  }

  /// A number with so many digits behind the point.
  static func fixed(_ value: Double, _ digits: Int) -> String {
    String(format: "%.\(digits)f", value)
  }

  private static func threeDigits(_ value: Double) -> String {
    value < 9.995 ? fixed(value, 2) : value < 99.95 ? fixed(value, 1) : fixed(value, 0)
  }
}
