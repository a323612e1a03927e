public import PurSightAPI
internal import PurSightCrypto

/// What a certificate file says of itself: who it is for, and until when. Says nothing of trust.
public struct CertificateInfo: Sendable, Equatable {
  /// The subject as RFC 2253 text, such as `CN=admin`.
  public let subject: String
  /// Who issued it.
  public let issuer: String
  /// The host names and URIs it vouches for, such as `spiffe://dev/admin`.
  public let names: [String]
  /// The first second of validity.
  public let notBefore: Timestamp
  /// The last second of validity.
  public let notAfter: Timestamp

  /// Reads the first certificate of a PEM file.
  /// - Throws: `INVALID_ARGUMENT` for a file that is not there or holds no certificate,
  ///   `PERMISSION_DENIED` for one that may not be read.
  public init(path: String) throws(PurSightError) {
    guard let bytes = try SmallFile.content(path) else {
      throw PurSightError(.invalidArgument, "There is no file \(path).")
    }
    do throws(CryptoError) {
      self.init(try Certificate(pem: String(decoding: bytes, as: UTF8.self)))
    } catch {
      throw PurSightError(
        .invalidArgument, "\(path) holds no certificate in PEM: \(error.message).")
    }
  }

  private init(_ certificate: Certificate) {
    subject = certificate.subject
    issuer = certificate.issuer
    names = certificate.subjectAlternativeNames.compactMap { name in
      switch name {
      case .dns(let host): host
      case .uri(let uri): uri
      case .ipAddress, .other: nil
      }
    }
    notBefore = Timestamp(seconds: certificate.notBefore)
    notAfter = Timestamp(seconds: certificate.notAfter)
  }
}
