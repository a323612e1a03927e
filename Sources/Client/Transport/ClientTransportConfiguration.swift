package import PurSightHTTP2
package import PurSightTLS

/// Where a client connects to, and how.
package struct ClientTransportConfiguration: Sendable {
  /// `host:port`, `[address]:port` or `unix:/path`. A name is resolved anew for every connection.
  package var target: String
  /// Nil connects without encryption.
  package var tls: TLSClientConfiguration?
  /// The name that the server's certificate has to bear; nil: the target's host.
  package var serverName: String?
  package var userAgent: String
  /// How long one address may take, handshake included.
  package var connectTimeout: Duration = .seconds(10)
  /// Largest message that is received, in bytes.
  package var maxMessageBytes = 64 << 20
  /// Calls that wait for a connection or for a free stream.
  package var maxQueuedCalls = 10_000
  /// Bytes that one call may have waiting to be sent before `send` suspends.
  package var maxBufferedBytes = 1 << 20
  /// How long nothing may arrive, while calls are open, before the server is asked for a sign of
  /// life.
  package var keepaliveInterval: Duration = .seconds(30)
  /// How long that sign may take.
  package var keepaliveTimeout: Duration = .seconds(10)
  /// The pause after the first failed attempt to connect; each further one is 1.6 times longer.
  package var firstBackoff: Duration = .milliseconds(100)
  package var maxBackoff: Duration = .seconds(10)
  package var http2: HTTP2Configuration

  package init(target: String, tls: TLSClientConfiguration?, userAgent: String) {
    self.target = target
    self.tls = tls
    self.userAgent = userAgent
    http2 = HTTP2Configuration()
    http2.streamWindowBytes = 4 << 20
    http2.connectionWindowBytes = 16 << 20
  }
}
