import Foundation
import PurSightClient
import Testing

@testable import pursightctl

@Suite struct DoctorTests {
  /// Made with `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -days 365
  /// -subj /CN=ana -addext subjectAltName=URI:spiffe://dev/ana,DNS:db.example`.
  private static let pem = """
    -----BEGIN CERTIFICATE-----
    MIIBmjCCAUCgAwIBAgIUEaT1EpqR6EA1GIeDA3hQabW0GCIwCgYIKoZIzj0EAwIw
    DjEMMAoGA1UEAwwDYW5hMB4XDTI2MTEyMTE3NDMzMVoXDTI3MTEyMTE3NDMzMVow
    DjEMMAoGA1UEAwwDYW5hMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEDsmk1bdI
    DdjTxhybABt/2ZGxsIel8U+9e2dmF7ApxCalBAn8FSK/wZmYwA/m07HQNQ/Bu4s4
    zvb0OR8PomfIXKN8MHowHQYDVR0OBBYEFJg5GvI4Ilrk8JQaHd9bcuFCfebGMB8G
    A1UdIwQYMBaAFJg5GvI4Ilrk8JQaHd9bcuFCfebGMA8GA1UdEwEB/wQFMAMBAf8w
    JwYDVR0RBCAwHoYQc3BpZmZlOi8vZGV2L2FuYYIKZGIuZXhhbXBsZTAKBggqhkjO
    PQQDAgNIADBFAiEAs4QGMvIqsSIgef+G2F8cVJiWHXL6CTIrqz+hqyqhPccCIDig
    S3h92NLrXBIaACRO+FP0QPmHriczUUfHysM8z4ST
    -----END CERTIFICATE-----
    """

  private func info() throws -> CertificateInfo {
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("pursight-\(UUID().uuidString).pem")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(Self.pem.utf8).write(to: file)
    return try CertificateInfo(path: file.path)
  }

  @Test func `a certificate file says who it is for and until when`() throws {
    let info = try info()
    #expect(info.subject == "CN=ana")
    #expect(info.names == ["spiffe://dev/ana", "db.example"])
    // As `openssl x509 -dates` prints them.
    #expect(info.notBefore.text == "2026-11-21T17:43:31Z")
    #expect(info.notAfter.text == "2027-11-21T17:43:31Z")
  }

  @Test(
    arguments: [
      (-3600, DiagnosisStep.Verdict.bad, "valid only in 1 h"), (86_400, .good, "valid until"),
      (360 * 86_400, .doubtful, "valid until"), (366 * 86_400, .bad, "expired 1 day ago"),
    ] as [(Int64, DiagnosisStep.Verdict, String)])
  func `the doctor looks at the dates of certificates`(
    offset: Int64, verdict: DiagnosisStep.Verdict, words: String
  ) throws {
    let info = try info()
    let now = Date(timeIntervalSince1970: Double(info.notBefore.seconds + offset))
    let step = Diagnosis.dates("certificate", "a.pem", info, now: now)
    #expect(step.verdict == verdict)
    #expect(step.finding.contains(words) && step.finding.hasPrefix("spiffe://dev/ana"))
    #expect((step.hint == nil) == (verdict == .good))
  }

  @Test func `what is no certificate is said in a sentence`() throws {
    #expect(throws: PurSightError.self) { _ = try CertificateInfo(path: "/nowhere.pem") }
    let error = try #require(throws: PurSightError.self) {
      _ = try CertificateInfo(path: #filePath.replacing("DoctorTests", with: "TableTests"))
    }
    #expect(error.message.contains("TableTests.swift holds no certificate"))
  }
}
