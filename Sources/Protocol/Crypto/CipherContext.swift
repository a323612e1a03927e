internal import CPurSightOpenSSL

/// The one owner of an `EVP_CIPHER_CTX`, for a single operation.
@safe struct CipherContext: ~Copyable {
  private let raw: OpaquePointer

  init() throws(CryptoError) {
    guard let raw = unsafe EVP_CIPHER_CTX_new() else {
      throw CryptoError.library("EVP_CIPHER_CTX_new")
    }
    unsafe self.raw = raw
  }

  deinit {
    unsafe EVP_CIPHER_CTX_free(raw)
  }

  /// Starts AES-256-GCM with a nonce of any positive length.
  func startGCM(key: SymmetricKey, nonce: [UInt8], encrypts: Bool) throws(CryptoError) {
    let direction: Int32 = encrypts ? 1 : 0
    guard
      unsafe EVP_CipherInit_ex(raw, EVP_aes_256_gcm(), nil, nil, nil, direction) == 1,
      unsafe EVP_CIPHER_CTX_ctrl(raw, EVP_CTRL_AEAD_SET_IVLEN, Int32(nonce.count), nil) == 1,
      unsafe EVP_CipherInit_ex(raw, nil, nil, key.bytes, nonce, direction) == 1
    else { throw CryptoError.library("EVP_CipherInit_ex") }
  }

  /// Starts AES key wrap (RFC 3394) with its default initial value.
  func startKeyWrap(key: SymmetricKey, encrypts: Bool) throws(CryptoError) {
    // EVP refuses key wrap without this flag, so that nobody takes it for a general mode.
    unsafe EVP_CIPHER_CTX_set_flags(raw, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW)
    let cipher =
      switch key.byteCount {
      case 16: unsafe EVP_aes_128_wrap()
      case 24: unsafe EVP_aes_192_wrap()
      default: unsafe EVP_aes_256_wrap()
      }
    guard unsafe EVP_CipherInit_ex(raw, cipher, nil, key.bytes, nil, encrypts ? 1 : 0) == 1 else {
      throw CryptoError.library("EVP_CipherInit_ex")
    }
  }

  /// Adds bytes that are authenticated and not encrypted.
  func authenticate(_ bytes: [UInt8]) throws(CryptoError) {
    guard !bytes.isEmpty else { return }
    var written: Int32 = 0
    guard unsafe EVP_CipherUpdate(raw, nil, &written, bytes, Int32(bytes.count)) == 1 else {
      throw CryptoError.library("EVP_CipherUpdate")
    }
  }

  /// Runs the whole text through the cipher; nil when it was refused, which for key wrap means
  /// that the integrity check failed.
  func update(_ bytes: [UInt8]) -> [UInt8]? {
    // Key wrap makes eight bytes more; every other mode used here as many as it got.
    var output = [UInt8](repeating: 0, count: bytes.count + 16)
    var written: Int32 = 0
    guard unsafe EVP_CipherUpdate(raw, &output, &written, bytes, Int32(bytes.count)) == 1 else {
      ERR_clear_error()
      return nil
    }
    return Array(output.prefix(Int(written)))
  }

  /// Ends the operation; false when the tag set before does not match.
  func finish() -> Bool {
    var rest = [UInt8](repeating: 0, count: 16)
    var written: Int32 = 0
    let isDone = unsafe EVP_CipherFinal_ex(raw, &rest, &written) == 1
    ERR_clear_error()
    return isDone
  }

  /// The 16-byte tag of a finished GCM encryption.
  func tag() throws(CryptoError) -> [UInt8] {
    var tag = [UInt8](repeating: 0, count: 16)
    guard unsafe EVP_CIPHER_CTX_ctrl(raw, EVP_CTRL_AEAD_GET_TAG, 16, &tag) == 1 else {
      throw CryptoError.library("EVP_CTRL_AEAD_GET_TAG")
    }
    return tag
  }

  /// Sets the tag that a GCM decryption must reproduce.
  func expect(tag: [UInt8]) throws(CryptoError) {
    var tag = tag
    guard unsafe EVP_CIPHER_CTX_ctrl(raw, EVP_CTRL_AEAD_SET_TAG, Int32(tag.count), &tag) == 1
    else { throw CryptoError.library("EVP_CTRL_AEAD_SET_TAG") }
  }
}
