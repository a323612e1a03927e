package import PurSightCrypto

/// Where a call came from. The network address is personal and belongs into a sealed field.
package struct AuditSource: Hashable, Sendable {
  /// The SHA-256 of the peer's certificate.
  package var certificate: SHA256Digest?
  /// The client program as it names itself; empty when unknown.
  package var userAgent: String

  /// Describes a source.
  package init(certificate: SHA256Digest? = nil, userAgent: String = "") {
    self.certificate = certificate
    self.userAgent = userAgent
  }
}
