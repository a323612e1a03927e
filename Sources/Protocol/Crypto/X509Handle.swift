internal import CPurSightOpenSSL

/// The one owner of an `X509`.
@safe struct X509Handle: ~Copyable {
  let raw: OpaquePointer

  /// Makes an empty certificate to fill in.
  init() throws(CryptoError) {
    guard let raw = unsafe X509_new() else { throw CryptoError.library("X509_new") }
    unsafe self.raw = raw
  }

  /// Reads a certificate that was checked before.
  init(der: [UInt8]) throws(CryptoError) {
    let raw = unsafe der.withUnsafeBufferPointer { buffer -> OpaquePointer? in
      var start = buffer.baseAddress
      return unsafe d2i_X509(nil, &start, buffer.count)
    }
    guard let raw = unsafe raw else { throw CryptoError.library("d2i_X509", .malformed) }
    unsafe self.raw = raw
  }

  deinit {
    unsafe X509_free(raw)
  }

  /// Adds an extension written in OpenSSL's configuration language; never with a peer's text.
  func add(_ extensionID: Int32, _ value: String, issuer: OpaquePointer) throws(CryptoError) {
    guard unsafe pursight_add_extension(raw, issuer, extensionID, value) == 1 else {
      throw CryptoError.library("X509V3_EXT_conf_nid")
    }
  }

  /// Adds the subject alternative names, byte by byte as given.
  func add(_ names: [SubjectAlternativeName]) throws(CryptoError) {
    guard !names.isEmpty else { return }
    guard let stack = unsafe pursight_general_names_new() else {
      throw CryptoError.library("GENERAL_NAMES_new")
    }
    defer { unsafe pursight_general_names_free(stack) }
    for name in names {
      let (kind, bytes): (Int32, [UInt8]) =
        switch name {
        case .dns(let text): (GEN_DNS, Array(text.utf8))
        case .uri(let text): (GEN_URI, Array(text.utf8))
        case .ipAddress(let bytes): (GEN_IPADD, bytes)
        case .other:
          throw CryptoError(.invalidArgument, "Only DNS, URI and IP names can be issued")
        }
      guard !bytes.isEmpty, bytes.allSatisfy({ kind == GEN_IPADD || (0x21...0x7E).contains($0) })
      else {
        throw CryptoError(.invalidArgument, "A certificate name is empty or not printable ASCII")
      }
      guard unsafe pursight_general_names_add(stack, kind, bytes, Int32(bytes.count)) == 1 else {
        throw CryptoError.library("sk_GENERAL_NAME_push")
      }
    }
    let stackBytes = unsafe UnsafeMutableRawPointer(stack)
    guard
      unsafe X509_add1_ext_i2d(raw, NID_subject_alt_name, stackBytes, 0, UInt(X509V3_ADD_DEFAULT))
        == 1
    else { throw CryptoError.library("X509_add1_ext_i2d") }
  }

  /// Sets serial number, names and validity.
  func fill(
    commonName: String, issuerName: OpaquePointer?, validity: CertificateValidity
  ) throws(CryptoError) {
    var serialBytes = try RandomBytes.generate(16)
    serialBytes[0] = serialBytes[0] & 0x7F | 0x40  // positive and always 16 bytes
    let number = unsafe BN_bin2bn(serialBytes, Int32(serialBytes.count), nil)
    defer { unsafe BN_free(number) }
    let subject = unsafe X509_get_subject_name(raw)
    let name = Array(commonName.utf8)
    guard
      unsafe X509_set_version(raw, 2) == 1,  // 2 means X.509 version 3
      unsafe BN_to_ASN1_INTEGER(number, X509_get_serialNumber(raw)) != nil,
      unsafe X509_NAME_add_entry_by_txt(
        subject, "CN", MBSTRING_UTF8, name, Int32(name.count), -1, 0) == 1,
      unsafe X509_set_issuer_name(raw, issuerName ?? subject) == 1,
      unsafe ASN1_TIME_set(X509_getm_notBefore(raw), time_t(validity.notBefore)) != nil,
      unsafe ASN1_TIME_set(X509_getm_notAfter(raw), time_t(validity.notAfter)) != nil
    else { throw CryptoError.library("X509_set", .invalidArgument) }
  }
}
