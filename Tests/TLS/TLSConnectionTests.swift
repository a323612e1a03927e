import PurSightCrypto
import PurSightTLS
import Testing

@Suite("TLSConnection") struct TLSConnectionTests {
  /// Two sides in memory.
  final class Side {
    let workspace = TLSWorkspace()
    let connection: TLSConnection
    var peer: PeerCertificate? { connection.peerCertificate() }
    var cipher: String { connection.cipher }
    init(_ context: TLSContext, serverName: String? = nil) throws(TLSError) {
      connection = try TLSConnection(context, serverName: serverName, workspace: workspace)
    }

    /// What is to be sent.
    func output() -> [UInt8] {
      defer { workspace.removeAll() }
      return unsafe Array(workspace.ciphertext)
    }

    /// Takes bytes and goes on with the handshake; returns whether it is done.
    func handshake(_ bytes: [UInt8]) throws(TLSError) -> Bool {
      var result: Result<TLSConnection.Handshake, TLSError> = .success(.wantsInput)
      unsafe bytes.withUnsafeBytes { buffer in
        unsafe connection.feed(buffer)
        do throws(TLSError) { result = .success(try connection.handshake()) } catch {
          result = .failure(error)
        }
      }
      if case .done = try result.get() { return true }
      return false
    }

    /// Takes bytes and returns the plaintext in them; nil at the peer's end.
    func read(_ bytes: [UInt8]) throws -> [UInt8]? {
      var plain: [UInt8] = []
      let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 5000, alignment: 1)
      defer { unsafe block.deallocate() }
      return try unsafe bytes.withUnsafeBytes { buffer in
        unsafe connection.feed(buffer)
        while true {
          switch try unsafe connection.read(into: block) {
          case .bytes(let count): unsafe plain.append(contentsOf: block[..<count])
          case .wantsInput: return plain
          case .ended: return nil
          }
        }
      }
    }

