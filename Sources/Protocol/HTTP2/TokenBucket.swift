/// A token bucket: it starts full and refills with time. Units are twentieths of a token.
struct TokenBucket {
  /// Units of one token: the cheapest event costs one unit.
  static let unitsPerToken: UInt64 = 20

  /// Nanoseconds between refills while there are tokens left.
  private static let refillInterval: UInt64 = 50_000_000

  private let capacity: UInt64
  private let unitsPerSecond: UInt64
  private var units: UInt64
  private var refilledAt: UInt64

  /// - Parameter now: nanoseconds of a clock that never goes back, as in `take`.
  init(_ rate: HTTP2Configuration.Rate, now: UInt64) {
    capacity = UInt64(rate.burst) * Self.unitsPerToken
    unitsPerSecond = UInt64(rate.perSecond) * Self.unitsPerToken
    units = capacity
    refilledAt = now
  }

  /// Takes `cost` units; returns whether they were there.
  mutating func take(_ cost: UInt64, now: UInt64) -> Bool {
    if units < cost || now &- refilledAt > Self.refillInterval { refill(now) }
    if units < cost { return false }
    units -= cost
    return true
  }

  private mutating func refill(_ now: UInt64) {
    guard now > refilledAt, unitsPerSecond > 0 else { return }
    let unitNanoseconds = 1_000_000_000 / unitsPerSecond
    let gained = (now - refilledAt) / max(unitNanoseconds, 1)
    refilledAt += gained * unitNanoseconds
    units = min(capacity, units + min(gained, capacity))
  }
}
