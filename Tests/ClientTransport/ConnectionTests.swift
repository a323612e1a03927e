import PurSightAPI
import PurSightClientTransport
import PurSightCrypto
import PurSightInterop
import PurSightNet
import PurSightRPC
import PurSightTLS
import Testing

/// Connections that come, go, and are refused.
@Suite struct ConnectionTests {
  @Test func `after a restart of the server the next calls connect again`() async throws {
    let first = try await TestServer()
    let client = transport(first.target)
    let stub = TestServiceStub(client)
    _ = try await stub.emptyCall(Empty())
    await first.stop()
    let refused = try await CallTests.code { _ = try await stub.emptyCall(Empty()) }
    #expect(refused == .unavailable)
    let second = try await TestServer(port: first.address.port)
    let options = CallOptions(timeout: .seconds(20), waitForReady: true)
    _ = try await stub.emptyCall(Empty(), options)
    await client.close()
    await second.stop()
  }

  @Test func `a draining server's open call ends well while new calls go elsewhere`() async throws {
    let first = try await TestServer()
    let client = transport(first.target)
    let stub = TestServiceStub(client)
    let call = try await stub.fullDuplexCall()
    let responses = call.responses.makeAsyncIterator()
    let ping = StreamingOutputCallRequest(responseParameters: [ResponseParameters(size: 5)])
    try await call.requests.write(ping)
    #expect(try await responses.next()?.payload?.body.count == 5)
    let draining = Task { await first.stop(grace: .seconds(20)) }
    // The server has let its port go once another one can have it.
    let second = try await listenAgain(first.address.port)
    _ = try await stub.emptyCall(
      Empty(), CallOptions(timeout: .seconds(20), waitForReady: true))
    try await call.requests.write(ping)
    #expect(try await responses.next()?.payload?.body.count == 5)
    try await call.requests.finish()
    #expect(try await responses.next() == nil)
    await draining.value
    await client.close()
    await second.stop()
  }

  private func listenAgain(_ port: UInt16) async throws -> TestServer {
    while true {
      do {
        return try await TestServer(port: port)
      } catch is NetError {
        try await Task.sleep(for: .milliseconds(10))
      }
    }
  }

  @Test func `a call that waits for a connection gets one when the server is up`() async throws {
    let probe = try await TestServer()
    let port = probe.address.port
    await probe.stop()
    let client = transport("127.0.0.1:\(port)")
    let stub = TestServiceStub(client)
    let waiting = Task {
      try await stub.emptyCall(
        Empty(), CallOptions(timeout: .seconds(20), waitForReady: true))
    }
    let code = try await CallTests.code { _ = try await stub.emptyCall(Empty()) }
    #expect(code == .unavailable)
    let server = try await TestServer(port: port)
    _ = try await waiting.value
    await client.close()
    await server.stop()
  }

  @Test func `calls after close fail, and so do open ones`() async throws {
    let server = try await TestServer()
    let client = transport(server.target)
    let stub = TestServiceStub(client)
    let call = try await stub.fullDuplexCall()
    let reading = Task {
      try await CallTests.code { for try await _ in call.responses {} }
    }
    await client.close()
    #expect(try await reading.value == .cancelled)
    let writing = try await CallTests.code {
      try await call.requests.write(StreamingOutputCallRequest())
    }
    #expect(writing == .cancelled)
    let late = try await CallTests.code { _ = try await stub.emptyCall(Empty()) }
    #expect(late == .failedPrecondition)
    await client.close()
    await server.stop()
  }

  @Test func `a transport that nobody holds closes its connection`() async throws {
    let server = try await TestServer()
    do {
      let client = transport(server.target)
      _ = try await TestServiceStub(client).emptyCall(Empty())
    }
    // With a connection left, the grace would pass and the test take as long.
    let clock = ContinuousClock()
    let began = clock.now
    await server.stop(grace: .seconds(60))
    #expect(clock.now - began < .seconds(30))
  }

  @Test(arguments: [
    (true, false, "client certificate"), (false, true, "CA file"),
  ])
  func `what is wrong with TLS is said`(
    trustsServer: Bool, hasCertificate: Bool, advice: String
  ) async throws {
    let certificates = try TestCertificates()
    let server = try await TestServer(tls: certificates.serverContext(wantsClient: true))
    let authorities = trustsServer ? certificates.authority : try TestCertificates().authority
    let tls = TLSClientConfiguration(
      authorities: authorities, identity: hasCertificate ? certificates.client : nil)
    try await expect(transport(server.target, tls: tls), says: advice)
    await server.stop()
  }

  @Test func `plaintext to a TLS port, and TLS to a plaintext port, are said`() async throws {
    let certificates = try TestCertificates()
    let encrypted = try await TestServer(tls: certificates.serverContext(wantsClient: false))
    try await expect(transport(encrypted.target), says: "may want TLS")
    await encrypted.stop()
    let plain = try await TestServer()
    let tls = TLSClientConfiguration(authorities: certificates.authority)
    try await expect(transport(plain.target, tls: tls), says: "does not speak TLS")
    await plain.stop()
  }

  @Test func `a certificate for another name is refused`() async throws {
    let certificates = try TestCertificates(serverNames: [.dns("other.example")])
    let server = try await TestServer(tls: certificates.serverContext(wantsClient: false))
    let tls = TLSClientConfiguration(authorities: certificates.authority)
    try await expect(transport(server.target, tls: tls), says: "for another name")
    let client = transport(server.target, tls: tls) { $0.serverName = "other.example" }
    _ = try await TestServiceStub(client).emptyCall(Empty())
    await client.close()
    await server.stop()
  }

  private func expect(_ client: ClientTransport, says advice: String) async throws {
    let error = await #expect(throws: RPCError.self) {
      _ = try await TestServiceStub(client).emptyCall(Empty())
    }
    #expect(error?.code == .unavailable)
    #expect(error?.message.contains(advice) == true, "\(error?.message ?? "")")
    await client.close()
  }
}
