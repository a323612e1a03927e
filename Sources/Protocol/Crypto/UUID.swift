internal import CPurSightOpenSSL

/// A universally unique identifier (RFC 9562): 128 bits, ordered as their bytes are.
package struct UUID: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The length in bytes.
  package static let byteCount = 16

  /// Bits 0 to 63: in version 7 the time, the version and the sub-millisecond fraction.
  package let high: UInt64
  /// Bits 64 to 127: the variant and random bits.
  package let low: UInt64

  /// Makes an identifier from its two halves, whatever version they say.
  package init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Makes an identifier from exactly 16 bytes; nil for any other count.
  package init?(bytes: some Collection<UInt8>) {
    guard bytes.count == Self.byteCount else { return nil }
    high = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    low = bytes.dropFirst(8).reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// Reads `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` in either case, any version (RFC 9562 §4).
  ///
  /// Throws `malformed` for every other form.
  package init(parsing text: some StringProtocol) throws(CryptoError) {
    let characters = Array(text.utf8)
    var digits: [UInt8] = []
    var isWellFormed = characters.count == 36
    for (index, character) in characters.prefix(36).enumerated() {
      if [8, 13, 18, 23].contains(index) {
        isWellFormed = isWellFormed && character == UInt8(ascii: "-")
      } else if let digit = Hexadecimal.value(of: character) {
        digits.append(digit)
      } else {
        isWellFormed = false
      }
    }
    guard isWellFormed else {
      throw CryptoError(
        .malformed, "A UUID reads xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx in hexadecimal digits")
    }
    high = digits.prefix(16).reduce(0) { $0 << 4 | UInt64($1) }
    low = digits.dropFirst(16).reduce(0) { $0 << 4 | UInt64($1) }
  }

  /// Makes a random identifier of version 4.
  package static func version4() -> UUID {
    var generator = SystemRandomNumberGenerator()
    return UUID(
      high: generator.next() & ~0xF000 | 0x4000,
      low: generator.next() & ~(0b11 << 62) | 0b10 << 62)
  }

  /// Makes an identifier of version 7 for now; later ones sort after earlier ones to about a
  /// quarter of a microsecond, as the clock goes.
  package static func version7() -> UUID {
    version7(unixNanoseconds: pursight_unix_nanoseconds())
  }

  /// Makes an identifier of version 7 for a time in nanoseconds since 1970, with the fraction of
  /// the millisecond in `rand_a` (RFC 9562 §6.2 method 3) and 62 random bits.
  package static func version7(unixNanoseconds: Int64) -> UUID {
    let time = UInt64(max(0, unixNanoseconds))
    let milliseconds = time / 1_000_000 & (1 << 48 - 1)
    let fraction = time % 1_000_000 * 4096 / 1_000_000
    var generator = SystemRandomNumberGenerator()
    return UUID(
      high: milliseconds << 16 | 0x7000 | fraction,
      low: generator.next() & ~(0b11 << 62) | 0b10 << 62)
  }

  /// The version digit (RFC 9562 §4.2).
  package var version: Int { Int(high >> 12 & 15) }

  /// The time of a version 7 identifier in milliseconds since 1970; nil for other versions.
  package var unixMilliseconds: Int64? {
    version == 7 ? Int64(high >> 16) : nil
  }

  /// The 16 bytes in network order.
  package var bytes: [UInt8] {
    (0..<16).map { index in
      let half = index < 8 ? high : low
      return UInt8(truncatingIfNeeded: half >> (56 - 8 * UInt64(index % 8)))
    }
  }

  /// The text form in lower case.
  package var description: String {
    let digits = Hexadecimal.encode(bytes)
    var text = ""
    for (index, digit) in digits.enumerated() {
      if [8, 12, 16, 20].contains(index) { text.append("-") }
      text.append(digit)
    }
    return text
  }

  package static func < (left: UUID, right: UUID) -> Bool {
    (left.high, left.low) < (right.high, right.low)
  }
}
