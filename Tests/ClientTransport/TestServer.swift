import PurSightClientTransport
import PurSightCrypto
import PurSightInterop
import PurSightNet
import PurSightRPC
import PurSightServerTransport
import PurSightTLS

/// A server with grpc.testing.TestService on a port of its own, to be stopped and started again.
struct TestServer {
  let address: SocketAddress
  private let server: Server
  private let group: EventLoopGroup

  /// - Parameter port: 0 takes any.
  init(
    port: UInt16 = 0, tls: TLSContext? = nil, router: Router? = nil,
    configuration: ServerConfiguration = ServerConfiguration()
  ) async throws {
    var router = router ?? Router()
    TestService().register(on: &router)
    group = try EventLoopGroup(count: 1, name: "test")
    server = await Server(configuration, on: group)
    address = try await server.listen(
      at: .loopback(port: port), router: router, tls: tls.map(TLSContextHolder.init))
  }

  var target: String { "127.0.0.1:\(address.port)" }

  /// Keeps the server's loop from doing anything until `isReleased` is set.
  func freeze(until isReleased: @escaping @Sendable () -> Bool) {
    group.loops[0].submit { while !isReleased() {} }
  }

  func stop(grace: Duration = .zero) async {
    await server.drain(grace: grace)
    group.stop()
  }
}

/// An authority with a server's and a client's certificate.
struct TestCertificates {
  let authority: PEMSource
  let server: TLSIdentity
  let client: TLSIdentity

  init(serverNames: [SubjectAlternativeName]? = nil) throws {
    let validity = try CertificateValidity.fromNow(seconds: 3600)
    let ca = try CertificateAuthority.generate(name: "test", validity: validity)
    let names = try serverNames ?? [.dns("localhost"), .ipAddress(parsing: "127.0.0.1")]
    authority = .bytes(Array(ca.certificate.pem.utf8))
    server = Self.identity(
      try ca.issueServer(commonName: "localhost", names: names, validity: validity))
    client = Self.identity(
      try ca.issueClient(
        identity: SPIFFEID(parsing: "spiffe://test/client"), commonName: "client",
        validity: validity))
  }

  private static func identity(_ credential: Credential) -> TLSIdentity {
    TLSIdentity(
      certificates: .bytes(Array(credential.certificatePEM.utf8)),
      privateKey: .bytes(Array(credential.privateKeyPEM.utf8)))
  }

  /// - Parameter wantsClient: whether clients have to show a certificate.
  func serverContext(wantsClient: Bool) throws -> TLSContext {
    try TLSContext(
      server: TLSServerConfiguration(
        identity: server, clientAuthorities: wantsClient ? authority : nil))
  }
}

func transport(
  _ target: String, tls: TLSClientConfiguration? = nil,
  _ change: (inout ClientTransportConfiguration) -> Void = { _ in }
) -> ClientTransport {
  var configuration = ClientTransportConfiguration(target: target, tls: tls, userAgent: "test")
  change(&configuration)
  return ClientTransport(configuration)
}
