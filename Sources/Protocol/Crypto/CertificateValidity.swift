internal import CPurSightOpenSSL

/// From when until when a certificate is good, in seconds since 1970.
package struct CertificateValidity: Hashable, Sendable {
  /// The first good second.
  package let notBefore: Int64
  /// The last good second.
  package let notAfter: Int64

  /// Makes a validity.
  ///
  /// Throws `invalidArgument` when it ends before it begins.
  package init(notBefore: Int64, notAfter: Int64) throws(CryptoError) {
    guard notBefore <= notAfter else {
      throw CryptoError(.invalidArgument, "A certificate's validity ends before it begins")
    }
    self.notBefore = notBefore
    self.notAfter = notAfter
  }

  /// From five minutes ago, for peers whose clocks run late, until so many seconds from now.
  package static func fromNow(seconds: Int64) throws(CryptoError) -> CertificateValidity {
    let now = pursight_unix_nanoseconds() / 1_000_000_000
    return try CertificateValidity(notBefore: now - 300, notAfter: now + seconds)
  }
}
