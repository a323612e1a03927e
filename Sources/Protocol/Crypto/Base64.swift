/// Base64 (RFC 4648 §4 and §5), strict: one text per byte string and one byte string per text.
///
/// Decoding refuses line breaks, missing or superfluous padding, foreign characters and set bits
/// beyond the last byte, so that no two texts decode alike.
package enum Base64 {
  /// Which 64 characters stand for the values, and whether padding is written.
  package enum Alphabet: Sendable {
    /// `+` and `/`, padded with `=` to a multiple of four (§4).
    case standard
    /// `-` and `_`, without padding, as in tokens and URLs (§5).
    case url
  }

  /// Writes bytes as base64.
  package static func encode(_ bytes: [UInt8], _ alphabet: Alphabet = .standard) -> String {
    let characters = alphabet == .standard ? standardCharacters : urlCharacters
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << (8 * UInt32(3 - group.count))
      for position in 0...group.count {
        text.append(characters[Int(bits >> (18 - 6 * UInt32(position)) & 63)])
      }
    }
    if alphabet == .standard {
      while !text.count.isMultiple(of: 4) { text.append(UInt8(ascii: "=")) }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Reads base64 text.
  ///
  /// Throws `malformed` for every text that `encode` would not write.
  package static func decode(
    _ text: some StringProtocol, _ alphabet: Alphabet = .standard
  ) throws(CryptoError) -> [UInt8] {
    var characters = Array(text.utf8)
    if alphabet == .standard {
      guard characters.count.isMultiple(of: 4) else {
        throw CryptoError(.malformed, "Base64 text is not padded to a multiple of four")
      }
      for _ in 0..<2 where characters.last == UInt8(ascii: "=") { characters.removeLast() }
      guard text.utf8.count - characters.count == (4 - characters.count % 4) % 4 else {
        throw CryptoError(.malformed, "Base64 text has superfluous padding")
      }
    }
    guard characters.count % 4 != 1 else {
      throw CryptoError(.malformed, "Base64 text ends in the middle of a byte")
    }
    let values = alphabet == .standard ? standardValues : urlValues
    var bytes: [UInt8] = []
    bytes.reserveCapacity(characters.count / 4 * 3 + 2)
    var bits: UInt32 = 0
    var bitCount: UInt32 = 0
    for (index, character) in characters.enumerated() {
      let value = values[Int(character)]
      guard value < 64 else {
        throw CryptoError(.malformed, "A character at \(index) does not belong to base64")
      }
      bits = bits << 6 | UInt32(value)
      bitCount += 6
      if bitCount >= 8 {
        bitCount -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> bitCount))
        bits &= (1 << bitCount) - 1
      }
    }
    guard bits == 0 else {
      throw CryptoError(.malformed, "Base64 text has bits set beyond its last byte")
    }
    return bytes
  }

  private static let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
  private static let standardCharacters = Array((letters + "+/").utf8)
  private static let urlCharacters = Array((letters + "-_").utf8)
  private static let standardValues = values(of: standardCharacters)
  private static let urlValues = values(of: urlCharacters)

  /// For every byte its value in an alphabet, or 255.
  private static func values(of characters: [UInt8]) -> [UInt8] {
    var table = [UInt8](repeating: 255, count: 256)
    for (value, character) in characters.enumerated() { table[Int(character)] = UInt8(value) }
    return table
  }
}
