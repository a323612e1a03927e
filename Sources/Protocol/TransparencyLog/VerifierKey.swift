package import PurSightCrypto

/// The public key of a log with its name: the only thing that a verifier must trust.
///
/// Its text is the `vkey` of C2SP signed-note: `name+hex(key id)+base64(0x01 ‖ key)`.
package struct VerifierKey: Hashable, Sendable, CustomStringConvertible {
  /// The longest key name, in bytes.
  package static let maxNameBytes = 255

  /// The name, which is also the log's origin.
  package let name: String
  /// The key.
  package let publicKey: Ed25519PublicKey

  /// Names a key.
  ///
  /// Throws `malformed` for an empty or over-long name, or one with spaces, control characters or
  /// a plus sign.
  package init(name: String, publicKey: Ed25519PublicKey) throws(TransparencyLogError) {
    guard Self.isName(name) else {
      throw TransparencyLogError(
        .malformed, "A key name has 1 to \(Self.maxNameBytes) bytes without spaces and plus signs")
    }
    self.name = name
    self.publicKey = publicKey
  }

  /// Reads a `vkey`.
  ///
  /// Throws `malformed` for another form, another algorithm or a key id that does not belong to
  /// the key.
  package init(parsing text: String) throws(TransparencyLogError) {
    let pieces = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
    guard
      pieces.count == 3,
      let bytes = try? Base64.decode(pieces[2]), bytes.first == SignatureType.ed25519.rawValue,
      let publicKey = try? Ed25519PublicKey(bytes: Array(bytes.dropFirst()))
    else {
      throw TransparencyLogError(.malformed, "A verifier key reads name+8 hex digits+base64")
    }
    try self.init(name: String(pieces[0]), publicKey: publicKey)
    guard pieces[1] == Hexadecimal.encode(keyID) else {
      throw TransparencyLogError(
        .malformed, "The key id \(pieces[1].prefix(16)) does not belong to the key of \(name)")
    }
  }

  /// Four bytes that tell keys of one name apart; no protection against forgery.
  package var keyID: [UInt8] { keyID(.ed25519) }

  /// The `vkey` text.
  package var description: String {
    let key = Base64.encode([SignatureType.ed25519.rawValue] + publicKey.bytes)
    return "\(name)+\(Hexadecimal.encode(keyID))+\(key)"
  }

  /// SHA-256(name ‖ 0x0A ‖ type ‖ key), its first four bytes.
  func keyID(_ type: SignatureType) -> [UInt8] {
    let digest = SHA256.hash(Array(name.utf8) + [0x0A, type.rawValue] + publicKey.bytes)
    return Array(digest.bytes.prefix(4))
  }

  static func isName(_ name: some StringProtocol) -> Bool {
    (1...maxNameBytes).contains(name.utf8.count)
      && name.unicodeScalars.allSatisfy {
        $0.value > 0x20 && $0 != "+" && !$0.properties.isWhitespace
      }
  }
}
