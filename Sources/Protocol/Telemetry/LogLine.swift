/// One event of the log as a line of JSON.
///
/// Values are escaped, so that nothing a peer sends can end the line or move a terminal's cursor.
/// Never put a secret, a person's data or an SQL parameter into one.
package struct LogLine: Sendable {
  /// A field's value.
  package enum Value: Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByStringInterpolation
  {
    case text(String)
    case integer(Int64)
    /// Milliseconds, written with three decimals.
    case milliseconds(Double)

    package init(stringLiteral text: String) { self = .text(text) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
  }

  /// Bytes of a text that are kept.
  package static let maxTextBytes = 4096

  private var bytes: [UInt8] = []

  /// - Parameters:
  ///   - time: Microseconds since 1970-01-01T00:00:00Z.
  ///   - message: What happened, as a sentence without what varies.
  ///   - fields: What varies, in order.
  package init(
    time: Int64, level: LogLevel, message: String, fields: [(name: String, value: Value)]
  ) {
    bytes.reserveCapacity(256)
    bytes += Array("{\"ts\":\"".utf8)
    bytes += Array(Self.timestamp(time).utf8)
    bytes += Array("\",\"level\":\"\(level.name)\",\"msg\":".utf8)
    append(message)
    for field in fields {
      bytes.append(UInt8(ascii: ","))
      append(field.name)
      bytes.append(UInt8(ascii: ":"))
      switch field.value {
      case .text(let text): append(text)
      case .integer(let value): bytes += Array(String(value).utf8)
      case .milliseconds(let value):
        let thousandths = Int64((value * 1000).rounded())
        let fraction = String(thousandths % 1000 + 1000).dropFirst()
        bytes += Array("\(thousandths / 1000).\(fraction)".utf8)
      }
    }
    bytes += [UInt8(ascii: "}"), UInt8(ascii: "\n")]
  }

  /// The line with its final newline.
  package var utf8: [UInt8] { bytes }

  /// A JSON string (RFC 8259 section 7); what is not printable ASCII is escaped where JSON or a
  /// terminal could take it for a command.
  private mutating func append(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    var count = 0
    for scalar in text.unicodeScalars {
      count += scalar.utf8.count
      guard count <= Self.maxTextBytes else { break }
      switch scalar.value {
      case 0x22: bytes += Array("\\\"".utf8)
      case 0x5c: bytes += Array("\\\\".utf8)
      case 0x20..<0x7f, 0xa0..<0x2028, 0x202f..<0x10ffff: bytes += Array(scalar.utf8)
      default:
        let digits = String(scalar.value, radix: 16)
        bytes += Array(("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// RFC 3339 in UTC with microseconds.
  ///
  /// Source of the calendar: H. Hinnant, "chrono-compatible low-level date algorithms",
  /// civil_from_days.
  package static func timestamp(_ microseconds: Int64) -> String {
    let day = Int64(86_400_000_000)
    let days = microseconds >= 0 ? microseconds / day : (microseconds - day + 1) / day
    let inDay = microseconds - days * day
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let year = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * year + year / 4 - year / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    func padded(_ value: Int64, _ width: Int) -> String {
      let text = String(value)
      return String(repeating: "0", count: max(0, width - text.count)) + text
    }
    let date =
      padded(year + era * 400 + (month <= 2 ? 1 : 0), 4) + "-" + padded(month, 2) + "-"
      + padded(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1, 2)
    let seconds = inDay / 1_000_000
    return date + "T" + padded(seconds / 3600, 2) + ":" + padded(seconds / 60 % 60, 2) + ":"
      + padded(seconds % 60, 2) + "." + padded(inDay % 1_000_000, 6) + "Z"
  }
}
