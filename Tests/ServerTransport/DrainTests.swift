import PurSightHTTP2
import PurSightNet
import PurSightRPC
import PurSightServerTransport
import Testing

@Suite("Drain", .timeLimit(.minutes(1))) struct DrainTests {
  @Test func `what is under way ends, and then the connection`() async throws {
    let bench = try await TestBench()
    let client = try RawClient(bench.address)
    let stream = try client.call("/t.T/Each", [1], end: false)
    try await client.read { client.answers[stream.id]?.body.count == 6 }
    async let drained: Void = bench.server.drain(grace: .seconds(30))
    // GOAWAY with the highest identifier, one round trip later with the last one (RFC 9113 §6.8).
    try await client.read { client.goAways.count == 2 }
    #expect(client.goAways == [Int(Int32.max), Int(stream.id)])
    await #expect(throws: NetError.self) { try await connected(bench.address) }
    client.append([2], to: stream)
    try client.send(stream, end: true)
    let answer = try await client.answer(stream)
    #expect(answer.status == "0")
    #expect(answer.body.count == 12)
    try await client.read { false }
    #expect(client.isClosed)
    await drained
    bench.group.stop()
  }

  @Test func `what outlives the grace period is cancelled with UNAVAILABLE`() async throws {
    let bench = try await TestBench()
    let client = try RawClient(bench.address)
    let unary = try client.call("/t.T/Sleep")
    let stream = try client.call("/t.T/Each", [1], end: false)
    try await client.read { client.answers[stream.id]?.body.count == 6 }
    async let drained: Void = bench.server.drain(grace: .milliseconds(50))
    #expect(try await client.answer(unary).status == "14")
    #expect(try await client.answer(stream).status == "14")
    try await client.read { false }
    await drained
    #expect(await eventually { bench.notes == ["Sleep cancelled"] })
    bench.group.stop()
  }

  @Test func `a server without connections is drained at once`() async throws {
    let bench = try await TestBench()
    await bench.server.drain(grace: .seconds(60))
    bench.group.stop()
  }

  /// Throws unless somebody listens at `address`.
  private func connected(_ address: SocketAddress) async throws {
    let client = try RawClient(address)
    _ = try client.call("/t.T/Echo")
    try await client.read { false }
    if client.isClosed { throw NetError(.system, "closed") }
  }
}
