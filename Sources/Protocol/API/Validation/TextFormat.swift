/// A form that a text field has to have. The names of the field option `format`.
public enum TextFormat: Sendable {
  /// `[a-z][a-z0-9-]{0,62}`: an id chosen by people.
  case slug
  /// RFC 9562: 8-4-4-4-12 hexadecimal digits.
  case uuid
  /// `collection/id[/collection/id]…`, with any characters but `/` and controls in an id.
  case resourceName
  /// `[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}`: an id chosen by a program.
  case identifier

  /// The longest resource name, in bytes.
  static let maxResourceNameBytes = 2048

  /// What a text of this form looks like, to end a sentence with.
  var advice: String {
    switch self {
    case .slug: "1 to 63 lower-case letters, digits and dashes, from a letter"
    case .uuid: "a UUID such as 0190b5a2-7c1d-7a3e-9f00-1c2d3e4f5a6b"
    case .resourceName: "a resource name such as projects/default/assets/{uid}"
    case .identifier: "1 to 128 letters, digits, `_`, `-` and `.`, from one of the first three"
    }
  }

  func matches(_ text: String) -> Bool {
    let bytes = text.utf8
    switch self {
    case .slug:
      return (1...63).contains(bytes.count) && bytes.first.map(Self.isLower) == true
        && bytes.allSatisfy { Self.isLower($0) || Self.isDigit($0) || $0 == UInt8(ascii: "-") }
    case .uuid:
      return bytes.count == 36
        && bytes.enumerated().allSatisfy { index, byte in
          [8, 13, 18, 23].contains(index) ? byte == UInt8(ascii: "-") : Self.isHex(byte)
        }
    case .resourceName:
      guard bytes.count <= Self.maxResourceNameBytes else { return false }
      let parts = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      return parts.count >= 2 && parts.count.isMultiple(of: 2)
        && parts.allSatisfy { part in !part.isEmpty && part.allSatisfy { $0 > 0x20 && $0 != 0x7f } }
    case .identifier:
      let isWord = { (byte: UInt8) in
        Self.isLetter(byte) || Self.isDigit(byte) || byte == UInt8(ascii: "_")
      }
      return (1...128).contains(bytes.count) && bytes.first.map(isWord) == true
        && bytes.allSatisfy { isWord($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
  private static func isLower(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte) }
  private static func isLetter(_ byte: UInt8) -> Bool { isLower(byte | 0x20) }
  private static func isHex(_ byte: UInt8) -> Bool {
    isDigit(byte) || (0x61...0x66).contains(byte | 0x20)
  }
}
