internal import CPurSightOpenSSL

/// The owner of an `EVP_PKEY` that holds a private key of any algorithm.
@safe final class PrivateKey: @unchecked Sendable {
  // @unchecked: an EVP_PKEY is not changed after it is made, and OpenSSL allows its use by several
  // threads then.
  let raw: OpaquePointer

  /// Takes the key over; `deinit` frees it.
  init(adopting raw: OpaquePointer) {
    unsafe self.raw = raw
  }

  deinit {
    unsafe EVP_PKEY_free(raw)
  }

  /// Reads an unencrypted PEM file (PKCS #8, RFC 7468 §10, or the older SEC 1 form).
  convenience init(pem: String) throws(CryptoError) {
    let input = try MemoryBIO(contents: Array(pem.utf8))
    guard let raw = unsafe pursight_read_private_key(input.raw) else {
      throw CryptoError.library("PEM_read_bio_PrivateKey", .malformed)
    }
    unsafe self.init(adopting: raw)
  }

  /// The key as PEM, PKCS #8, unencrypted: the caller writes it with mode 0600.
  func pem() throws(CryptoError) -> String {
    let output = try MemoryBIO()
    guard unsafe PEM_write_bio_PKCS8PrivateKey(output.raw, raw, nil, nil, 0, nil, nil) == 1 else {
      throw CryptoError.library("PEM_write_bio_PKCS8PrivateKey")
    }
    return String(decoding: output.contents, as: UTF8.self)
  }
}
