internal import CPurSightOpenSSL

/// The one owner of an `EVP_MD_CTX`, for one signature.
@safe struct DigestContext: ~Copyable {
  let raw: OpaquePointer

  init() throws(CryptoError) {
    guard let raw = unsafe EVP_MD_CTX_new() else { throw CryptoError.library("EVP_MD_CTX_new") }
    unsafe self.raw = raw
  }

  deinit {
    unsafe EVP_MD_CTX_free(raw)
  }
}
