internal import CPurSightOpenSSL

/// HMAC with SHA-256 (RFC 2104, FIPS 198-1).
package enum HMACSHA256 {
  /// The authentication code of a message under a key of any length.
  ///
  /// Throws `libraryFailure` only when OpenSSL has no memory.
  package static func authenticationCode(
    for message: [UInt8], key: [UInt8]
  ) throws(CryptoError) -> SHA256Digest {
    var code = [UInt8](repeating: 0, count: SHA256Digest.byteCount)
    var count: UInt32 = 0
    // An empty Swift array may lend NULL, which HMAC reads as "keep the old key": lend one byte.
    let lent = key.isEmpty ? [0] : key
    let answer = unsafe HMAC(
      EVP_sha256(), lent, Int32(key.count), message, message.count, &code, &count)
    guard unsafe answer != nil, let digest = SHA256Digest(bytes: code) else {
      throw CryptoError.library("HMAC")
    }
    return digest
  }

  /// Whether a code belongs to a message and key; the time taken does not tell where they differ.
  package static func isValid(
    _ code: [UInt8], for message: [UInt8], key: [UInt8]
  ) throws(CryptoError) -> Bool {
    constantTimeEqual(code, try authenticationCode(for: message, key: key).bytes)
  }
}