    func write(_ bytes: [UInt8]) throws {
      try unsafe bytes.withUnsafeBytes { try unsafe connection.write($0) }
    }
  }

  let validity: CertificateValidity
  let authority: CertificateAuthority
  let other: CertificateAuthority

  init() throws {
    validity = try CertificateValidity.fromNow(seconds: 3600)
    authority = try CertificateAuthority.generate(name: "Test CA", validity: validity)
    other = try CertificateAuthority.generate(name: "Other CA", validity: validity)
  }

  private func identity(_ credential: Credential) -> TLSIdentity {
    TLSIdentity(
      certificates: .bytes(Array(credential.certificatePEM.utf8)),
      privateKey: .bytes(Array(credential.privateKeyPEM.utf8)))
  }

  private func roots(_ authority: CertificateAuthority) -> PEMSource {
    .bytes(Array(authority.certificate.pem.utf8))
  }

  private func server(demandsCertificate: Bool) throws -> TLSContext {
    let credential = try authority.issueServer(
      commonName: "server", names: [.dns("localhost"), .ipAddress([127, 0, 0, 1])],
      validity: validity)
    return try TLSContext(
      server: TLSServerConfiguration(
        identity: identity(credential),
        clientAuthorities: demandsCertificate ? roots(authority) : nil))
  }

  private func client(
    _ credential: Credential? = nil, trusting: CertificateAuthority? = nil
  ) throws -> TLSContext {
    try TLSContext(
      client: TLSClientConfiguration(
        authorities: roots(trusting ?? authority), identity: credential.map(identity)))
  }

  /// Shakes hands; returns both sides when both are done.
  private func connect(
    _ client: TLSContext, _ server: TLSContext, name: String = "localhost"
  ) throws(TLSError) -> (client: Side, server: Side) {
    let (left, right) = (try Side(client, serverName: name), try Side(server))
    var (isLeftDone, isRightDone) = (try left.handshake([]), false)
    for _ in 0..<10 where !(isLeftDone && isRightDone) {
      let up = left.output()
      if !isRightDone { isRightDone = try right.handshake(up) }
      let down = right.output()
      if !isLeftDone { isLeftDone = try left.handshake(down) }
    }
    return (left, right)
  }

  private func workload(_ id: String, by authority: CertificateAuthority? = nil) throws
    -> Credential
  {
    try (authority ?? self.authority).issueClient(
      identity: try SPIFFEID(parsing: id), commonName: "loader", validity: validity)
  }

  @Test(arguments: [1, 4999, 5000, 16384, 16385, 100_000])
  func `plaintext arrives as it was written`(_ count: Int) throws {
    let (client, server) = try connect(client(), server(demandsCertificate: false))
    let bytes = (0..<count).map { UInt8($0 * 7 & 255) }
    try client.write(bytes)
    let wire = client.output()
    #expect(try server.read(wire) == bytes)
    // Cut in two, as a network does.
    try client.write(bytes)
    let again = client.output()
    let first = try server.read(Array(again.prefix(again.count / 2)))
    let second = try server.read(Array(again.dropFirst(again.count / 2)))
    #expect((first ?? []) + (second ?? []) == bytes)
    #expect(client.cipher.hasPrefix("TLSv1.3 "))
  }

  @Test func `the end of one side is told to the other`() throws {
    let (client, server) = try connect(client(), server(demandsCertificate: false))
    client.connection.close()
    #expect(try server.read(client.output()) == nil)
  }

  @Test func `a client's certificate becomes its identity`() throws {
    let id = "spiffe://example.org/loader"
    let credential = try workload(id)
    let (_, server) = try connect(client(credential), server(demandsCertificate: true))
    let peer = try #require(server.peer)
    #expect(peer.spiffeID == id)
    #expect(peer.subject == "CN=loader")
    #expect(peer.uris == [id])
    #expect(!peer.isAuthority)
    let digest = SHA256.hash(credential.certificate.der)
    #expect(
      peer.fingerprint == digest.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    )
  }

  @Test func `a server's names are read, addresses too`() throws {
    let (client, _) = try connect(client(), server(demandsCertificate: false))
    #expect(client.peer?.names == ["localhost", "127.0.0.1"])
  }

  @Test func `a client without a certificate is refused where one is demanded`() throws {
    let (client, server) = (
      try Side(client(), serverName: "localhost"), try Side(server(demandsCertificate: true))
    )
    _ = try client.handshake([])
    _ = try server.handshake(client.output())
    // In TLS 1.3 the client is done before it hears.
    #expect(try client.handshake(server.output()))
    let error = #expect(throws: TLSError.self) { try server.handshake(client.output()) }
    #expect(error?.code == .handshake)
    #expect(error?.message.contains("peer did not return a certificate") == true)
  }

  @Test func `a client of another authority is refused`() throws {
    let stranger = try workload("spiffe://example.org/loader", by: other)
    let (client, server) = (
      try Side(client(stranger), serverName: "localhost"),
      try Side(server(demandsCertificate: true))
    )
    _ = try client.handshake([])
    _ = try server.handshake(client.output())
    _ = try client.handshake(server.output())
    #expect(throws: TLSError.self) { try server.handshake(client.output()) }
  }

  @Test func `a server of another authority or another name is refused`() throws {
    #expect(throws: TLSError.self) {
      try connect(client(trusting: other), server(demandsCertificate: false))
    }
    #expect(throws: TLSError.self) {
      try connect(client(), server(demandsCertificate: false), name: "elsewhere")
    }
    _ = try connect(client(), server(demandsCertificate: false), name: "127.0.0.1")
    #expect(throws: TLSError.self) {
      try connect(client(), server(demandsCertificate: false), name: "127.0.0.2")
    }
  }

  @Test func `an expired certificate is refused`() throws {
    let past = try CertificateValidity(notBefore: 1_000_000_000, notAfter: 1_000_003_600)
    let expired = try authority.issueServer(
      commonName: "server", names: [.dns("localhost")], validity: past)
    let context = try TLSContext(server: TLSServerConfiguration(identity: identity(expired)))
    #expect(context.certificateNotAfter == 1_000_003_600)
    #expect(throws: TLSError.self) { try connect(client(), context) }
  }

  @Test func `bytes that are no TLS end the handshake`() throws {
    let server = try Side(server(demandsCertificate: false))
    #expect(throws: TLSError.self) { try server.handshake(Array("GET / HTTP/1.1\r\n\r\n".utf8)) }
  }

  @Test func `a key of another certificate is a configuration error`() throws {
    let (first, second) = (try workload("spiffe://a/b"), try workload("spiffe://a/c"))
    let mixed = TLSIdentity(
      certificates: .bytes(Array(first.certificatePEM.utf8)),
      privateKey: .bytes(Array(second.privateKeyPEM.utf8)))
    let error = #expect(throws: TLSError.self) {
      try TLSContext(server: TLSServerConfiguration(identity: mixed))
    }
    #expect(error?.code == .configuration)
    #expect(throws: TLSError.self) {
      try TLSContext(
        server: TLSServerConfiguration(
          identity: TLSIdentity(certificates: .file("/does/not/exist"), privateKey: .bytes([]))))
    }
  }

  @Test func `new connections take the context that replaced the old one`() throws {
    let first = try server(demandsCertificate: false)
    let holder = TLSContextHolder(first)
    #expect(holder.current === first)
    let second = try server(demandsCertificate: true)
    holder.replace(second)
    #expect(holder.current === second)
  }
}
