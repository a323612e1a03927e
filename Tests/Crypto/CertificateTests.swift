import PurSightCrypto
import Testing

@Suite struct `Certificates` {
  private func validity() throws -> CertificateValidity {
    try CertificateValidity(notBefore: 1_767_225_600, notAfter: 1_798_761_600)
  }

  @Test func `an authority issues what it was asked for`() throws {
    let authority = try CertificateAuthority.generate(name: "PurSight CA", validity: validity())
    #expect(authority.certificate.isAuthority)
    #expect(authority.certificate.subject == "CN=PurSight CA")
    #expect(authority.certificate.keyUsage == [.certificateSigning, .revocationListSigning])
    #expect(authority.certificate.isSigned(by: authority.certificate))

    let names: [SubjectAlternativeName] = [
      .dns("localhost"), try .ipAddress(parsing: "127.0.0.1"), try .ipAddress(parsing: "::1"),
    ]
    let server = try authority.issueServer(
      commonName: "pursightd", names: names, validity: validity())
    #expect(server.certificate.subjectAlternativeNames == names)
    #expect(server.certificate.extendedKeyUsage == [.serverAuthentication])
    #expect(server.certificate.issuer == "CN=PurSight CA")
    #expect(server.certificate.notBefore == 1_767_225_600)
    #expect(server.certificate.notAfter == 1_798_761_600)
    #expect(server.certificate.isSigned(by: authority.certificate))
    #expect(!authority.certificate.isSigned(by: server.certificate))

    let identity = try SPIFFEID(parsing: "spiffe://dev/admin")
    let client = try authority.issueClient(
      identity: identity, commonName: "admin", validity: validity())
    #expect(try SPIFFEID(verifiedLeaf: client.certificate, trustDomain: "dev") == identity)
    #expect(client.certificate.fingerprint != server.certificate.fingerprint)
    #expect(client.privateKeyPEM.hasPrefix("-----BEGIN PRIVATE KEY-----\n"))
  }

  @Test func `PEM and DER carry the same certificate`() throws {
    let certificate = try CertificateAuthority.generate(
      name: "PurSight CA", validity: validity()
    ).certificate
    #expect(try Certificate(pem: certificate.pem) == certificate)
    #expect(try Certificate(der: certificate.der) == certificate)
    #expect(throws: CryptoError.self) { try Certificate(der: certificate.der + [0]) }
    #expect(throws: CryptoError.self) { try Certificate(der: Array(certificate.der.dropLast())) }
    for der in [[], [0x30], [UInt8](repeating: 0xFF, count: 100)] {
      #expect(throws: CryptoError.self) { try Certificate(der: der) }
    }
    #expect(throws: CryptoError.self) { try Certificate(pem: "no certificate") }
  }

  @Test func `a stored authority goes on issuing`() throws {
    let first = try CertificateAuthority.generate(name: "PurSight CA", validity: validity())
    let again = try CertificateAuthority(
      certificatePEM: first.certificate.pem, privateKeyPEM: first.privateKeyPEM())
    let identity = try SPIFFEID(parsing: "spiffe://dev/viewer")
    let client = try again.issueClient(
      identity: identity, commonName: "viewer", validity: validity())
    #expect(client.certificate.isSigned(by: first.certificate))
    let other = try CertificateAuthority.generate(name: "Other", validity: validity())
    #expect(throws: CryptoError.self) {
      try CertificateAuthority(
        certificatePEM: first.certificate.pem, privateKeyPEM: other.privateKeyPEM())
    }
    #expect(throws: CryptoError.self) {
      try CertificateAuthority(
        certificatePEM: client.certificatePEM, privateKeyPEM: client.privateKeyPEM)
    }
  }

  @Test func `names that no certificate should carry are refused`() throws {
    let authority = try CertificateAuthority.generate(name: "PurSight CA", validity: validity())
    for name: SubjectAlternativeName in [.dns(""), .dns("a b"), .dns("a\0b"), .uri("é"), .other] {
      #expect(throws: CryptoError.self) {
        try authority.issueServer(commonName: "x", names: [name], validity: validity())
      }
    }
    #expect(throws: CryptoError.self) { try SubjectAlternativeName.ipAddress(parsing: "1.2.3") }
    let tooLong = String(repeating: "n", count: 65)
    #expect(throws: CryptoError.self) {
      try CertificateAuthority.generate(name: tooLong, validity: validity())
    }
    #expect(throws: CryptoError.self) { try CertificateValidity(notBefore: 2, notAfter: 1) }
  }
}
