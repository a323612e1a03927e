/// 128 bits that name a resource (RFC 9562).
package struct PostgresUUID: Hashable, Sendable, CustomStringConvertible {
  /// The first eight bytes, most significant first.
  package let high: UInt64
  /// The last eight bytes.
  package let low: UInt64

  package init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Makes it of sixteen bytes; nil for any other number.
  package init?(bytes: some Collection<UInt8>) {
    guard bytes.count == 16 else { return nil }
    var (high, low): (UInt64, UInt64) = (0, 0)
    for byte in bytes.prefix(8) { high = high << 8 | UInt64(byte) }
    for byte in bytes.dropFirst(8) { low = low << 8 | UInt64(byte) }
    self.init(high: high, low: low)
  }

  /// Parses the 36-character text, in either case; nil for anything else.
  package init?(_ text: String) {
    var digits: (high: UInt64, low: UInt64, count: Int) = (0, 0, 0)
    var position = 0
    for byte in text.utf8 {
      defer { position += 1 }
      if position == 8 || position == 13 || position == 18 || position == 23 {
        guard byte == UInt8(ascii: "-") else { return nil }
        continue
      }
      guard byte < 0x80, let digit = Character(UnicodeScalar(byte)).hexDigitValue else {
        return nil
      }
      digits.high = digits.high << 4 | digits.low >> 60
      digits.low = digits.low << 4 | UInt64(digit)
      digits.count += 1
    }
    guard position == 36, digits.count == 32 else { return nil }
    self.init(high: digits.high, low: digits.low)
  }

  package var bytes: [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: 16) { buffer, count in
      for index in 0..<8 {
        unsafe buffer.initializeElement(
          at: index, to: UInt8(truncatingIfNeeded: high >> (56 - 8 * UInt64(index))))
        unsafe buffer.initializeElement(
          at: index + 8, to: UInt8(truncatingIfNeeded: low >> (56 - 8 * UInt64(index))))
      }
      count = 16
    }
  }

  /// The 36 characters of RFC 9562 section 4, in lower case.
  package var description: String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(36)
    for (index, byte) in bytes.enumerated() {
      if index == 4 || index == 6 || index == 8 || index == 10 { text.append(UInt8(ascii: "-")) }
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }
}

/// A moment: `timestamptz`.
package struct PostgresTimestamp: Hashable, Comparable, Sendable {
  /// Microseconds since 1970-01-01 00:00 UTC; `Int64.min` and `.max` are the infinities.
  package let microseconds: Int64

  package init(microseconds: Int64) { self.microseconds = microseconds }

  package static let infinity = PostgresTimestamp(microseconds: .max)
  package static let minusInfinity = PostgresTimestamp(microseconds: .min)

  package static func < (left: Self, right: Self) -> Bool {
    left.microseconds < right.microseconds
  }

  /// PostgreSQL counts from 2000-01-01.
  static let epochMicroseconds: Int64 = 946_684_800_000_000

  /// The number on the wire; a moment too early for PostgreSQL becomes its minus infinity.
  var wire: Int64 {
    if microseconds == .max { return .max }
    let (wire, overflows) = microseconds.subtractingReportingOverflow(Self.epochMicroseconds)
    return overflows ? .min : wire
  }

  init(wire: Int64) {
    let (moment, overflows) = wire.addingReportingOverflow(Self.epochMicroseconds)
    microseconds = wire == .min ? .min : overflows ? .max : moment
  }
}

/// A JSON text: `jsonb`. It is checked by the server, not here.
package struct PostgresJSON: Hashable, Sendable {
  package let text: String

  package init(_ text: String) { self.text = text }
}
