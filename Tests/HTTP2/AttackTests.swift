import PurSightHTTP2
import Testing

/// What floods a server is stopped with GOAWAY ENHANCE_YOUR_CALM, or with the library's own.
@Suite("Attacks") struct AttackTests {
  private func frame(_ type: UInt8, _ flags: UInt8, _ stream: UInt32, _ content: [UInt8]) -> [UInt8]
  {
    let count = content.count
    return [
      UInt8(count >> 16), UInt8(count >> 8 & 255), UInt8(count & 255), type, flags,
      UInt8(stream >> 24), UInt8(stream >> 16 & 255), UInt8(stream >> 8 & 255), UInt8(stream & 255),
    ] + content
  }

  private let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

  /// The error code of the GOAWAY in `bytes`, which are whole frames.
  private func goAway(_ bytes: [UInt8]) -> UInt32? {
    var rest = bytes[...]
    while rest.count >= 9 {
      let head = Array(rest.prefix(9))
      let length = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
      let content = Array(rest.dropFirst(9).prefix(length))
      if head[3] == 7 && content.count >= 8 {
        return content[4..<8].reduce(0) { $0 << 8 | UInt32($1) }
      }
      rest = rest.dropFirst(9 + length)
    }
    return nil
  }

  /// Sends frames one by one until the server says GOAWAY; returns how many it took and the code.
  private func flood(
    _ server: Endpoint, limit: Int, _ next: (Int) -> [UInt8]
  ) throws -> (frames: Int, code: UInt32)? {
    try server.input(preface + frame(4, 0, 0, []))
    _ = try server.output()
    for count in 1...limit {
      do { try server.input(next(count)) } catch { return (count, UInt32.max) }
      if let code = goAway(try server.output()) { return (count, code) }
    }
    return nil
  }

  @Test func `pings without data`() throws {
    let stopped = try flood(try Endpoint(.server), limit: 2000) { _ in
      frame(6, 0, 0, Array(repeating: 0, count: 8))
    }
    // The first is free, two more are strikes (gRFC A8).
    #expect(try #require(stopped).frames == 4)
    #expect(stopped?.code == 11)
  }

  @Test func `settings`() throws {
    let stopped = try flood(try Endpoint(.server), limit: 2000) { _ in frame(4, 0, 0, []) }
    #expect(try #require(stopped).frames <= 101)
    #expect(stopped?.code == 11)
  }

  @Test func `window updates that no DATA has paid for`() throws {
    let stopped = try flood(try Endpoint(.server), limit: 2000) { _ in
      frame(8, 0, 0, [0, 0, 0, 1])
    }
    #expect(try #require(stopped).frames <= 1001)
    #expect(stopped?.code == 11)
  }

  // HEADERS of POST http / (HPACK static table 3, 6, 4), END_HEADERS.
  private func open(_ stream: Int, end: Bool = false) -> [UInt8] {
    let authority: [UInt8] = [0x41, 1, 0x61]
    return frame(1, end ? 5 : 4, UInt32(stream), [0x83, 0x86, 0x84] + authority)
  }

  @Test func `streams opened and reset at once (CVE-2023-44487)`() throws {
    let stopped = try flood(try Endpoint(.server), limit: 2000) { count in
      open(count * 2 - 1, end: true) + frame(3, 0, UInt32(count * 2 - 1), [0, 0, 0, 8])
    }
    #expect(try #require(stopped).frames <= 202)
  }

  @Test func `resets that we are made to send (CVE-2025-8671)`() throws {
    // A window over 2^31 - 1 is a stream error (RFC 9113 §6.9.1): the server has to reset the
    // stream.
    let stopped = try flood(try Endpoint(.server), limit: 2000) { count in
      open(count * 2 - 1, end: true) + frame(8, 0, UInt32(count * 2 - 1), [0x7f, 255, 255, 255])
    }
    #expect(try #require(stopped).frames <= 202)
    #expect(stopped?.code == 11)
  }

