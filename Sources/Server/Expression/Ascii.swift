/// Classes of ASCII bytes.
package enum Ascii {
  package static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
  package static func isUpper(_ byte: UInt8) -> Bool { byte >= 0x41 && byte <= 0x5A }
  package static func isLower(_ byte: UInt8) -> Bool { byte >= 0x61 && byte <= 0x7A }
  package static func isLetter(_ byte: UInt8) -> Bool { isUpper(byte) || isLower(byte) }
  /// Space, tab, line feed, vertical tab, form feed, carriage return.
  package static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || (byte >= 0x09 && byte <= 0x0D)
  }
  /// What RE2 counts as part of a word: letters, digits, underscore.
  package static func isWord(_ byte: UInt8) -> Bool {
    isLetter(byte) || isDigit(byte) || byte == 0x5F
  }
  /// Letters, underscore and every byte of a non-ASCII character.
  package static func isNameStart(_ byte: UInt8) -> Bool {
    isLetter(byte) || byte == 0x5F || byte >= 0x80
  }
}
