internal import Foundation
internal import PurSightClient

/// Times as people read them. Machines get RFC 3339: `Timestamp.text`.
enum Times {
  /// `just now`, `3 min ago`, `in 5 days`; a date from a month away on.
  static func relative(_ time: Timestamp, now: Date = Date()) -> String {
    let seconds = Int64(now.timeIntervalSince1970) - time.seconds
    let distance = abs(seconds)
    let text: String
    switch distance {
    case ..<5: return "just now"
    case ..<60: text = "\(distance) s"
    case ..<3600: text = "\(distance / 60) min"
    case ..<86_400: text = "\(distance / 3600) h"
    case ..<(30 * 86_400): text = DisplayText.count(distance / 86_400, "day")
    default: return String(time.text.prefix(10))
    }
    return seconds >= 0 ? "\(text) ago" : "in \(text)"
  }

  /// `14:02:11` in the local time zone; with the date where it is another day.
  static func clock(
    _ time: Timestamp, now: Date = Date(), zone: TimeZone = .current
  ) -> String {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = zone
    let date = Date(timeIntervalSince1970: Double(time.seconds))
    let parts = calendar.dateComponents(
      [.year, .month, .day, .hour, .minute, .second], from: date)
    let clock =
      "\(two(parts.hour)):\(two(parts.minute)):\(two(parts.second))"
    if calendar.isDate(date, inSameDayAs: now) { return clock }
    return "\(parts.year ?? 0)-\(two(parts.month))-\(two(parts.day)) \(clock)"
  }

  private static func two(_ value: Int?) -> String {
    let value = value ?? 0
    return value < 10 ? "0\(value)" : "\(value)"
  }
}
