package import PurSightCrypto

/// A personal value as ciphertext (AES-256-GCM) with the name of its subject's key.
///
/// Deleting that key erases the value and changes no byte of the log.
package struct AuditSealedValue: Hashable, Sendable {
  /// The key of the person whose value it is.
  package let keyID: UUID
  /// Nonce, ciphertext and tag.
  package let box: AESGCM.SealedBox

  /// Takes a value that is sealed already.
  package init(keyID: UUID, box: AESGCM.SealedBox) {
    self.keyID = keyID
    self.box = box
  }

  /// Seals a value, bound to its event and field so that no ciphertext can be moved elsewhere.
  ///
  /// - `field`: the sealed field's name, or the change's path followed by `.before` or `.after`.
  package init(
    sealing text: String, field: String, eventID: UUID, key: SymmetricKey, keyID: UUID
  ) throws(CryptoError) {
    self.keyID = keyID
    box = try AESGCM.seal(
      Array(text.utf8), with: key, authenticating: Self.context(field, eventID, keyID))
  }

  /// Opens a value that was sealed for this event and field.
  ///
  /// Throws `authenticationFailed` for another key, event or field, `malformed` when the content
  /// is no UTF-8.
  package func open(
    field: String, eventID: UUID, key: SymmetricKey
  ) throws(CryptoError) -> String {
    let bytes = try AESGCM.open(
      box, with: key, authenticating: Self.context(field, eventID, keyID))
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw CryptoError(.malformed, "The sealed field \(field) holds no UTF-8 text")
    }
    return text
  }

  private static func context(_ field: String, _ eventID: UUID, _ keyID: UUID) -> [UInt8] {
    Array("pursight.audit.v1".utf8) + [0] + eventID.bytes + keyID.bytes + Array(field.utf8)
  }
}
