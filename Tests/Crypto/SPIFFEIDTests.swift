import PurSightCrypto
import Testing

@Suite struct `SPIFFE identities` {
  private func read(_ base64: String) throws -> Certificate {
    try Certificate(der: Base64.decode(base64))
  }

  @Test(arguments: [
    HostileCertificates.good, HostileCertificates.goodWithoutPurposes,
    HostileCertificates.goodWithHostName,
  ])
  func `a well-formed SVID gives its identity`(certificate: String) throws {
    let identity = try SPIFFEID(verifiedLeaf: read(certificate), trustDomain: "dev")
    #expect(identity.description == "spiffe://dev/admin")
    #expect(identity.trustDomain == "dev")
    #expect(identity.path == "/admin")
  }

  /// OpenSSL's own verification accepts the first eight of these.
  @Test(arguments: [
    (HostileCertificates.twoURIs, "2 URI names"),
    (HostileCertificates.foreignTrustDomain, "trust domain dev.example"),
    (HostileCertificates.noPath, "no workload"),
    (HostileCertificates.hostNameOnly, "0 URI names"),
    (HostileCertificates.webURI, "spiffe://"),
    (HostileCertificates.dotDotInPath, ".."),
    (HostileCertificates.upperCaseTrustDomain, "a-z"),
    (HostileCertificates.authority, "CA:TRUE"),
    (HostileCertificates.certificateSigner, "CA:TRUE"),
    (HostileCertificates.noDigitalSignature, "digitalSignature"),
    (HostileCertificates.serverOnly, "clientAuth"),
    (HostileCertificates.noNames, "0 URI names"),
  ])
  func `a hostile certificate is refused with its reason`(
    certificate: String, reason: String
  ) throws {
    let leaf = try read(certificate)
    let error = #expect(throws: CryptoError.self) {
      try SPIFFEID(verifiedLeaf: leaf, trustDomain: "dev")
    }
    #expect(error?.code == .authenticationFailed)
    #expect(error?.message.contains(reason) == true)
  }

  @Test(arguments: [
    "spiffe://dev", "spiffe://dev/admin", "spiffe://a-b_c.d9/X/y-z_.0/...", "spiffe://dev/.hidden",
  ])
  func `good names are read`(text: String) throws {
    #expect(try SPIFFEID(parsing: text).description == text)
  }

  @Test(arguments: [
    "", "spiffe:/dev/a", "SPIFFE://dev/a", "https://dev/a", "spiffe://", "spiffe:///a",
    "spiffe://Dev/a", "spiffe://dev:8443/a", "spiffe://user@dev/a", "spiffe://dev/",
    "spiffe://dev//a", "spiffe://dev/a/", "spiffe://dev/.", "spiffe://dev/../a",
    "spiffe://dev/a%2Fb", "spiffe://dev/a?b", "spiffe://dev/a#b", "spiffe://dev/ä",
    "spiffe://dev?x", "spiffe://dev/a b", "spiffe://dev/a\0", " spiffe://dev/a",
  ])
  func `bad names are refused`(text: String) {
    #expect(throws: CryptoError.self) { try SPIFFEID(parsing: text) }
  }

  @Test func `names end at their limits`() throws {
    let longest = "spiffe://dev/" + String(repeating: "a", count: SPIFFEID.maxBytes - 13)
    #expect(try SPIFFEID(parsing: longest).path.utf8.count == SPIFFEID.maxBytes - 12)
    #expect(throws: CryptoError.self) { try SPIFFEID(parsing: longest + "a") }
    let domain = String(repeating: "d", count: SPIFFEID.maxTrustDomainBytes)
    #expect(try SPIFFEID(parsing: "spiffe://\(domain)/a").trustDomain == domain)
    #expect(throws: CryptoError.self) { try SPIFFEID(parsing: "spiffe://\(domain)d/a") }
  }
}
