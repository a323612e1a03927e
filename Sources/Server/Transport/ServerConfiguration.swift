package import PurSightHTTP2

/// The limits and timeouts of a server. The defaults are meant for production.
package struct ServerConfiguration: Hashable, Sendable {
  /// What every HTTP/2 connection offers and takes.
  package var http2 = HTTP2Configuration()
  package var limits = Limits()
  package var timeouts = Timeouts()

  package init() {}

  /// Sizes and numbers. What goes over one gets an answer that says so, where the protocol has one.
  package struct Limits: Hashable, Sendable {
    /// Connections of the whole server; further ones are closed at once.
    package var connections = 10_000
    /// Connections from one address; further ones are closed at once.
    package var connectionsPerAddress = 2_000
    /// Handlers that run or wait on one loop; further calls get UNAVAILABLE. A cancelled call
    /// counts until its handler has returned.
    package var runningCallsPerLoop = 4_000
    /// Places beyond these that only health checks get: a probe is answered by a server that is
    /// full.
    package var controlCallsPerLoop = 64
    /// Handlers of one connection that run or wait; further calls get UNAVAILABLE. A peer that
    /// resets its streams cannot have more of them under way than one that does not.
    package var runningCallsPerConnection = 200
    /// How long a call may wait for its handler on a busy loop; older ones get UNAVAILABLE.
    package var maxCallDelay = Duration.milliseconds(500)
    /// When a refused call may be tried again, as the trailer `grpc-retry-pushback-ms` says it
    /// (gRFC A6).
    package var pushback = Duration.milliseconds(200)
    /// Largest request message in bytes, also after decompression; RESOURCE_EXHAUSTED beyond.
    package var maxMessageBytes = 4 << 20
    /// Largest request message in JSON in bytes, also after decompression: reading it costs more.
    package var maxJSONBytes = 4 << 20
    /// Bytes of a request that are taken and dropped after its answer, so that a client that reads
    /// only when it has sent everything sees the answer; beyond them the stream is reset.
    package var maxDroppedBytes = 4 << 20
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
  package struct Timeouts: Hashable, Sendable {
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
    /// Without a byte while calls are open, before the peer is asked for a sign of life (PING).
    package var keepalive = Duration.seconds(120)
    /// How long that sign may take.
    package var keepaliveAnswer = Duration.seconds(20)
    /// How old a connection gets, give or take a tenth; then its peer is asked to make a new one.
    package var age = Duration.seconds(3600)
    /// How long the calls of a connection may go on after that.
    package var ageGrace = Duration.seconds(3600)

    package init() {}
  }
}
