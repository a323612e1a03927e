/// How often a client may ask for a sign of life.
///
/// Source: gRFC A8 and A9: a PING that comes too early is a strike, and who has too many strikes is
/// sent away with GOAWAY ENHANCE_YOUR_CALM, `too_many_pings`.
struct PingPolicy {
  private let interval: UInt64
  private let idleInterval: UInt64
  private let maxStrikes: Int
  private var strikes = 0
  private var last: UInt64?

  init(_ configuration: HTTP2Configuration) {
    interval = Self.nanoseconds(configuration.pingInterval)
    idleInterval = Self.nanoseconds(configuration.idlePingInterval)
    maxStrikes = configuration.maxPingStrikes
  }

  /// Whether a PING at `now` leaves the connection in peace.
  mutating func admits(at now: UInt64, hasCalls: Bool) -> Bool {
    defer { last = now }
    guard let last, now &- last < (hasCalls ? interval : idleInterval) else { return true }
    strikes += 1
    return strikes <= maxStrikes
  }

  /// Forgives everything: the connection is in use.
  mutating func reset() {
    strikes = 0
    last = nil
  }

  private static func nanoseconds(_ duration: Duration) -> UInt64 {
    let (seconds, attoseconds) = duration.components
    return UInt64(clamping: seconds) * 1_000_000_000 + UInt64(clamping: attoseconds / 1_000_000_000)
  }
}
