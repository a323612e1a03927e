package import PurSightHTTP2

/// The limits and timeouts of a server. The defaults are meant for production.
package struct ServerConfiguration: Sendable {
  /// What every HTTP/2 connection offers and takes.
  package var http2 = HTTP2Configuration()
  package var limits = Limits()
  package var timeouts = Timeouts()

  package init() {}

  /// Sizes and numbers. What goes over one gets an answer that says so, where the protocol has one.
  package struct Limits: Sendable {
    /// Connections of the whole server; further ones are closed at once.
    package var connections = 10_000
    /// Connections from one address; further ones are closed at once.
    package var connectionsPerAddress = 2_000
    /// Handlers that run or wait on one loop; further calls get UNAVAILABLE. A cancelled call
    /// counts until its handler has returned.
    package var runningCallsPerLoop = 4_000
    /// Largest request message in bytes, also after decompression; RESOURCE_EXHAUSTED beyond.
    package var maxMessageBytes = 4 << 20
    /// Bytes of responses a call may hold back before its handler is suspended.
    package var outboundHighWaterBytes = 256 << 10
    /// Bytes a connection may have waiting for its socket before nothing more is read from it.
    package var maxPendingBytes = 1 << 20
    /// TLS handshakes worked on in one tick of a loop; established connections come first.
    package var handshakesPerTick = 4
    /// Bytes read from, or written to, one connection in one turn.
    package var bytesPerTurn = 256 << 10

    package init() {}
  }

  /// How long a peer may take.
  package struct Timeouts: Sendable {
    /// From accept to the end of the TLS handshake.
    package var handshake = Duration.seconds(5)
    /// From there to the peer's SETTINGS.
    package var preface = Duration.seconds(5)
    /// From the first byte of a header block to its end.
    package var headers = Duration.seconds(10)
    /// Without a byte of a request that its method waits for as a whole.
    package var requestStall = Duration.seconds(10)
    /// Without a byte of a response that waits to be read.
    package var responseStall = Duration.seconds(30)
    /// Without a call.
    package var idle = Duration.seconds(300)

    package init() {}
  }
}
