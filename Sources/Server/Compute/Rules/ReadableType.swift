internal import PurSightExpression

/// The types that text can be read as, and how it has to look.
enum ReadableType: Sendable {
  case boolean
  /// Between the bounds, in decimal digits with an optional sign.
  case integer(Int128, Int128)
  case double
  case date
  case timestamp

  /// Whether the whole text reads as the type.
  func reads(_ text: Span<UInt8>) -> Bool {
    switch self {
    case .boolean: Self.spells(text, "true") || Self.spells(text, "false")
    case .integer(let minimum, let maximum): Self.isInteger(text, minimum, maximum)
    case .double: Self.isDouble(text)
    case .date:
      Self.isDateShaped(text) && CivilTime.parseDate(Self.array(text)) != nil
    case .timestamp:
      text.count >= 16 && text.count <= 32 && Self.isDateShaped(text.extracting(0..<10))
        && CivilTime.parseTimestamp(Self.array(text)) != nil
    }
  }

  private static func array(_ text: Span<UInt8>) -> [UInt8] { text.indices.map { text[$0] } }

  private static func spells(_ text: Span<UInt8>, _ word: StaticString) -> Bool {
    guard text.count == word.utf8CodeUnitCount else { return false }
    return word.withUTF8Buffer { letters in
      for index in text.indices where unsafe text[index] | 0x20 != letters[index] { return false }
      return true
    }
  }

  private static func isInteger(
    _ text: Span<UInt8>, _ minimum: Int128, _ maximum: Int128
  ) -> Bool {
    guard text.count > 0, text.count <= 24 else { return false }
    let hasSign = text[0] == UInt8(ascii: "-") || text[0] == UInt8(ascii: "+")
    var value: Int128 = 0
    guard text.count > (hasSign ? 1 : 0) else { return false }
    for index in (hasSign ? 1 : 0)..<text.count {
      guard Ascii.isDigit(text[index]) else { return false }
      value = value * 10 + Int128(text[index] - UInt8(ascii: "0"))
    }
    if text[0] == UInt8(ascii: "-") { value = -value }
    return value >= minimum && value <= maximum
  }

  /// Digits with an optional sign, point and exponent.
  private static func isDouble(_ text: Span<UInt8>) -> Bool {
    var index = 0
    func digits() -> Int {
      let start = index
      while index < text.count, Ascii.isDigit(text[index]) { index += 1 }
      return index - start
    }
    func sign() {
      if index < text.count, text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "+") {
        index += 1
      }
    }
    sign()
    var count = digits()
    if index < text.count, text[index] == UInt8(ascii: ".") {
      index += 1
      count += digits()
    }
    guard count > 0 else { return false }
    if index < text.count, text[index] | 0x20 == UInt8(ascii: "e") {
      index += 1
      sign()
      guard digits() > 0 else { return false }
    }
    return index == text.count
  }

  /// Whether the text has a date's digits and dashes; only then is it worth parsing.
  private static func isDateShaped(_ text: Span<UInt8>) -> Bool {
    guard text.count == 10 else { return false }
    for index in text.indices {
      let isDash = index == 4 || index == 7
      guard isDash ? text[index] == UInt8(ascii: "-") : Ascii.isDigit(text[index]) else {
        return false
      }
    }
    return true
  }
}
