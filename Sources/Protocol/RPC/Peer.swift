/// Who is at the other end of a connection, as its verified certificate says.
///
/// Read once per connection, after the handshake; never from a header.
public final class Peer: Sendable {
  /// `spiffe://…` of the only URI SAN, nil where there is none or where it breaks the SPIFFE rules.
  public let spiffeID: String?
  /// The certificate's subject in RFC 2253 form; empty without a certificate.
  public let subject: String
  /// DNS names and IP addresses of the certificate.
  public let names: [String]
  /// SHA-256 of the DER certificate, lower-case hex; empty without a certificate.
  public let certificateFingerprint: String
  /// `127.0.0.1:53412`.
  public let address: String
  /// Whether the connection is encrypted.
  public let isEncrypted: Bool

  /// A peer as its handshake has shown it.
  public init(
    spiffeID: String?, subject: String, names: [String], certificateFingerprint: String,
    address: String, isEncrypted: Bool
  ) {
    self.spiffeID = spiffeID
    self.subject = subject
    self.names = names
    self.certificateFingerprint = certificateFingerprint
    self.address = address
    self.isEncrypted = isEncrypted
  }

  /// Whether it has shown a verified certificate.
  public var hasCertificate: Bool { !certificateFingerprint.isEmpty }
}
