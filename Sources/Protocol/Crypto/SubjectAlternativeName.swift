internal import CPurSightOpenSSL

/// One name that a certificate vouches for (RFC 5280 §4.2.1.6).
package enum SubjectAlternativeName: Hashable, Sendable {
  /// A host name in ASCII.
  case dns(String)
  /// Four or sixteen address bytes.
  case ipAddress([UInt8])
  /// A URI in ASCII, such as a SPIFFE ID.
  case uri(String)
  /// A name of a kind that PurSight does not read.
  case other

  /// Reads an IPv4 or IPv6 address.
  ///
  /// Throws `malformed` for other text.
  package static func ipAddress(
    parsing text: String
  ) throws(CryptoError) -> SubjectAlternativeName {
    guard let octets = unsafe a2i_IPADDRESS(text) else {
      ERR_clear_error()
      throw CryptoError(.malformed, "\(text) is no IPv4 or IPv6 address")
    }
    defer { unsafe ASN1_OCTET_STRING_free(octets) }
    let start = unsafe ASN1_STRING_get0_data(octets)
    let count = unsafe Int(ASN1_STRING_length(octets))
    return unsafe .ipAddress(Array(UnsafeBufferPointer(start: start, count: count)))
  }

  /// The general names of a certificate; nil when the extension is there and cannot be read.
  static func all(in certificate: OpaquePointer) -> [SubjectAlternativeName]? {
    var isCritical: Int32 = 0
    let names = unsafe X509_get_ext_d2i(certificate, NID_subject_alt_name, &isCritical, nil)
    guard let names = unsafe names else {
      ERR_clear_error()
      return isCritical == -1 ? [] : nil  // -1: no such extension
    }
    let stack = OpaquePointer(names)
    defer { unsafe pursight_general_names_free(stack) }
    return (0..<(unsafe pursight_general_names_count(stack))).map { index in
      var start: UnsafePointer<UInt8>?
      var count: Int32 = 0
      let kind = unsafe pursight_general_names_get(stack, index, &start, &count)
      let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: Int(count)))
      return switch kind {
      case GEN_DNS: .dns(String(decoding: bytes, as: UTF8.self))
      case GEN_URI: .uri(String(decoding: bytes, as: UTF8.self))
      case GEN_IPADD: .ipAddress(bytes)
      default: .other
      }
    }
  }
}
