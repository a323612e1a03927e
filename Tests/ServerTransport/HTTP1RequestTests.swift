import Testing

@testable import PurSightServerTransport

/// What two parsers could read in two ways is refused (RFC 9112 §11).
@Suite("HTTP1Request") struct HTTP1RequestTests {
  private func parse(_ text: String) -> HTTP1Request.Outcome {
    HTTP1Request.parse(Array(text.utf8))
  }

  @Test func `a plain request is read`() {
    let text = "GET /metrics?x=1 HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n\r\n"
    let request = HTTP1Request(method: "GET", path: "/metrics", keepsAlive: true)
    #expect(parse(text) == .request(request, bytes: text.utf8.count))
    #expect(parse(text + "GET") == .request(request, bytes: text.utf8.count))
    #expect(parse(String(text.dropLast())) == .incomplete)
    let closing = "HEAD / HTTP/1.1\r\nhost:a\r\nConnection: Close\r\n\r\n"
    #expect(
      parse(closing)
        == .request(
          HTTP1Request(method: "HEAD", path: "/", keepsAlive: false), bytes: closing.utf8.count))
  }

  @Test(arguments: [
    ("GET / HTTP/1.0\r\nHost: a\r\n\r\n", 505), ("GET / HTTP/1.1\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
    ("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\n\r\n", 405), ("GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n", 400), ("GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n", 417), ("\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\n: a\r\nHost: a\r\n\r\n", 400),
  ])
  func `what is unclear is refused`(_ text: String, _ status: Int) {
    #expect(parse(text) == .refused(status))
  }

  @Test func `heads are bounded`() {
    let start = "GET / HTTP/1.1\r\nHost: a\r\nX: "
    let fits = start + String(repeating: "x", count: 8192 - start.utf8.count - 4) + "\r\n\r\n"
    #expect(parse(fits) != .refused(431))
    #expect(
      parse(start + String(repeating: "x", count: 8193 - start.utf8.count - 4) + "\r\n\r\n")
        == .refused(431))
    #expect(parse(start + String(repeating: "x", count: 9000)) == .refused(431))
    let fields = String(repeating: "X: y\r\n", count: 63)
    #expect(parse("GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n") != .refused(400))
    #expect(parse("GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n" + fields + "\r\n") == .refused(400))
  }
}
