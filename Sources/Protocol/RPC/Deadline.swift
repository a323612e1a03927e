/// A point on the monotonic clock by which a call has to end.
public struct Deadline: Hashable, Comparable, Sendable {
  public let instant: ContinuousClock.Instant

  public init(_ instant: ContinuousClock.Instant) { self.instant = instant }

  /// The deadline that lies `duration` ahead of now.
  public static func after(_ duration: Duration) -> Deadline {
    Deadline(ContinuousClock.now.advanced(by: duration))
  }

  /// What is left of it; negative when it has passed.
  public var remaining: Duration { ContinuousClock.now.duration(to: instant) }

  public var hasPassed: Bool { ContinuousClock.now >= instant }

  public static func < (left: Deadline, right: Deadline) -> Bool { left.instant < right.instant }
}
