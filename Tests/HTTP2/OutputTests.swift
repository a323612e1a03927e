import PurSightHTTP2
import Testing

@Suite("Output") struct OutputTests {
  @Test func `a block is filled to its limit and at most one frame further`() throws {
    let client = try Endpoint(.client)
    let server = try Endpoint(.server)
    try exchange(client, server)
    let stream = client.makeStream()
    stream.outbound.append(Array(repeating: 1, count: 900_000))
    stream.isOutboundFinished = true
    try client.session.request(stream, requestList(), hasBody: true)
    let limit = 64 << 10
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
    defer { unsafe block.deallocate() }
    var received: [UInt8] = []
    while true {
      let count = unsafe try client.session.produce(into: block, limit: limit, now: 1)
      client.workspace.removeEvents()
      #expect(count <= limit + 16_384 + 9)
      unsafe received.append(contentsOf: block[..<count])
      if count < limit { break }
    }
    try server.input(received)
    #expect(server.received.count == 900_000)
    #expect(server.log.contains("end 1"))
  }
}
