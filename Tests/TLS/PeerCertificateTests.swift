import PurSightTLS
import Testing

@Suite("PeerCertificate") struct PeerCertificateTests {
  // Source: SPIFFE-ID §2, with its own examples.
  @Test(arguments: [
    ("spiffe://example.org/billing/payments", true), ("spiffe://example.org/A-b_c.1", true),
    ("spiffe://a/b", true), ("spiffe://example.org", false), ("spiffe://example.org/", false),
    ("spiffe://example.org/a//b", false), ("spiffe://example.org/a/", false),
    ("spiffe://example.org/./b", false), ("spiffe://example.org/a/../b", false),
    ("spiffe://Example.org/a", false), ("spiffe://example.org:80/a", false),
    ("spiffe://user@example.org/a", false), ("spiffe://example.org/a?b", false),
    ("spiffe://example.org/a#b", false), ("spiffe://example.org/%41", false),
    ("spiffe:///a", false), ("SPIFFE://example.org/a", false), ("https://example.org/a", false),
    ("spiffe://example.org/ä", false), ("", false),
  ])
  func `a SPIFFE ID keeps its rules`(_ text: String, _ isID: Bool) {
    #expect(PeerCertificate.isSPIFFEID(text) == isID)
  }

  @Test func `its lengths are bounded`() {
    let longest = "spiffe://" + String(repeating: "a", count: 255) + "/"
    #expect(PeerCertificate.isSPIFFEID(longest + "b"))
    #expect(!PeerCertificate.isSPIFFEID("spiffe://" + String(repeating: "a", count: 256) + "/b"))
    #expect(PeerCertificate.isSPIFFEID("spiffe://a/" + String(repeating: "b", count: 2048 - 11)))
    #expect(!PeerCertificate.isSPIFFEID("spiffe://a/" + String(repeating: "b", count: 2049 - 11)))
  }

  @Test func `one URI and no authority makes an identity`() {
    func certificate(_ uris: [String], isAuthority: Bool = false) -> PeerCertificate {
      PeerCertificate(
        subject: "CN=x", uris: uris, names: [], fingerprint: "00", isAuthority: isAuthority)
    }
    #expect(certificate(["spiffe://a/b"]).spiffeID == "spiffe://a/b")
    #expect(certificate([]).spiffeID == nil)
    #expect(certificate(["spiffe://a/b", "spiffe://a/c"]).spiffeID == nil)
    #expect(certificate(["https://a/b"]).spiffeID == nil)
    #expect(certificate(["spiffe://a/b"], isAuthority: true).spiffeID == nil)
  }
}
