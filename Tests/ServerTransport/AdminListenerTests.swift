import PurSightNet
import PurSightRPC
import PurSightTelemetry
import PurSightServerTransport
import Synchronization
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite("AdminListener", .timeLimit(.minutes(1))) struct AdminListenerTests {
  /// Sends `request` and reads until the server closes.
  private func exchange(_ address: SocketAddress, _ request: String) throws -> String {
    let descriptor = try Socket.connect(address)
    defer { Socket.close(descriptor) }
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
    let bytes = Array(request.utf8)
    _ = unsafe bytes.withUnsafeBytes { unsafe Socket.send(descriptor, $0) }
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 1)
    defer { unsafe block.deallocate() }
    var answer: [UInt8] = []
    while case .bytes(let count) = unsafe Socket.receive(descriptor, into: block) {
      unsafe answer.append(contentsOf: block[..<count])
    }
    return String(decoding: answer, as: UTF8.self)
  }

  private func get(_ address: SocketAddress, _ path: String) throws -> (
    status: String, body: String
  ) {
    let text = try exchange(
      address, "GET \(path) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    let head = text.prefix { $0 != "\r\n" }
    let body = text.split(separator: "\r\n\r\n", maxSplits: 1).last.map(String.init) ?? ""
    return (String(head.split(separator: " ")[1]), body)
  }

  @Test func `health, readiness, metrics and version are answered`() async throws {
    let group = try EventLoopGroup(count: 1, name: "test")
    let registry = MetricRegistry()
    let counter = registry.counter("x_total", help: "What x did.", labels: [.init("a", "b\"c\n")])
    counter.add(3)
    let holder = ReadyFlag()
    let listener = AdminListener(
      on: group.loops[0],
      AdminPages(
        isReady: { holder.value.withLock { $0 } }, metrics: { registry.text() }, version: "1.2.3"))
    let address = try await listener.start(at: .loopback(port: 0))
    #expect(try get(address, "/healthz") == ("200", "ok\n"))
    #expect(try get(address, "/readyz") == ("503", "not ready\n"))
    holder.value.withLock { $0 = true }
    #expect(try get(address, "/readyz") == ("200", "ready\n"))
    #expect(try get(address, "/version") == ("200", "1.2.3\n"))
    #expect(try get(address, "/nothing") == ("404", "not found\n"))
    // Source: Prometheus, "Text-based format": escaping of label values.
    #expect(
      try get(address, "/metrics") == (
        "200", "# HELP x_total What x did.\n# TYPE x_total counter\nx_total{a=\"b\\\"c\\n\"} 3\n"
      ))
    listener.stop()
    group.stop()
  }

  private final class ReadyFlag: Sendable {
    let value = Mutex(false)
  }

  @Test func `requests behind each other are answered in order, and a bad one ends it`()
    async throws
  {
    let group = try EventLoopGroup(count: 1, name: "test")
    let listener = AdminListener(
      on: group.loops[0], AdminPages(isReady: { true }, metrics: { "" }, version: "1"))
    let address = try await listener.start(at: .loopback(port: 0))
    let text = try exchange(
      address,
      "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nHEAD /version HTTP/1.1\r\nHost: a\r\n\r\n"
        + "POST / HTTP/1.1\r\nHost: a\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
    let statuses = text.split(separator: "\r\n").filter { $0.hasPrefix("HTTP/1.1 ") }
    // The body of the first answer has no line end of its own before the next head.
    #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n"))
    #expect(text.contains("ok\nHTTP/1.1 200 OK\r\n"))
    #expect(text.contains("HTTP/1.1 405 Method Not Allowed\r\n"))
    #expect(statuses.count <= 3)
    listener.stop()
    group.stop()
  }
}
