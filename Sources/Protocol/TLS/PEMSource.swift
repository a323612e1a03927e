internal import CPurSightOpenSSL

/// Where certificates or keys come from, in PEM form.
package enum PEMSource: Sendable, Hashable {
  case file(String)
  case bytes([UInt8])

  private var label: String {
    switch self {
    case .file(let path): path
    case .bytes: "the given PEM"
    }
  }

  /// Opens the source for one reading.
  private func withBIO<R>(
    _ body: (OpaquePointer) throws(TLSError) -> R
  ) throws(TLSError) -> R {
    let bio: OpaquePointer?
    switch self {
    case .file(let path):
      unsafe bio = BIO_new_file(path, "r")
    case .bytes(let bytes):
      unsafe bio = BIO_new(BIO_s_mem())
      _ = unsafe BIO_write(bio, bytes, Int32(clamping: bytes.count))
    }
    guard let bio = unsafe bio else { throw .openSSL(.configuration, "\(label) cannot be read") }
    defer { unsafe BIO_free(bio) }
    return try unsafe body(bio)
  }

  /// Calls `body` with each certificate, at least one.
  func forEachCertificate(
    _ body: (OpaquePointer) throws(TLSError) -> Void
  ) throws(TLSError) {
    let count = try unsafe withBIO { (bio) throws(TLSError) -> Int in
      var count = 0
      while let certificate = unsafe PEM_read_bio_X509(bio, nil, nil, nil) {
        defer { unsafe X509_free(certificate) }
        try unsafe body(certificate)
        count += 1
      }
      // The end of the file leaves "no start line" in the queue.
      ERR_clear_error()
      return count
    }
    guard count > 0 else { throw TLSError(.configuration, "\(label) holds no certificate") }
  }

  /// Calls `body` with each revocation list, at least one.
  func forEachRevocationList(
    _ body: (OpaquePointer) throws(TLSError) -> Void
  ) throws(TLSError) {
    let count = try unsafe withBIO { (bio) throws(TLSError) -> Int in
      var count = 0
      while let list = unsafe PEM_read_bio_X509_CRL(bio, nil, nil, nil) {
        defer { unsafe X509_CRL_free(list) }
        try unsafe body(list)
        count += 1
      }
      ERR_clear_error()
      return count
    }
    guard count > 0 else { throw TLSError(.configuration, "\(label) holds no revocation list") }
  }

  /// Calls `body` with the private key. A key with a passphrase is refused, not asked for.
  func withPrivateKey(_ body: (OpaquePointer) throws(TLSError) -> Void) throws(TLSError) {
    try unsafe withBIO { (bio) throws(TLSError) in
      guard let key = unsafe pursight_read_private_key(bio) else {
        throw .openSSL(.configuration, "\(label) holds no readable private key")
      }
      defer { unsafe EVP_PKEY_free(key) }
      try unsafe body(key)
    }
  }
}
