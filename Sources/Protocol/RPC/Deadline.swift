/// A point on the monotonic clock by which a call has to end.
public struct Deadline: Hashable, Comparable, Sendable {
  /// The point on the clock.
  public let instant: ContinuousClock.Instant

  /// The deadline at a point on the clock.
  public init(_ instant: ContinuousClock.Instant) { self.instant = instant }

  /// The deadline that lies `duration` ahead of now.
  public static func after(_ duration: Duration) -> Deadline {
    Deadline(ContinuousClock.now.advanced(by: duration))
  }

  /// What is left of it; negative when it has passed.
  public var remaining: Duration { ContinuousClock.now.duration(to: instant) }

  /// Whether it lies behind now.
  public var hasPassed: Bool { ContinuousClock.now >= instant }

  /// Whether the left one comes first.
  public static func < (left: Deadline, right: Deadline) -> Bool { left.instant < right.instant }
}
