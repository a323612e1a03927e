internal import CPurSightOpenSSL

/// An Ed25519 signing key (RFC 8032). A shared reference to one immutable secret.
package struct Ed25519PrivateKey: Sendable {
  private let key: PrivateKey
  /// The key that verifies what this one signs.
  package let publicKey: Ed25519PublicKey

  private init(_ key: PrivateKey) throws(CryptoError) {
    var bytes = [UInt8](repeating: 0, count: Ed25519PublicKey.byteCount)
    var count = bytes.count
    guard
      unsafe EVP_PKEY_get_base_id(key.raw) == EVP_PKEY_ED25519,
      unsafe EVP_PKEY_get_raw_public_key(key.raw, &bytes, &count) == 1
    else {
      ERR_clear_error()
      throw CryptoError(.malformed, "The private key is of another algorithm than Ed25519")
    }
    self.key = key
    publicKey = try Ed25519PublicKey(bytes: bytes)
  }

  /// Makes a fresh key.
  package static func generate() throws(CryptoError) -> Ed25519PrivateKey {
    guard let raw = unsafe pursight_generate_ed25519_key() else {
      throw CryptoError.library("EVP_PKEY_Q_keygen")
    }
    return unsafe try Ed25519PrivateKey(PrivateKey(adopting: raw))
  }

  /// Takes the 32-byte seed of RFC 8032 §5.1.5.
  ///
  /// Throws `invalidArgument` for another length.
  package init(seed: [UInt8]) throws(CryptoError) {
    guard seed.count == 32 else {
      throw CryptoError(.invalidArgument, "An Ed25519 seed has 32 bytes, not \(seed.count)")
    }
    guard let raw = unsafe EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, seed, seed.count)
    else { throw CryptoError.library("EVP_PKEY_new_raw_private_key") }
    unsafe try self.init(PrivateKey(adopting: raw))
  }

  /// Reads a PEM file without passphrase.
  ///
  /// Throws `malformed` for other text or a key of another algorithm.
  package init(pem: String) throws(CryptoError) {
    try self.init(PrivateKey(pem: pem))
  }

  /// The key as unencrypted PKCS #8 PEM (RFC 8410); the caller writes it with mode 0600.
  package func pem() throws(CryptoError) -> String {
    try key.pem()
  }

  /// The 32-byte seed, a secret.
  package func seed() throws(CryptoError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 32)
    var count = bytes.count
    guard unsafe EVP_PKEY_get_raw_private_key(key.raw, &bytes, &count) == 1 else {
      throw CryptoError.library("EVP_PKEY_get_raw_private_key")
    }
    return bytes
  }

  /// Signs a message; the 64 bytes are the same each time.
  package func sign(_ message: [UInt8]) throws(CryptoError) -> [UInt8] {
    let context = try DigestContext()
    var signature = [UInt8](repeating: 0, count: Ed25519PublicKey.signatureBytes)
    var count = signature.count
    guard
      unsafe EVP_DigestSignInit(context.raw, nil, nil, nil, key.raw) == 1,
      unsafe EVP_DigestSign(context.raw, &signature, &count, message, message.count) == 1
    else { throw CryptoError.library("EVP_DigestSign") }
    return signature
  }
}
