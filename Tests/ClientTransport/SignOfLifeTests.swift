import PurSightAPI
import PurSightClientTransport
import PurSightInterop
import PurSightRPC
import PurSightServerTransport
import Synchronization
import Testing

/// What a client does about a server that is silent, or has too much to do.
@Suite(.timeLimit(.minutes(1))) struct SignOfLifeTests {
  final class Flag: Sendable {
    let isSet = Atomic(false)
  }

  @Test func `a server that answers no PING under an open call is given up`() async throws {
    let server = try await TestServer()
    let client = transport(server.target) {
      $0.keepaliveInterval = .milliseconds(100)
      $0.keepaliveTimeout = .milliseconds(200)
    }
    let stub = TestServiceStub(client)
    _ = try await stub.emptyCall(Empty())
    let released = Flag()
    server.freeze { released.isSet.load(ordering: .relaxed) }
    let error = await #expect(throws: RPCError.self) {
      // No deadline: only the missing sign of life can end it.
      try await stub.emptyCall(Empty())
    }
    released.isSet.store(true, ordering: .relaxed)
    #expect(error?.code == .unavailable)
    #expect(error?.message.contains("no sign of life") == true)
    // The next call finds the server again.
    _ = try await stub.emptyCall(Empty())
    await client.close()
    await server.stop()
  }

  @Test func `the pause that a full server asks for reaches the caller`() async throws {
    var configuration = ServerConfiguration()
    configuration.limits.runningCallsPerLoop = 0
    configuration.limits.pushback = .milliseconds(1500)
    let server = try await TestServer(configuration: configuration)
    let client = transport(server.target)
    let error = await #expect(throws: RPCError.self) {
      try await TestServiceStub(client).emptyCall(Empty())
    }
    #expect(error?.code == .unavailable)
    #expect(error?.trailers["grpc-retry-pushback-ms"] == "1500")
    await client.close()
    await server.stop()
  }
}
