internal import PurSightNet

/// The HTTP/1.1 listener for people's tools: `/metrics`, `/healthz`, `/readyz`.
///
/// Blocks on a thread of its own and serves one request at a time: probes and scrapes are few. It
/// knows nothing about callers, so it belongs on an address that only operators reach.
struct AdminListener: Sendable {
  private let daemon: Daemon

  init(_ daemon: Daemon) { self.daemon = daemon }

  /// Serves until the process ends.
  func start(on descriptor: Int32) throws(AppError) {
    let listener = self
    do throws(NetError) {
      let thread = try Thread("admin") {
        while let connection = PlainSocket(accepting: descriptor) {
          if let line = connection.requestLine() {
            connection.send(listener.answer(to: line))
          }
          connection.close()
        }
      }
      thread.detach()
    } catch { throw AppError(.software, "The admin listener cannot be started: \(error.message).") }
  }

  /// The whole answer to a request line such as `GET /metrics HTTP/1.1`.
  func answer(to line: String) -> String {
    let parts = line.split(separator: " ")
    guard parts.count == 3, parts[0] == "GET" else {
      return Self.response("405 Method Not Allowed", "Only GET is answered here.\n")
    }
    switch parts[1] {
    case "/metrics": return Self.response("200 OK", daemon.metricsPage())
    case "/healthz", "/livez": return Self.response("200 OK", "alive\n")
    case "/readyz":
      return daemon.readiness.isServing
        ? Self.response("200 OK", "ready\n")
        : Self.response("503 Service Unavailable", "not ready\n")
    default:
      return Self.response("404 Not Found", "There are /metrics, /healthz and /readyz.\n")
    }
  }

  private static func response(_ status: String, _ body: String) -> String {
    "HTTP/1.1 \(status)\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
      + "Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"
  }
}
