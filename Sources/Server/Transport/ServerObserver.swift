package import PurSightRPC

/// What happened to calls and connections, for metrics and logs.
///
/// Called on the loops' threads, in the hot path: implementations neither block nor wait.
package protocol ServerObserver: Sendable {
  /// A handler is about to be called. `loop` numbers the server's loops from 0.
  func callStarted(_ method: MethodInfo, loop: Int)

  /// A call has ended, whether by its handler or not. Its handler may still be running.
  func callEnded(_ call: EndedCall, loop: Int)

  /// A connection was made, its handshake is done.
  func connectionOpened(_ peer: Peer, loop: Int)

  /// A connection is gone, or never came to be.
  func connectionClosed(_ reason: ConnectionEnd, loop: Int)
}

/// One call that has ended.
package struct EndedCall {
  package let method: MethodInfo
  package let code: RPCCode
  /// What the caller was told beside the code; empty for OK.
  package let message: String
  package let peer: Peer
  /// From the request's headers to its status, in nanoseconds.
  package let nanoseconds: UInt64
  /// Messages taken and sent.
  package let received: Int
  package let sent: Int
}

/// Why a connection ended.
package enum ConnectionEnd: String, Sendable, CaseIterable {
  case peerClosed = "peer_closed"
  case handshakeFailed = "handshake_failed"
  case handshakeTimeout = "handshake_timeout"
  case prefaceTimeout = "preface_timeout"
  case headerTimeout = "header_timeout"
  case stalled = "stalled"
  case idle = "idle"
  case protocolError = "protocol_error"
  /// It went over a limit of the protocol's use and was told so (ENHANCE_YOUR_CALM).
  case abused = "enhance_your_calm"
  /// No sign of life in answer to a PING.
  case keepaliveTimeout = "keepalive_timeout"
  /// Its maximum age and the grace after that have passed.
  case aged = "max_age"
  case tlsError = "tls_error"
  case drained = "drained"
  case refused = "refused"
}
