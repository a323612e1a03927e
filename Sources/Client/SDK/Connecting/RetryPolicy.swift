/// How often, and how fast, a call that met a server without an answer is made again.
///
/// Only calls that can be repeated are: those that change nothing, those that are idempotent, and
/// mutations, which carry a request id of the SDK's so that the server does them once. What is
/// repeated is UNAVAILABLE, within the deadline of the call as its session sees it. As long as a
/// client has never reached its server, it is told at once.
public struct RetryPolicy: Sendable, Hashable {
  /// Attempts, the first included; 1 repeats nothing.
  public var maxAttempts = 5
  /// The pause after the first attempt; every further one is twice as long, each with 20 % of
  /// jitter.
  public var firstBackoff = Duration.milliseconds(100)
  /// The longest pause.
  public var maxBackoff = Duration.seconds(5)

  /// Five attempts within about one and a half seconds.
  public init() {}

  /// No call is repeated.
  public static var never: RetryPolicy {
    var policy = RetryPolicy()
    policy.maxAttempts = 1
    return policy
  }

  /// The pause after attempt `attempt`, from 1, without jitter.
  func backoff(after attempt: Int) -> Duration {
    var pause = firstBackoff
    for _ in 1..<max(attempt, 1) where pause < maxBackoff { pause = pause * 2 }
    return min(pause, maxBackoff)
  }

  /// The pause with jitter, so that many clients do not come back at once.
  func jitteredBackoff(after attempt: Int) -> Duration {
    backoff(after: attempt) * Double.random(in: 0.8...1.2)
  }
}
