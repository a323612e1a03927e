import PurSightHTTP2
import PurSightNet
import PurSightRPC
import PurSightServerTransport
import Synchronization
import Testing

@Suite("Server", .timeLimit(.minutes(2))) struct ServerTests {
  @Test func `a unary call is answered, and the next one on the same connection`() async throws {
    let bench = try await TestBench()
    let client = try RawClient(bench.address)
    for message in [[], [1, 2, 3], Array(repeating: 9, count: 3_000_000)] as [[UInt8]] {
      let answer = try await client.answer(try client.call("/t.T/Echo", message))
      #expect(answer.head[":status"] == "200")
      #expect(answer.head["content-type"] == "application/grpc")
      #expect(answer.status == "0")
      #expect(Array(answer.body.dropFirst(5)) == message)
    }
    await bench.stop()
  }

  @Test(
    arguments: [
      ("/t.T/Echo", [(":method", "GET")], "405"),
      ("/t.T/Echo", [("content-type", "text/html")], "415"),
      ("/nowhere", [("content-type", "text/html")], "404"),
    ] as [(String, [(String, String)], String)])
  func `what is no gRPC call gets an HTTP answer`(
    _ path: String, _ fields: [(String, String)], _ status: String
  ) async throws {
    let bench = try await TestBench()
    let client = try RawClient(bench.address)
    let answer = try await client.answer(try client.call(path, fields: fields))
    #expect(answer.head[":status"] == status)
    #expect(answer.head["content-length"] == String(answer.body.count))
    #expect(answer.hasEnded)
    #expect(answer.head["grpc-status"] == nil)
    #expect(answer.trailers.isEmpty)
    await bench.stop()
  }

  @Test(
    arguments: [
      ("/t.T/Nothing", [], "12"), ("/t.T/Echo", [("grpc-timeout", "1x")], "13"),
      ("/t.T/Echo", [("grpc-encoding", "br")], "12"), ("/t.T/Forgetful", [], "13"),
      ("/t.T/Echo", [("k", String(repeating: "v", count: 17_000))], "8"),
    ] as [(String, [(String, String)], String)])
  func `a call that cannot be answered gets a status`(
    _ path: String, _ fields: [(String, String)], _ status: String
  ) async throws {
    let bench = try await TestBench()
    let client = try RawClient(bench.address)
    let answer = try await client.answer(try client.call(path, fields: fields))
    #expect(answer.head[":status"] == "200")
    #expect(answer.status == status)
    #expect(answer.message?.isEmpty == false)
    await bench.stop()
  }

  @Test func `a request without te, without its message, or with two is INTERNAL`() async throws {
    let bench = try await TestBench()
    let client = try RawClient(bench.address)
    #expect(try await client.answer(try client.call("/t.T/Echo", without: ["te"])).status == "13")
    #expect(try await client.answer(try client.call("/t.T/Echo", nil)).status == "13")
    let two = try client.call("/t.T/Echo", [1], end: false)
    client.append([2], to: two)
    try client.send(two, end: true)
    #expect(try await client.answer(two).status == "13")
    await bench.stop()
  }

  @Test func `a message over the limit is refused at its prefix`() async throws {
    var configuration = ServerConfiguration()
    configuration.limits.maxMessageBytes = 1000
    let bench = try await TestBench(configuration)
    let client = try RawClient(bench.address)
    let fits = Array(repeating: UInt8(1), count: 1000)
    #expect(try await client.answer(try client.call("/t.T/Echo", fits)).status == "0")
    // Refused although its end never comes; the rest is not wanted (RST_STREAM NO_ERROR).
    let answer = try await client.answer(try client.call("/t.T/Echo", fits + [1], end: false))
    #expect(answer.status == "8")
    #expect(answer.closed == 0)
    await bench.stop()
  }

  @Test func `a deadline ends the call for the caller and the handler`() async throws {
    let bench = try await TestBench()
    let client = try RawClient(bench.address)
    let timed = try client.call("/t.T/Sleep", fields: [("grpc-timeout", "50m")])
    #expect(try await client.answer(timed).status == "4")
    let limited = try client.call("/t.T/Limited")
    #expect(try await client.answer(limited).status == "4")
    #expect(
      try await client.answer(try client.call("/t.T/Echo", fields: [("grpc-timeout", "0n")])).status
        != nil)
    #expect(await eventually { Set(bench.notes) == ["Sleep cancelled", "Limited cancelled"] })
    await bench.stop()
  }

  @Test func `a reset cancels its handler, and no other`() async throws {
    let bench = try await TestBench()
    let client = try RawClient(bench.address)
    let victims = try (0..<20).map { _ in try client.call("/t.T/Sleep") }
    let other = try client.call("/t.T/Each", [1], end: false)
    try await client.read { client.answers[other.id]?.body.count == 6 }
    for victim in victims { client.session.reset(victim, .cancel) }
    try client.flush()
    #expect(await eventually { bench.notes.count == 20 })
    // Cancelled runners are not used again: nothing of it sticks to later calls.
    for _ in 0..<50 {
      #expect(try await client.answer(try client.call("/t.T/Echo", [5])).status == "0")
    }
    client.append([2], to: other)
    try client.send(other, end: true)
    #expect(try await client.answer(other).status == "0")
    #expect(client.answers[other.id]?.body.count == 12)
    await bench.stop()
  }

  @Test func `handlers outlive a connection that breaks, and hear of it`() async throws {
    let bench = try await TestBench()
    let client = try RawClient(bench.address)
    for _ in 0..<10 { _ = try client.call("/t.T/Sleep") }
    _ = try client.call("/t.T/Stuck", [1], end: false)
    _ = try client.call("/t.T/Each", [1], end: false)
    try await client.read { client.answers.values.contains { !$0.body.isEmpty } }
    client.close()
    #expect(await eventually { bench.notes.count == 11 })
    #expect(await eventually { bench.server.connectionCount == 0 })
    await bench.stop()
  }

  @Test func `a handler that writes to a reader that does not read is suspended`() async throws {
    let bench = try await TestBench()
    let client = try RawClient(bench.address)
    client.consumes = false
    let stream = try client.call("/t.T/Pour")
    // Until the client's window is full: 65,535 bytes by default, 1 MiB as this client asks.
    try await client.read { (client.answers[stream.id]?.body.count ?? 0) >= 1 << 20 }
    let written = bench.notes.count
    // What can be written ahead: the window, the call's buffer and one message.
    #expect(written <= (1 << 20) / 100_000 + (256 << 10) / 100_000 + 2)
    #expect(try await client.answer(try client.call("/t.T/Echo", [1])).status == "0")
    #expect(bench.notes.count == written)
    client.session.reset(stream, .cancel)
    try client.flush()
    #expect(await eventually { bench.notes.last == "pour: CANCELLED" })
    await bench.stop()
  }

  @Test func `a message larger than every window arrives`() async throws {
    var configuration = ServerConfiguration()
    configuration.http2.streamWindowBytes = 70_000
    configuration.http2.connectionWindowBytes = 100_000
    let bench = try await TestBench(configuration)
    let client = try RawClient(bench.address)
    let message = Array(repeating: UInt8(3), count: 1_000_000)
    let stream = try client.call("/t.T/Each", message)
    try await client.read { client.answers[stream.id]?.closed != nil }
    #expect(client.answers[stream.id]?.body.count == 1_000_005)
    #expect(client.answers[stream.id]?.status == "0")
    await bench.stop()
  }

  @Test func `calls over the limit of running handlers are UNAVAILABLE`() async throws {
    var configuration = ServerConfiguration()
    configuration.limits.runningCallsPerLoop = 3
    let bench = try await TestBench(configuration)
    let client = try RawClient(bench.address)
    let held = try (0..<3).map { _ in try client.call("/t.T/Sleep") }
    #expect(try await client.answer(try client.call("/t.T/Echo")).status == "14")
    client.session.reset(held[0], .cancel)
    try client.flush()
    #expect(await eventually { !bench.notes.isEmpty })
    #expect(try await client.answer(try client.call("/t.T/Echo")).status == "0")
    await bench.stop()
  }

  @Test func `who is refused for lack of room hears when to come again`() async throws {
    var configuration = ServerConfiguration()
    configuration.limits.runningCallsPerConnection = 3
    configuration.limits.pushback = .milliseconds(70)
    let bench = try await TestBench(configuration)
    let client = try RawClient(bench.address)
    for _ in 0..<3 { _ = try client.call("/t.T/Sleep") }
    let refused = try await client.answer(try client.call("/t.T/Echo"))
    #expect(refused.status == "14")
    #expect(refused.head["grpc-retry-pushback-ms"] == "70")
    // Another connection has room of its own.
    let other = try RawClient(bench.address)
    #expect(try await other.answer(try other.call("/t.T/Echo")).status == "0")
    await bench.stop()
  }

  @Test func `a server that is full answers health checks`() async throws {
    var configuration = ServerConfiguration()
    configuration.limits.runningCallsPerLoop = 2
    configuration.limits.controlCallsPerLoop = 1
    let bench = try await TestBench(configuration)
    let client = try RawClient(bench.address)
    for _ in 0..<2 { _ = try client.call("/t.T/Sleep") }
    #expect(try await client.answer(try client.call("/t.T/Echo")).status == "14")
    let check = "/grpc.health.v1.Health/Check"
    #expect(try await client.answer(try client.call(check)).status == "0")
    // Its own places are bounded, too.
    _ = try client.call("/grpc.health.v1.Health/Watch")
    #expect(try await client.answer(try client.call(check)).status == "14")
    await bench.stop()
  }

  @Test func `calls that waited too long for a busy loop are not begun`() async throws {
    var configuration = ServerConfiguration()
    configuration.limits.maxCallDelay = .milliseconds(20)
    configuration.http2.maxConcurrentStreams = 600
    configuration.limits.runningCallsPerConnection = 600
    let bench = try await TestBench(configuration)
    let client = try RawClient(bench.address)
    // Each keeps the loop for a millisecond; the clock is read every 256 calls.
    let calls = try (0..<600).map { _ in try client.call("/t.T/Busy") }
    var statuses: [String: Int] = [:]
    for call in calls { statuses[try await client.answer(call).status ?? "?", default: 0] += 1 }
    #expect(statuses["0", default: 0] >= 256)
    #expect(statuses["14", default: 0] >= 80)
    await bench.stop()
  }

  @Test func `connections of one address are bounded`() async throws {
    var configuration = ServerConfiguration()
    configuration.limits.connectionsPerAddress = 1
    let bench = try await TestBench(configuration)
    let first = try RawClient(bench.address)
    #expect(try await first.answer(try first.call("/t.T/Echo")).status == "0")
    let second = try RawClient(bench.address)
    try await second.read { false }
    #expect(second.isClosed)
    await bench.stop()
  }

  @Test func `connections over the limit are closed`() async throws {
    var configuration = ServerConfiguration()
    configuration.limits.connections = 2
    let bench = try await TestBench(configuration)
    let clients = try (0..<2).map { _ in try RawClient(bench.address) }
    for client in clients {
      #expect(try await client.answer(try client.call("/t.T/Echo")).status == "0")
    }
    let third = try RawClient(bench.address)
    try await third.read { false }
    #expect(third.isClosed)
    clients[0].close()
    #expect(await eventually { bench.server.connectionCount == 1 })
    let fourth = try RawClient(bench.address)
    #expect(try await fourth.answer(try fourth.call("/t.T/Echo")).status == "0")
    await bench.stop()
  }

  @Test func `connections spread evenly over the loops`() async throws {
    let bench = try await TestBench(loops: 3)
    var clients: [RawClient] = []
    for _ in 0..<9 {
      let client = try RawClient(bench.address)
      #expect(try await client.answer(try client.call("/t.T/Echo")).status == "0")
      clients.append(client)
    }
    #expect(bench.group.loops.map { $0.connectionCount.load(ordering: .relaxed) } == [3, 3, 3])
    await bench.stop()
  }

  @Test func `peers that do not begin, or stop in the middle, are closed`() async throws {
    var configuration = ServerConfiguration()
    configuration.timeouts.preface = .milliseconds(50)
    configuration.timeouts.headers = .milliseconds(50)
    let bench = try await TestBench(configuration)
    let silent = try RawClient(bench.address)
    silent.isSilent = true
    try await silent.read { false }
    #expect(silent.isClosed)
    let half = try RawClient(bench.address)
    #expect(try await half.answer(try half.call("/t.T/Echo")).status == "0")
    // HEADERS without END_HEADERS, and then nothing.
    half.sendRaw([0, 0, 3, 1, 0, 0, 0, 0, 101, 0x83, 0x86, 0x84])
    try await half.read { false }
    #expect(half.isClosed)
    await bench.stop()
  }

  @Test func `an idle connection is told goodbye`() async throws {
    var configuration = ServerConfiguration()
    configuration.timeouts.idle = .milliseconds(50)
    configuration.timeouts.preface = .milliseconds(50)
    let bench = try await TestBench(configuration)
    let client = try RawClient(bench.address)
    #expect(try await client.answer(try client.call("/t.T/Echo")).status == "0")
    try await client.read { false }
    #expect(client.goAways == [1])
    #expect(client.isClosed)
    await bench.stop()
  }
}
