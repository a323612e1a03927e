internal import CPurSightOpenSSL

/// An Ed25519 verification key (RFC 8032): 32 bytes that anybody may know.
package struct Ed25519PublicKey: Hashable, Sendable {
  /// The length of a key, in bytes.
  package static let byteCount = 32
  /// The length of a signature, in bytes.
  package static let signatureBytes = 64

  /// The encoded point.
  package let bytes: [UInt8]

  /// Takes 32 bytes.
  ///
  /// Throws `invalidArgument` for another length; bytes that are no point verify nothing.
  package init(bytes: [UInt8]) throws(CryptoError) {
    guard bytes.count == Self.byteCount else {
      throw CryptoError(.invalidArgument, "An Ed25519 key has 32 bytes, not \(bytes.count)")
    }
    self.bytes = bytes
  }

  /// Reads a `PUBLIC KEY` PEM file (RFC 8410).
  ///
  /// Throws `malformed` for other text or a key of another algorithm.
  package init(pem: String) throws(CryptoError) {
    let input = try MemoryBIO(contents: Array(pem.utf8))
    guard let raw = unsafe PEM_read_bio_PUBKEY(input.raw, nil, nil, nil) else {
      throw CryptoError.library("PEM_read_bio_PUBKEY", .malformed)
    }
    defer { unsafe EVP_PKEY_free(raw) }
    var bytes = [UInt8](repeating: 0, count: Self.byteCount)
    var count = bytes.count
    guard
      unsafe EVP_PKEY_get_base_id(raw) == EVP_PKEY_ED25519,
      unsafe EVP_PKEY_get_raw_public_key(raw, &bytes, &count) == 1
    else {
      ERR_clear_error()
      throw CryptoError(.malformed, "The public key is of another algorithm than Ed25519")
    }
    self.bytes = bytes
  }

  /// The key as PEM.
  package func pem() throws(CryptoError) -> String {
    guard let raw = unsafe EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, bytes, bytes.count)
    else { throw CryptoError.library("EVP_PKEY_new_raw_public_key") }
    defer { unsafe EVP_PKEY_free(raw) }
    let output = try MemoryBIO()
    guard unsafe PEM_write_bio_PUBKEY(output.raw, raw) == 1 else {
      throw CryptoError.library("PEM_write_bio_PUBKEY")
    }
    return String(decoding: output.contents, as: UTF8.self)
  }

  /// Whether a signature of this key belongs to a message; false for every malformed one.
  package func isValid(_ signature: [UInt8], for message: [UInt8]) -> Bool {
    guard
      signature.count == Self.signatureBytes,
      let raw = unsafe EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, bytes, bytes.count),
      let context = try? DigestContext()
    else { return false }
    defer {
      unsafe EVP_PKEY_free(raw)
      ERR_clear_error()
    }
    return unsafe EVP_DigestVerifyInit(context.raw, nil, nil, nil, raw) == 1
      && EVP_DigestVerify(
        context.raw, signature, signature.count, message, message.count) == 1
  }
}