  @Test func `references to a large field are not followed to the end`() throws {
    // A field of 4,000 bytes into the table (RFC 7541 §6.2.1), then references to it (index 62).
    var large: [UInt8] = [0x40, 1, 0x61, 0x7f, 0xa1, 0x1e]
    large += Array(repeating: 0x78, count: 4000)
    let request: [UInt8] = [0x83, 0x86, 0x84, 0x41, 1, 0x61]
    let server = try Endpoint(.server)
    try server.input(preface + frame(4, 0, 0, []))
    _ = try server.output()
    let bomb = request + large + Array(repeating: 0xbe, count: 8000)
    try server.input(frame(1, 5, 1, bomb))
    // RST_STREAM with ENHANCE_YOUR_CALM, and no request.
    #expect(try server.output() == frame(3, 0, 1, [0, 0, 0, 11]))
    #expect(!server.log.contains("headers 1"))
    #expect(server.streams[0].headerListBytes < 5 * 16_384)
    // The table is as it should be: the next request finds the field behind its own authority,
    // which is the newest entry.
    try server.input(frame(1, 5, 3, request + [0xbf]))
    #expect(server.streams[1].headerListBytes > 4000)
    #expect(server.log.contains("headers 3"))
    let isInHeaderBlock = server.session.isInHeaderBlock
    #expect(!isInHeaderBlock)
  }

  @Test func `empty DATA frames (CVE-2019-9518)`() throws {
    let stopped = try flood(try Endpoint(.server), limit: 5000) { count in
      count == 1 ? open(1) : frame(0, 0, 1, [])
    }
    #expect(try #require(stopped).frames <= 1002)
    #expect(stopped?.code == 11)
  }

  @Test func `priority frames (CVE-2019-9513)`() throws {
    let stopped = try flood(try Endpoint(.server), limit: 5000) { _ in
      frame(2, 0, 1, [0, 0, 0, 0, 16])
    }
    #expect(try #require(stopped).frames <= 1001)
    #expect(stopped?.code == 11)
  }

  @Test func `a header block in many CONTINUATION frames (CVE-2024-28182)`() throws {
    let stopped = try flood(try Endpoint(.server), limit: 20) { count in
      count == 1
        ? frame(1, 0, 1, [0x83, 0x86, 0x84]) : frame(9, 0, 1, [0x40, 1, 0x61, 1, 0x62])
    }
    #expect(try #require(stopped).frames <= 6)
  }

  /// How many of 1,000 PINGs are answered, that far apart.
  private func pings(
    every seconds: UInt64, withCall: Bool, sendingData: Bool = false
  ) throws -> Int {
    let server = try Endpoint(.server)
    try server.input(preface + frame(4, 0, 0, []) + (withCall ? open(1) : []))
    if sendingData {
      let head = HeaderList.permanent([(":status", "200")])
      server.session.respond(server.streams[0], head, hasBody: true)
    }
    _ = try server.output()
    for count in 0..<1000 {
      server.now += seconds * 1_000_000_000
      if sendingData {
        server.streams[0].outbound.append("x" as StaticString)
        server.session.resume(server.streams[0])
        _ = try server.output()
      }
      try server.input(frame(6, 0, 0, Array(repeating: 0, count: 8)))
      if goAway(try server.output()) != nil { return count }
    }
    return 1000
  }

  @Test func `pings keep the distance that gRPC asks for`() throws {
    #expect(try pings(every: 20, withCall: true) == 1000)
    #expect(try pings(every: 19, withCall: true) == 3)
    #expect(try pings(every: 300, withCall: false) == 1000)
    #expect(try pings(every: 299, withCall: false) == 3)
    // Clients that measure the bandwidth ping after data (gRPC's BDP).
    #expect(try pings(every: 0, withCall: true, sendingData: true) == 1000)
  }
}
