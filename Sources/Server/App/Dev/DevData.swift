internal import PurSightCrypto
internal import PurSightTransparencyLog

/// What `pursightd dev` keeps in its data directory beside PostgreSQL: its certificate authority,
/// the certificates that it issued, and its keys. Files are 0600.
///
/// Made once, at the first start; only the server's certificate is renewed when it is about to end.
struct DevData: Sendable {
  static let trustDomain = "dev"
  static let admin = "spiffe://dev/admin"
  static let viewer = "spiffe://dev/viewer"
  static let auditOrigin = "pursight-dev"
  /// Ten years and one year, in seconds.
  private static let authoritySeconds: Int64 = 3650 * 86_400
  private static let certificateSeconds: Int64 = 365 * 86_400
  /// A certificate that ends earlier than in 30 days is issued anew, in seconds.
  private static let renewalSeconds: Int64 = 30 * 86_400
  private static let maxNameBytes = 63

  /// Absolute.
  let directory: String

  var pki: String { directory + "/pki" }
  var authority: String { pki + "/ca.pem" }
  var encryptionKey: String { directory + "/encryption.key" }
  var auditSigningKey: String { directory + "/audit.key" }
  /// The public key of the audit log: the only thing that a verifier has to trust.
  var auditVerifierKey: String { directory + "/audit.vkey" }
  func certificate(_ name: String) -> String { "\(pki)/\(name).pem" }
  func key(_ name: String) -> String { "\(pki)/\(name).key" }

  /// Makes what is missing. Blocks for some milliseconds.
  /// - Parameter hosts: Names and addresses that the server is reached by, beside this machine's
  ///   own.
  func prepare(hosts: [String]) throws(AppError) {
    try SystemFile.makeDirectories(directory, mode: 0o711)
    try SystemFile.makeDirectories(pki, mode: 0o700)
    let issuer = try loadAuthority()
    if try !isCurrent("server") { try issueServer(issuer, hosts: hosts) }
    for name in ["admin", "viewer"] where try !isCurrent(name) {
      try issueClient(name, in: pki, issuer)
    }
    try Self.making("the keys") {
      if !SystemFile.exists(encryptionKey) {
        try SystemFile.write(
          Array((Hexadecimal.encode(try RandomBytes.generate(32)) + "\n").utf8),
          to: encryptionKey)
      }
      if !SystemFile.exists(auditSigningKey) {
        try SystemFile.write(
          Array(try Ed25519PrivateKey.generate().pem().utf8), to: auditSigningKey)
      }
      if !SystemFile.exists(auditVerifierKey) {
        let signing = try Ed25519PrivateKey(pem: try SystemFile.readText(auditSigningKey))
        let verifier = try VerifierKey(name: Self.auditOrigin, publicKey: signing.publicKey)
        try SystemFile.write(Array("\(verifier)\n".utf8), to: auditVerifierKey, mode: 0o644)
      }
    }
  }

  /// Issues a certificate for `spiffe://dev/<name>` into a directory.
  /// - Returns: The paths of certificate and key.
  func issue(
    _ name: String, into folder: String?
  ) throws(AppError) -> (certificate: String, key: String) {
    guard !name.isEmpty, name.utf8.count <= Self.maxNameBytes, name != "ca", name != "server",
      name.utf8.allSatisfy({
        $0 == UInt8(ascii: "-") || (0x30...0x39).contains($0) || (0x61...0x7a).contains($0)
      })
    else {
      throw AppError(
        .usage,
        "\"\(name)\" cannot be a certificate's name. Use 1 to \(Self.maxNameBytes) lower-case "
          + "letters, digits and dashes, but not ca or server.")
    }
    guard SystemFile.exists(authority) else {
      throw AppError(
        .file,
        "\(directory) holds no certificate authority. Start pursightd dev --data-dir "
          + "\(directory) once."
      )
    }
    let folder = folder ?? pki
    try SystemFile.makeDirectories(folder, mode: 0o700)
    try issueClient(name, in: folder, try loadAuthority())
    return ("\(folder)/\(name).pem", "\(folder)/\(name).key")
  }

  // MARK: Certificates

  private func loadAuthority() throws(AppError) -> CertificateAuthority {
    try Self.making("the certificate authority") {
      if SystemFile.exists(authority) {
        return try CertificateAuthority(
          certificatePEM: try SystemFile.readText(authority),
          privateKeyPEM: try SystemFile.readText(key("ca")))
      }
      let made = try CertificateAuthority.generate(
        name: "PurSight development CA", validity: .fromNow(seconds: Self.authoritySeconds))
      // The key first: a crash in between leaves no certificate whose key is lost.
      try SystemFile.write(Array(try made.privateKeyPEM().utf8), to: key("ca"))
      try SystemFile.write(Array(made.certificate.pem.utf8), to: authority)
      return made
    }
  }

  private func isCurrent(_ name: String) throws(AppError) -> Bool {
    guard SystemFile.exists(certificate(name)), SystemFile.exists(key(name)) else { return false }
    let text = try SystemFile.readText(certificate(name))
    guard let certificate = try? Certificate(pem: text) else { return false }
    return certificate.notAfter > SystemClock.microseconds() / 1_000_000 + Self.renewalSeconds
  }

  private func issueServer(
    _ issuer: CertificateAuthority, hosts: [String]
  ) throws(AppError) {
    let credential = try Self.making("the server's certificate") {
      var names: [SubjectAlternativeName] = [
        .dns("localhost"), try .ipAddress(parsing: "127.0.0.1"), try .ipAddress(parsing: "::1"),
      ]
      for host in hosts where host != "localhost" && host != "127.0.0.1" && host != "::1" {
        names.append((try? .ipAddress(parsing: host)) ?? .dns(host))
      }
      return try issuer.issueServer(
        commonName: "pursightd", names: names,
        validity: .fromNow(seconds: Self.certificateSeconds))
    }
    try write(credential, "server", in: pki)
  }

  private func issueClient(
    _ name: String, in folder: String, _ issuer: CertificateAuthority
  ) throws(AppError) {
    let credential = try Self.making("the certificate of \(name)") {
      try issuer.issueClient(
        identity: try SPIFFEID(parsing: "spiffe://\(Self.trustDomain)/\(name)"),
        commonName: name, validity: .fromNow(seconds: Self.certificateSeconds))
    }
    try write(credential, name, in: folder)
  }

  private func write(
    _ credential: Credential, _ name: String, in folder: String
  ) throws(AppError) {
    try SystemFile.write(Array(credential.privateKeyPEM.utf8), to: "\(folder)/\(name).key")
    try SystemFile.write(Array(credential.certificatePEM.utf8), to: "\(folder)/\(name).pem")
  }

  private static func making<Value>(
    _ what: String, _ body: () throws -> Value
  ) throws(AppError) -> Value {
    do { return try body() } catch let error as AppError { throw error } catch {
      throw AppError(.software, "Cannot make \(what): \(error)")
    }
  }
}
