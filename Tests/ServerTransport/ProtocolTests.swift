import PurSightHTTP2
import PurSightRPC
import PurSightServerTransport
import Testing

@Suite("Protocols on one listener", .timeLimit(.minutes(2))) struct ProtocolTests {
  private func open(
    _ client: RawClient, _ path: String, _ type: String, _ body: [UInt8], end: Bool = true,
    fields: [(String, String)] = []
  ) throws -> HTTP2Stream {
    let stream = try client.call(
      path, nil, end: false, fields: [("content-type", type)] + fields, without: ["te"])
    stream.outbound.append(body)
    try client.send(stream, end: end)
    return stream
  }

  @Test func `a Connect call has its answer as the body`() async throws {
    let bench = try await TestBench()
    let client = try RawClient(bench.address)
    for message in [[], [1, 2, 3], Array(repeating: 9, count: 3_000_000)] as [[UInt8]] {
      let answer = try await client.answer(
        try open(client, "/t.T/Echo", "application/proto", message))
      #expect(answer.head[":status"] == "200")
      #expect(answer.head["content-length"] == String(message.count))
      #expect(answer.body == message)
      #expect(answer.trailers.isEmpty && answer.closed == 0)
    }
    await bench.stop()
  }

  @Test func `a Connect stream answers while it is open, and ends with its status`() async throws {
    let bench = try await TestBench()
    let client = try RawClient(bench.address)
    let stream = try open(
      client, "/t.T/Each", "application/connect+proto", [0, 0, 0, 0, 1, 5], end: false)
    try await client.read { client.answers[stream.id]?.body == [0, 0, 0, 0, 1, 5] }
    stream.outbound.append([0, 0, 0, 0, 1, 6])
    try client.send(stream, end: true)
    let answer = try await client.answer(stream)
    #expect(Array(answer.body.dropFirst(6)) == [0, 0, 0, 0, 1, 6, 2, 0, 0, 0, 2, 0x7b, 0x7d])
    await bench.stop()
  }

  @Test(arguments: [
    ("/t.T/Sleep", "application/proto"), ("/t.T/Limited", "application/grpc-web"),
  ])
  func `deadlines and cancellation are those of every call`(
    _ path: String, _ type: String
  ) async throws {
    let bench = try await TestBench()
    let client = try RawClient(bench.address)
    let isWeb = type == "application/grpc-web"
    let late = try await client.answer(
      try open(
        client, path, type, isWeb ? [0, 0, 0, 0, 0] : [], fields: [("connect-timeout-ms", "50")]))
    #expect(late.head[":status"] == (isWeb ? "200" : "504"))
    #expect(!isWeb || late.body.starts(with: [0x80]))
    #expect(await eventually { bench.notes.count == 1 })
    let victim = try open(client, "/t.T/Sleep", "application/proto", [])
    // Begun when a later call has been answered.
    _ = try await client.answer(try client.call("/t.T/Echo"))
    client.session.reset(victim, .cancel)
    try client.flush()
    #expect(await eventually { bench.notes.count == 2 })
    await bench.stop()
  }

  @Test(arguments: [
    "application/connect+proto", "application/grpc-web", "application/grpc-web-text",
  ])
  func `a handler that writes to a reader that does not read is suspended`(
    _ type: String
  ) async throws {
    let bench = try await TestBench()
    let client = try RawClient(bench.address)
    client.consumes = false
    let isText = type == "application/grpc-web-text"
    let request = isText ? Array("AAAAAAA=".utf8) : [0, 0, 0, 0, 0]
    let stream = try open(client, "/t.T/Pour", type, request)
    // The client's window is a mebibyte; what the call holds on top is bounded.
    try await client.read { (client.answers[stream.id]?.body.count ?? 0) >= 1 << 20 }
    #expect(await eventually { bench.notes.count >= 8 })
    #expect(bench.notes.count < 30)
    client.session.reset(stream, .cancel)
    try client.flush()
    #expect(await eventually { bench.notes.last == "pour: CANCELLED" })
    await bench.stop()
  }

  @Test func `a body over the limit is refused, and the connection goes on`() async throws {
    var configuration = ServerConfiguration()
    configuration.limits.maxMessageBytes = 1000
    let bench = try await TestBench(configuration)
    let client = try RawClient(bench.address)
    let fits = [UInt8](repeating: 1, count: 1000)
    let taken = try await client.answer(try open(client, "/t.T/Echo", "application/proto", fits))
    #expect(taken.body == fits)
    let refused = try await client.answer(
      try open(client, "/t.T/Echo", "application/proto", fits + [1]))
    #expect(refused.head[":status"] == "429")
    let broken = [0, 0, 0, 0x10, 0] + fits
    let stream = try await client.answer(
      try open(client, "/t.T/Each", "application/connect+proto", broken))
    #expect(String(decoding: stream.body, as: UTF8.self).contains("resource_exhausted"))
    await bench.stop()
  }

  @Test(arguments: [(1000, true), (1001, false)])
  func `what follows an answer is dropped up to a limit, then the stream is reset`(
    _ count: Int, _ isTaken: Bool
  ) async throws {
    var configuration = ServerConfiguration()
    configuration.limits.maxDroppedBytes = 1000
    let bench = try await TestBench(configuration)
    let client = try RawClient(bench.address)
    let stream = try client.call("/nowhere", nil, end: false, fields: [("content-type", "a/b")])
    try await client.read { client.answers[stream.id]?.hasEnded == true }
    #expect(client.answers[stream.id]?.head[":status"] == "404")
    stream.outbound.append([UInt8](repeating: 0, count: count))
    try client.send(stream, end: false)
    if isTaken {
      // Still open: the answer to a later request comes first.
      _ = try await client.answer(try client.call("/t.T/Echo"))
      #expect(client.answers[stream.id]?.closed == nil)
      try client.send(stream, end: true)
    }
    #expect(try await client.answer(stream).closed == 0)
    await bench.stop()
  }

  @Test func `header fields over the limit are 431 where it is no gRPC call`() async throws {
    let bench = try await TestBench()
    let client = try RawClient(bench.address)
    let fields = [("k", String(repeating: "v", count: 17_000))]
    let answer = try await client.answer(
      try open(client, "/t.T/Echo", "application/proto", [], fields: fields))
    #expect(answer.head[":status"] == "431")
    await bench.stop()
  }
}
