internal import CPurSightOpenSSL

/// What a peer's verified leaf certificate says, as values.
package struct PeerCertificate: Hashable, Sendable {
  /// Subject in RFC 2253 form, such as `CN=loader,O=PurSight`; may be empty.
  package let subject: String
  /// URI subject alternative names, in order.
  package let uris: [String]
  /// DNS and IP address subject alternative names, in order.
  package let names: [String]
  /// SHA-256 of the DER form, lower-case hex.
  package let fingerprint: String
  /// Whether it may sign other certificates or revocation lists; such a one is nobody's identity
  /// (X.509-SVID §5.2).
  package let isAuthority: Bool

  /// Names of one certificate that are read; further ones are as if they were not there.
  private static let maxNames: Int32 = 256

  package init(
    subject: String, uris: [String], names: [String], fingerprint: String, isAuthority: Bool
  ) {
    self.subject = subject
    self.uris = uris
    self.names = names
    self.fingerprint = fingerprint
    self.isAuthority = isAuthority
  }

  init(_ certificate: OpaquePointer) {
    subject = unsafe Self.subject(certificate)
    fingerprint = unsafe Self.fingerprint(certificate)
    let usage = unsafe X509_get_key_usage(certificate)
    let signs = usage != UInt32.max && usage & UInt32(KU_KEY_CERT_SIGN | KU_CRL_SIGN) != 0
    // X509_check_ca calls a certificate with CA:TRUE none, if its key usage does not let it sign.
    let isCA = unsafe X509_get_extension_flags(certificate) & UInt32(EXFLAG_CA) != 0
    isAuthority = unsafe isCA || signs || X509_check_ca(certificate) != 0
    var (uris, names): ([String], [String]) = ([], [])
    let extensionNames = unsafe X509_get_ext_d2i(certificate, NID_subject_alt_name, nil, nil)
    if let list = unsafe extensionNames.map({ OpaquePointer($0) }) {
      for index in 0..<min(unsafe pursight_general_names_count(list), Self.maxNames) {
        var bytes: UnsafePointer<UInt8>?
        var count: Int32 = 0
        let type = unsafe pursight_general_names_get(list, index, &bytes, &count)
        let value = unsafe UnsafeBufferPointer(start: bytes, count: Int(count))
        switch type {
        case GEN_URI: uris.append(unsafe String(decoding: value, as: UTF8.self))
        case GEN_DNS: names.append(unsafe String(decoding: value, as: UTF8.self))
        case GEN_IPADD: names.append(unsafe Self.address(Array(value)))
        default: break
        }
      }
      unsafe pursight_general_names_free(list)
    }
    (self.uris, self.names) = (uris, names)
    ERR_clear_error()
  }

  /// The SPIFFE ID: the only URI, if it keeps the rules of X.509-SVID and SPIFFE-ID.
  package var spiffeID: String? {
    guard uris.count == 1, !isAuthority, Self.isSPIFFEID(uris[0]) else { return nil }
    return uris[0]
  }

  /// Longest SPIFFE ID and longest trust domain, in bytes (SPIFFE-ID §2.3, §2.1).
  private static let (maxIDBytes, maxTrustDomainBytes) = (2048, 255)

  /// Whether `text` names a workload: `spiffe://trust-domain/path` with at least one path segment.
  ///
  /// Source: SPIFFE-ID §2: the trust domain has lower-case letters, digits, `.`, `-`, `_`; segments
  /// have letters, digits, `.`, `-`, `_` and are neither empty nor `.` nor `..`.
  package static func isSPIFFEID(_ text: String) -> Bool {
    let scheme = "spiffe://"
    guard text.utf8.count <= maxIDBytes, text.hasPrefix(scheme) else { return false }
    let parts = text.dropFirst(scheme.count).split(
      separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, parts[0].utf8.count <= maxTrustDomainBytes,
      parts[0].utf8.allSatisfy(isTrustDomainByte)
    else { return false }
    return parts[1].split(separator: "/", omittingEmptySubsequences: false).allSatisfy { segment in
      !segment.isEmpty && segment != "." && segment != ".."
        && segment.utf8.allSatisfy(isSegmentByte)
    }
  }

  private static func isTrustDomainByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  private static func isSegmentByte(_ byte: UInt8) -> Bool {
    isTrustDomainByte(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
  }

  private static func subject(_ certificate: OpaquePointer) -> String {
    guard let bio = unsafe BIO_new(BIO_s_mem()) else { return "" }
    defer { unsafe BIO_free(bio) }
    _ = unsafe pursight_print_name(bio, X509_get_subject_name(certificate))
    var bytes: UnsafePointer<UInt8>?
    let count = unsafe pursight_bio_contents(bio, &bytes)
    return unsafe String(
      decoding: UnsafeBufferPointer(start: bytes, count: max(count, 0)), as: UTF8.self)
  }

  private static func fingerprint(_ certificate: OpaquePointer) -> String {
    var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var length: UInt32 = 0
    guard unsafe X509_digest(certificate, EVP_sha256(), &digest, &length) == 1 else { return "" }
    let digits = Array("0123456789abcdef")
    var text = ""
    for byte in digest.prefix(Int(length)) {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return text
  }

  /// `192.0.2.1`, or an IPv6 address in eight groups without abbreviation.
  static func address(_ bytes: [UInt8]) -> String {
    if bytes.count == 16 {
      return stride(from: 0, to: 16, by: 2).map {
        String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16)
      }.joined(separator: ":")
    }
    return bytes.map(String.init).joined(separator: ".")
  }
}
