import PurSightHTTP2
import Testing

@Suite("HTTP2Session") struct SessionTests {
  private static let head = HeaderList.permanent([(":status", "200")])
  private static let ok = HeaderList.permanent([("grpc-status", "0")])

  @Test func `a client opens with the preface of RFC 9113`() throws {
    let client = try Endpoint(.client)
    let bytes = try client.output()
    #expect(bytes.starts(with: Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)))
    // A SETTINGS frame follows: type 4 on stream 0.
    #expect(Array(bytes[27..<33]) == [4, 0, 0, 0, 0, 0])
  }

  @Test func `a request and its answer with trailers arrive`() throws {
    let client = try Endpoint(.client)
    let server = try Endpoint(.server, usualTrailers: Self.ok)
    server.onEnd = { server, stream in
      stream.outbound.append(Array("answer".utf8))
      stream.isOutboundFinished = true
      server.session.respond(stream, Self.head, hasBody: true)
    }
    let stream = client.makeStream()
    stream.outbound.append(Array("question".utf8))
    stream.isOutboundFinished = true
    try client.session.request(stream, requestList(extra: [("te", "trailers")]), hasBody: true)
    try exchange(client, server)
    #expect(server.received == Array("question".utf8))
    #expect(
      server.fields(server.streams[0]) == [
        ":method=POST", ":scheme=http", ":path=/a.B/C", ":authority=localhost", "te=trailers",
      ])
    #expect(client.received == Array("answer".utf8))
    #expect(client.fields(stream) == [":status=200"])
    #expect(client.fields(stream, trailers: true) == ["grpc-status=0"])
    #expect(
      client.log.filter { $0.hasSuffix(" 1") || $0.contains(" 1 ") } == [
        "headers 1", "data 1 6", "trailers 1", "end 1", "closed 1 0",
      ])
  }

  @Test func `an answer before the request's end resets the rest with NO_ERROR`() throws {
    let client = try Endpoint(.client)
    let server = try Endpoint(.server)
    let stream = client.makeStream()
    stream.outbound.append(Array(repeating: 1, count: 100))
    try client.session.request(stream, requestList(), hasBody: true)
    try exchange(client, server)
    server.session.respond(server.streams[0], Self.head, hasBody: false)
    try exchange(client, server)
    #expect(client.log.suffix(3) == ["headers 1", "end 1", "closed 1 0"])
    #expect(server.log.last == "closed 1 0")
  }

  @Test func `bytes that nobody consumes close the stream's window`() throws {
    var small = HTTP2Configuration()
    small.streamWindowBytes = 70_000
    let client = try Endpoint(.client)
    let server = try Endpoint(.server, small)
    server.consumes = false
    try exchange(client, server)  // the window is known before the body goes out
    let stream = client.makeStream()
    stream.outbound.append(Array(repeating: 1, count: 200_000))
    stream.isOutboundFinished = true
    try client.session.request(stream, requestList(), hasBody: true)
    try exchange(client, server)
    #expect(server.received.count == 70_000)
    #expect(server.streams[0].unconsumed == 70_000)
    server.session.consume(server.streams[0], 70_000)
    server.consumes = true
    try exchange(client, server)
    #expect(server.received.count == 200_000)
  }

  @Test func `what a closed stream left over returns to the connection's window`() throws {
    var small = HTTP2Configuration()
    small.connectionWindowBytes = 70_000
    let client = try Endpoint(.client)
    let server = try Endpoint(.server, small)
    try exchange(client, server)
    server.consumes = false
    for _ in 0..<5 {
      let stream = client.makeStream()
      stream.outbound.append(Array(repeating: 1, count: 60_000))
      try client.session.request(stream, requestList(), hasBody: true)
      try exchange(client, server)
      let taken = try #require(server.streams.last)
      #expect(taken.unconsumed == 60_000)
      client.session.reset(stream, .cancel)
      try exchange(client, server)
      #expect(taken.isClosed)
      server.session.consume(taken, taken.unconsumed)
      try exchange(client, server)
    }
    #expect(server.received.count == 300_000)
  }

  @Test func `a writer is told when its buffer has drained`() throws {
    let client = try Endpoint(.client)
    let server = try Endpoint(.server)
    let stream = client.makeStream()
    stream.outbound.append(Array(repeating: 1, count: 300_000))
    stream.awaitsDrain = true
    try client.session.request(stream, requestList(), hasBody: true)
    try exchange(client, server)
    #expect(client.log.contains("drained 1"))
    #expect(server.received.count == 300_000)
    // Nothing left and not finished: the library waits for more.
    #expect(stream.isDeferred)
    stream.outbound.append([2])
    stream.isOutboundFinished = true
    client.session.resume(stream)
    try exchange(client, server)
    #expect(server.log.last == "end 1")
  }

  @Test func `a header list over the limit is cut and marked`() throws {
    var small = HTTP2Configuration()
    small.maxHeaderListBytes = 300
    let client = try Endpoint(.client)
    let server = try Endpoint(.server, small)
    // Four pseudo-header fields take 4 × 32 + 55 bytes; RFC 9113 §6.5.2 counts 32 for each field.
    let used = 4 * 32 + ":method:scheme:path:authority".count + "POSThttp/a.B/Clocalhost".count
    let fits = String(repeating: "v", count: 300 - used - 32 - 1)
    for (value, isTooLong) in [(fits, false), (fits + "v", true)] {
      let stream = client.makeStream()
      try client.session.request(stream, requestList(extra: [("k", value)]), hasBody: false)
      try exchange(client, server)
      #expect(server.streams.last?.isHeaderListTooLong == isTooLong)
    }
  }

  @Test func `shutdown is announced, then the last stream is named`() throws {
    let client = try Endpoint(.client)
    let server = try Endpoint(.server)
    let stream = client.makeStream()
    try client.session.request(stream, requestList(), hasBody: false)
    try exchange(client, server)
    server.session.announceShutdown()
    server.session.ping()
    try exchange(client, server)
    #expect(client.log.contains("goAway"))
    #expect(server.log.contains("pingAcknowledged"))
    #expect(!client.acceptsRequests)
    server.session.goAway(.noError)
    try exchange(client, server)
    #expect(!server.isOver)
    server.session.respond(server.streams[0], Self.head, hasBody: false)
    try exchange(client, server)
    #expect(server.isOver)
  }

  @Test func `bytes that are no HTTP2 end the session`() throws {
    let server = try Endpoint(.server)
    try server.input(Array("GET / HTTP/1.1\r\n\r\n".utf8))
    #expect(server.session.abuse == .noHTTP2)
    // RFC 9113 §6.8: a GOAWAY of 24 bytes, last stream 0, PROTOCOL_ERROR.
    let reason = Array("no_http2_preface".utf8)
    let goAway: [UInt8] = [0, 0, 24, 7, 0] + Array(repeating: 0, count: 11) + [1] + reason
    #expect(try server.output() == goAway)
    #expect(server.isOver)
  }
}
