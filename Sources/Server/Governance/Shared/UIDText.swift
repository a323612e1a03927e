/// The 36-character text of a UUID (RFC 9562 section 4).
package enum UIDText {
  /// Whether the text is a UUID in lower-case hexadecimal with dashes.
  package static func isValid(_ text: String) -> Bool {
    guard text.utf8.count == 36 else { return false }
    for (position, byte) in text.utf8.enumerated() {
      switch position {
      case 8, 13, 18, 23: if byte != UInt8(ascii: "-") { return false }
      default:
        let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        let isLetter = (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
        if !isDigit && !isLetter { return false }
      }
    }
    return true
  }
}
