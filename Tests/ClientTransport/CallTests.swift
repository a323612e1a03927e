import PurSightAPI
import PurSightClientTransport
import PurSightInterop
import PurSightRPC
import PurSightTLS
import Testing

/// Calls over real sockets against the repository's own server; grpcio's is tried in
/// Tests/EndToEnd.
@Suite struct CallTests {
  @Test func `a unary call over mutual TLS answers`() async throws {
    let certificates = try TestCertificates()
    let server = try await TestServer(tls: certificates.serverContext(wantsClient: true))
    let tls = TLSClientConfiguration(
      authorities: certificates.authority, identity: certificates.client)
    let client = transport(server.target, tls: tls)
    let reply = try await TestServiceStub(client).unaryCall(SimpleRequest(responseSize: 70_000))
    #expect(reply.message.payload?.body.count == 70_000)
    await client.close()
    await server.stop()
  }

  @Test func `many calls share a connection and queue beyond its streams`() async throws {
    let server = try await TestServer()
    let client = transport(server.target)
    let stub = TestServiceStub(client)
    let total = try await withThrowingTaskGroup(of: Int.self) { group in
      for index in 0..<1000 {
        group.addTask {
          let request = SimpleRequest(responseSize: Int32(index))
          return try await stub.unaryCall(request).message.payload?.body.count ?? -1
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(total == 1000 * 999 / 2)
    await client.close()
    await server.stop()
  }

  @Test func `a task that was cancelled before its call gets CANCELLED`() async throws {
    let server = try await TestServer()
    let client = transport(server.target)
    let stub = TestServiceStub(client)
    _ = try await stub.emptyCall(Empty())
    let unary = Task { try await Self.code { _ = try await stub.emptyCall(Empty()) } }
    unary.cancel()
    let stream = Task { try await Self.code { _ = try await stub.fullDuplexCall() } }
    stream.cancel()
    // Either it was in time and the call was never made, or the call had ended well before.
    #expect([.cancelled, .ok].contains(try await unary.value))
    #expect([.cancelled, .ok].contains(try await stream.value))
    let late = Task {
      unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
      return try await Self.code { _ = try await stub.emptyCall(Empty()) }
    }
    #expect(try await late.value == .cancelled)
    await client.close()
    await server.stop()
  }

  @Test func `a deadline ends a call that gets no answer`() async throws {
    let server = try await TestServer()
    let client = transport(server.target)
    let code = try await Self.code {
      let call = try await TestServiceStub(client)
        .fullDuplexCall(CallOptions(timeout: .milliseconds(50)))
      for try await _ in call.responses {}
    }
    #expect(code == .deadlineExceeded)
    await client.close()
    await server.stop()
  }

  @Test func `a message over the limit is refused by its announced length`() async throws {
    let server = try await TestServer()
    let client = transport(server.target) { $0.maxMessageBytes = 1000 }
    let stub = TestServiceStub(client)
    // Two bytes for tag and length of the payload, three of its body: 990 bytes fit.
    let fits = try await stub.unaryCall(SimpleRequest(responseSize: 990))
    #expect(fits.message.payload?.body.count == 990)
    let code = try await Self.code {
      _ = try await stub.unaryCall(SimpleRequest(responseSize: 1000))
    }
    #expect(code == .resourceExhausted)
    await client.close()
    await server.stop()
  }

  @Test func `a sender waits while the handler does not read`() async throws {
    let gate = Gate()
    var router = Router()
    router.add(Self.slowMethod) { context in
      await gate.wait()
      while try unsafe await context.call.nextMessage() != nil {}
      context.call.reply(SimpleResponse())
    }
    let server = try await TestServer(router: router)
    let client = transport(server.target) { $0.maxBufferedBytes = 64 << 10 }
    let call = try await client.open(Self.slowMethod, CallOptions())
    let message = [UInt8](repeating: 1, count: 64 << 10)
    let sent = Counter()
    let sender = Task {
      for _ in 0..<256 {
        try await call.send(message)
        sent.increment()
      }
      try await call.finishSending()
    }
    // The sender goes on until every window and buffer is full; then it stands still.
    var before = -1
    while sent.value != before || before == 0 {
      before = sent.value
      try await Task.sleep(for: .milliseconds(100))
    }
    #expect(sent.value < 128, "16 MiB were sent although nobody reads")
    gate.open()
    try await sender.value
    #expect(try await call.receive() != nil)
    #expect(try await call.receive() == nil)
    await client.close()
    await server.stop()
  }

  @Test func `small messages behind a large one are read after the call has ended`() async throws {
    let server = try await TestServer()
    let client = transport(server.target)
    let sizes: [Int32] = [50_000, 1, 2, 3]
    let request = StreamingOutputCallRequest(
      responseParameters: sizes.map { ResponseParameters(size: $0) })
    // The first is taken at once; the others, and the end, have come when it is asked for them.
    let responses = try await TestServiceStub(client).streamingOutputCall(request)
    let iterator = responses.makeAsyncIterator()
    var received: [Int32] = []
    while let response = try await iterator.next() {
      received.append(Int32(response.payload?.body.count ?? -1))
      if received.count == 1 { try await Task.sleep(for: .milliseconds(100)) }
    }
    #expect(received == sizes)
    await client.close()
    await server.stop()
  }

  static let slowMethod = MethodInfo(service: "test.Slow", name: "Take", kind: .clientStreaming)

  /// How `body` ends.
  static func code(_ body: () async throws -> Void) async throws -> RPCCode {
    do {
      try await body()
      return .ok
    } catch let error as RPCError {
      return error.code
    }
  }
}
