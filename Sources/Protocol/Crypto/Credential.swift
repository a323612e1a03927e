/// A certificate with its private key, as the two PEM texts that TLS reads.
package struct Credential: Sendable {
  /// The certificate.
  package let certificate: Certificate
  /// Unencrypted PKCS #8; the caller writes it with mode 0600.
  package let privateKeyPEM: String

  /// The certificate as PEM.
  package var certificatePEM: String { certificate.pem }
}
