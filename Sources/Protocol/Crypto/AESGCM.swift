internal import CPurSightOpenSSL

/// Authenticated encryption with AES-256-GCM (NIST SP 800-38D).
///
/// With random nonces, one key serves at most 2³² messages; the owner of the key counts.
package enum AESGCM {
  /// The nonce's length, in bytes.
  package static let nonceBytes = 12
  /// The tag's length, in bytes.
  package static let tagBytes = 16
  /// The longest text of one message, in bytes.
  package static let maxTextBytes = 1 << 30

  /// What encryption makes.
  package struct SealedBox: Hashable, Sendable {
    /// 12 bytes, unique per key.
    package let nonce: [UInt8]
    /// As long as the text.
    package let ciphertext: [UInt8]
    /// 16 bytes that authenticate nonce, ciphertext and the additional data.
    package let tag: [UInt8]

    /// Nonce, ciphertext and tag in this order, the form that is stored.
    package var combined: [UInt8] { nonce + ciphertext + tag }

    /// Puts a box together; lengths are judged by `open`.
    package init(nonce: [UInt8], ciphertext: [UInt8], tag: [UInt8]) {
      self.nonce = nonce
      self.ciphertext = ciphertext
      self.tag = tag
    }

    /// Takes the stored form apart.
    ///
    /// Throws `malformed` when it is shorter than nonce and tag.
    package init(combined: [UInt8]) throws(CryptoError) {
      guard combined.count >= nonceBytes + tagBytes else {
        throw CryptoError(.malformed, "A sealed box has at least 28 bytes, not \(combined.count)")
      }
      nonce = Array(combined.prefix(nonceBytes))
      ciphertext = Array(combined.dropFirst(nonceBytes).dropLast(tagBytes))
      tag = Array(combined.suffix(tagBytes))
    }
  }

  /// Encrypts a text under a fresh random nonce, bound to additional data that stays in the clear
  /// (for a stored field: table, column, row and key version).
  ///
  /// Throws `invalidArgument` for a key of another length than 32 bytes or an over-long text.
  package static func seal(
    _ text: [UInt8], with key: SymmetricKey, authenticating additional: [UInt8] = []
  ) throws(CryptoError) -> SealedBox {
    let nonce = try RandomBytes.generate(nonceBytes)
    return try seal(text, with: key, nonce: nonce, authenticating: additional)
  }

  /// Encrypts under a given nonce; the caller guarantees that no nonce is used twice with a key.
  package static func seal(
    _ text: [UInt8], with key: SymmetricKey, nonce: [UInt8],
    authenticating additional: [UInt8] = []
  ) throws(CryptoError) -> SealedBox {
    try check(key, text, additional, nonce)
    let context = try CipherContext()
    try context.startGCM(key: key, nonce: nonce, encrypts: true)
    try context.authenticate(additional)
    guard let ciphertext = context.update(text), context.finish() else {
      throw CryptoError.library("EVP_EncryptFinal_ex")
    }
    return SealedBox(nonce: nonce, ciphertext: ciphertext, tag: try context.tag())
  }

  /// Decrypts a box.
  ///
  /// Throws `authenticationFailed` when key, nonce, ciphertext, tag or additional data is not the
  /// one that was sealed; which of them is not told.
  package static func open(
    _ box: SealedBox, with key: SymmetricKey, authenticating additional: [UInt8] = []
  ) throws(CryptoError) -> [UInt8] {
    try check(key, box.ciphertext, additional, box.nonce)
    guard box.tag.count == tagBytes else {
      throw CryptoError(.invalidArgument, "A tag has 16 bytes, not \(box.tag.count)")
    }
    let context = try CipherContext()
    try context.startGCM(key: key, nonce: box.nonce, encrypts: false)
    try context.authenticate(additional)
    guard let text = context.update(box.ciphertext) else {
      throw CryptoError.library("EVP_DecryptUpdate")
    }
    try context.expect(tag: box.tag)
    guard context.finish() else {
      throw CryptoError(
        .authenticationFailed, "The sealed bytes were changed, or key or context is another one")
    }
    return text
  }

  private static func check(
    _ key: SymmetricKey, _ text: [UInt8], _ additional: [UInt8], _ nonce: [UInt8]
  ) throws(CryptoError) {
    guard key.byteCount == 32 else {
      throw CryptoError(.invalidArgument, "AES-256-GCM takes 32 key bytes, not \(key.byteCount)")
    }
    guard text.count <= maxTextBytes, additional.count <= maxTextBytes else {
      throw CryptoError(.invalidArgument, "AES-GCM takes at most \(maxTextBytes) bytes at once")
    }
    guard nonce.count == nonceBytes else {
      throw CryptoError(.invalidArgument, "A nonce has 12 bytes, not \(nonce.count)")
    }
  }
}
