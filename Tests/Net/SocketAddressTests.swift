import PurSightNet
import Testing

@Suite("SocketAddress") struct SocketAddressTests {
  @Test(arguments: [
    ("127.0.0.1:443", "127.0.0.1:443", 443), ("0.0.0.0:0", "0.0.0.0:0", 0),
    ("[::1]:65535", "[::1]:65535", 65535), ("*:80", "[::]:80", 80),
    ("[2001:DB8:0:0:0:0:0:1]:1", "[2001:db8::1]:1", 1), ("unix:/run/x", "unix:/run/x", 0),
  ])
  func `addresses are parsed and written back`(_ text: String, _ canonical: String, _ port: UInt16)
    throws
  {
    let address = try SocketAddress(parsing: text)
    #expect(address.description == canonical)
    #expect(address.port == port)
  }

  @Test(arguments: [
    "", "80", ":80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "::1:80",
    "localhost:80", "256.0.0.1:80", "[::1:80", "unix:",
    "unix:/" + String(repeating: "x", count: 103),
    "unix:/a\0b",
  ])
  func `what is no address is refused`(_ text: String) {
    #expect(throws: NetError.self) { try SocketAddress(parsing: text) }
  }

  @Test func `loopback is told from the rest`() throws {
    #expect(try SocketAddress(parsing: "127.1.2.3:1").isLoopback)
    #expect(try SocketAddress(parsing: "[::1]:1").isLoopback)
    #expect(try !SocketAddress(parsing: "10.0.0.1:1").isLoopback)
    #expect(try !SocketAddress(parsing: "*:1").isLoopback)
  }

  @Test func `a numeric host needs no resolver`() throws {
    let found = try SocketAddress.resolve(host: "192.0.2.7", port: 9)
    #expect(found.map(\.description) == ["192.0.2.7:9"])
  }

  @Test func `a port in use is an error that names it`() throws {
    let first = try Socket.listen(.loopback(port: 0))
    defer { Socket.close(first) }
    let address = try #require(Socket.localAddress(first))
    let error = #expect(throws: NetError.self) { try Socket.listen(address) }
    #expect(error?.message.contains(address.description) == true)
  }
}
