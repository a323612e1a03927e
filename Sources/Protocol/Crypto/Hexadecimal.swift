/// Hexadecimal text (RFC 4648 §8): written in lower case, read in either case.
package enum Hexadecimal {
  /// Writes two lower-case digits per byte.
  package static func encode(_ bytes: some Sequence<UInt8>) -> String {
    var text: [UInt8] = []
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Reads an even number of hexadecimal digits, without separators or prefix.
  ///
  /// Throws `malformed` for anything else.
  package static func decode(_ text: some StringProtocol) throws(CryptoError) -> [UInt8] {
    let characters = Array(text.utf8)
    guard characters.count.isMultiple(of: 2) else {
      throw CryptoError(.malformed, "Hexadecimal text has an odd number of digits")
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(characters.count / 2)
    for index in stride(from: 0, to: characters.count, by: 2) {
      guard let high = value(of: characters[index]), let low = value(of: characters[index + 1])
      else {
        throw CryptoError(.malformed, "A character at \(index) is no hexadecimal digit")
      }
      bytes.append(high << 4 | low)
    }
    return bytes
  }

  static func value(of character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  private static let digits = Array("0123456789abcdef".utf8)
}
