@testable import PurSightApp
import Glibc
import PurSightCrypto
import Testing

@Suite struct DevDataTests {
  private func mode(_ path: String) -> mode_t? {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? status.st_mode & 0o777 : nil
  }

  private func withData(_ body: (DevData) throws -> Void) throws {
    let directory = try TemporaryDirectory.make()
    defer { TemporaryDirectory.remove(directory) }
    try body(DevData(directory: directory + "/data"))
  }

  @Test func `what is made belongs together and is for its owner only`() throws {
    try withData { data in
      try data.prepare(hosts: ["192.0.2.7", "pursight.example.org"])
      let authority = try Certificate(pem: SystemFile.readText(data.authority))
      for name in ["server", "admin", "viewer"] {
        let certificate = try Certificate(pem: SystemFile.readText(data.certificate(name)))
        #expect(certificate.isSigned(by: authority))
        #expect(mode(data.key(name)) == 0o600)
      }
      let server = try Certificate(pem: SystemFile.readText(data.certificate("server")))
      #expect(server.subjectAlternativeNames.contains(.ipAddress([192, 0, 2, 7])))
      #expect(server.subjectAlternativeNames.contains(.ipAddress([127, 0, 0, 1])))
      #expect(server.subjectAlternativeNames.contains(.dns("pursight.example.org")))
      let admin = try Certificate(pem: SystemFile.readText(data.certificate("admin")))
      #expect(admin.subjectAlternativeNames == [.uri("spiffe://dev/admin")])
      for secret in [data.encryptionKey, data.auditSigningKey, data.key("ca")] {
        #expect(mode(secret) == 0o600)
      }
      #expect(mode(data.pki) == 0o700)
      #expect(try ServeCommand.key(data.encryptionKey).count == 32)
    }
  }

  @Test func `a second start changes nothing`() throws {
    try withData { data in
      func contents() throws -> [[UInt8]] {
        try [
          data.authority, data.certificate("server"), data.certificate("admin"),
          data.encryptionKey, data.auditSigningKey, data.auditVerifierKey,
        ].map { try SystemFile.read($0) }
      }
      try data.prepare(hosts: [])
      let first = try contents()
      try data.prepare(hosts: [])
      #expect(try contents() == first)
    }
  }

  @Test func `a further client gets a certificate of its own`() throws {
    try withData { data in
      #expect(throws: AppError.self) { try data.issue("late-planes", into: nil) }
      try data.prepare(hosts: [])
      let issued = try data.issue("late-planes", into: data.directory + "/out")
      let certificate = try Certificate(pem: SystemFile.readText(issued.certificate))
      #expect(certificate.subjectAlternativeNames == [.uri("spiffe://dev/late-planes")])
      #expect(mode(issued.key) == 0o600)
    }
  }

  @Test(arguments: [
    "", "ca", "server", "A", "a b", "../x", "ä", String(repeating: "x", count: 64),
  ])
  func `a name that is none is refused`(_ name: String) throws {
    try withData { data in
      try data.prepare(hosts: [])
      #expect(throws: AppError.self) { try data.issue(name, into: nil) }
    }
  }
}
