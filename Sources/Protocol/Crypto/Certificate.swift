internal import CPurSightOpenSSL

/// An X.509 certificate (RFC 5280) as a value: its bytes and what PurSight reads in them.
///
/// Holding one says nothing about trust; verifying chains is TLS's work.
package struct Certificate: Hashable, Sendable {
  /// What the key may do (RFC 5280 §4.2.1.3), as far as PurSight asks.
  package enum KeyUsage: Hashable, Sendable {
    case digitalSignature, certificateSigning, revocationListSigning
  }

  /// What the certificate serves for (RFC 5280 §4.2.1.12), as far as PurSight asks.
  package enum ExtendedKeyUsage: Hashable, Sendable {
    case serverAuthentication, clientAuthentication
  }

  /// The DER encoding.
  package let der: [UInt8]
  /// The subject as RFC 2253 text, such as `CN=PurSight dev CA`.
  package let subject: String
  /// The issuer as RFC 2253 text.
  package let issuer: String
  /// The first second of validity, since 1970.
  package let notBefore: Int64
  /// The last second of validity, since 1970.
  package let notAfter: Int64
  /// The names it vouches for, in order.
  package let subjectAlternativeNames: [SubjectAlternativeName]
  /// Whether basicConstraints says CA:TRUE.
  package let isAuthority: Bool
  /// The allowed uses of the key; nil when the certificate does not restrict them.
  package let keyUsage: Set<KeyUsage>?
  /// The purposes; nil when the certificate names none.
  package let extendedKeyUsage: Set<ExtendedKeyUsage>?

  /// Reads a DER certificate.
  ///
  /// Throws `malformed` for other bytes, bytes after the certificate, a name extension that does
  /// not parse or an extension that contradicts itself.
  package init(der: [UInt8]) throws(CryptoError) {
    let raw = unsafe der.withUnsafeBufferPointer { buffer -> OpaquePointer? in
      var start = buffer.baseAddress
      let certificate = unsafe d2i_X509(nil, &start, buffer.count)
      let isWhole = unsafe start == buffer.baseAddress.map { unsafe $0 + buffer.count }
      if unsafe certificate != nil && !isWhole {
        unsafe X509_free(certificate)
        return nil
      }
      return unsafe certificate
    }
    guard let raw = unsafe raw else { throw CryptoError.library("d2i_X509", .malformed) }
    defer { unsafe X509_free(raw) }
    try unsafe self.init(reading: raw)
  }

  /// Reads the first certificate of a PEM text.
  ///
  /// Throws `malformed` when there is none.
  package init(pem: String) throws(CryptoError) {
    let input = try MemoryBIO(contents: Array(pem.utf8))
    guard let raw = unsafe PEM_read_bio_X509(input.raw, nil, nil, nil) else {
      throw CryptoError.library("PEM_read_bio_X509", .malformed)
    }
    defer { unsafe X509_free(raw) }
    try unsafe self.init(reading: raw)
  }

  /// Copies everything out; the caller keeps the handle.
  init(reading raw: OpaquePointer) throws(CryptoError) {
    let flags = unsafe X509_get_extension_flags(raw)  // parses and caches all extensions
    guard flags & UInt32(EXFLAG_INVALID) == 0 else {
      ERR_clear_error()
      throw CryptoError(.malformed, "The certificate has an extension that cannot be read")
    }
    guard let names = unsafe SubjectAlternativeName.all(in: raw) else {
      throw CryptoError(.malformed, "The certificate's subjectAltName cannot be read")
    }
    let usage = unsafe X509_get_key_usage(raw)  // all bits set when absent
    let purposes = unsafe X509_get_extended_key_usage(raw)
    let output = try MemoryBIO()
    guard unsafe i2d_X509_bio(output.raw, raw) == 1 else {
      throw CryptoError.library("i2d_X509_bio")
    }
    der = output.contents
    subject = unsafe try Self.text(of: X509_get_subject_name(raw))
    issuer = unsafe try Self.text(of: X509_get_issuer_name(raw))
    notBefore = unsafe try Self.seconds(of: X509_get0_notBefore(raw))
    notAfter = unsafe try Self.seconds(of: X509_get0_notAfter(raw))
    subjectAlternativeNames = names
    isAuthority = flags & UInt32(EXFLAG_CA) != 0
    keyUsage =
      flags & UInt32(EXFLAG_KUSAGE) == 0
      ? nil
      : Set(
        [
          (KU_DIGITAL_SIGNATURE, KeyUsage.digitalSignature),
          (KU_KEY_CERT_SIGN, .certificateSigning), (KU_CRL_SIGN, .revocationListSigning),
        ].filter { usage & UInt32($0.0) != 0 }.map(\.1))
    extendedKeyUsage =
      flags & UInt32(EXFLAG_XKUSAGE) == 0
      ? nil
      : Set(
        [
          (XKU_SSL_SERVER, ExtendedKeyUsage.serverAuthentication),
          (XKU_SSL_CLIENT, .clientAuthentication),
        ].filter { purposes & UInt32($0.0) != 0 }.map(\.1))
  }

  /// The SHA-256 of the DER encoding, as RFC 8705 binds tokens to it.
  package var fingerprint: SHA256Digest { SHA256.hash(der) }

  /// The certificate as PEM (RFC 7468 §5).
  package var pem: String {
    let base64 = Array(Base64.encode(der).utf8)
    var text = "-----BEGIN CERTIFICATE-----\n"
    for start in stride(from: 0, to: base64.count, by: 64) {
      text += String(decoding: base64[start..<min(start + 64, base64.count)], as: UTF8.self) + "\n"
    }
    return text + "-----END CERTIFICATE-----\n"
  }

  /// Whether an issuer's key signed this certificate; looks at nothing else.
  package func isSigned(by issuer: Certificate) -> Bool {
    guard
      let raw = try? X509Handle(der: der), let issuerRaw = try? X509Handle(der: issuer.der)
    else { return false }
    defer { ERR_clear_error() }
    return unsafe X509_verify(raw.raw, X509_get0_pubkey(issuerRaw.raw)) == 1
  }

  private static func text(of name: OpaquePointer?) throws(CryptoError) -> String {
    let output = try MemoryBIO()
    guard unsafe pursight_print_name(output.raw, name) >= 0 else {
      throw CryptoError.library("X509_NAME_print_ex")
    }
    return String(decoding: output.contents, as: UTF8.self)
  }

  private static func seconds(
    of time: UnsafePointer<ASN1_TIME>?
  ) throws(CryptoError) -> Int64 {
    let epoch = unsafe ASN1_TIME_set(nil, 0)
    defer { unsafe ASN1_TIME_free(epoch) }
    var days: Int32 = 0
    var seconds: Int32 = 0
    guard unsafe ASN1_TIME_diff(&days, &seconds, epoch, time) == 1 else {
      throw CryptoError.library("ASN1_TIME_diff", .malformed)
    }
    return Int64(days) * 86_400 + Int64(seconds)
  }
}
