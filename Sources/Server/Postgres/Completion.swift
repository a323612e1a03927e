internal import PurSightNet
internal import Synchronization

/// The caller that waits for one operation; it is resumed once.
///
/// Single-owner: the loop that the operation runs on.
@safe final class Completion<Value: Sendable> {
  typealias Outcome = Result<Value, PostgresError>

  private var continuation: UnsafeContinuation<Outcome, Never>?

  init(_ continuation: UnsafeContinuation<Outcome, Never>) {
    unsafe self.continuation = unsafe continuation
  }

  func succeed(_ value: Value) { end(.success(value)) }
  func fail(_ error: PostgresError) { end(.failure(error)) }

  private func end(_ outcome: Outcome) {
    let waiting = unsafe continuation
    unsafe continuation = nil
    unsafe waiting?.resume(returning: outcome)
  }
}

/// Tells one operation from the next, so that a late cancellation hits none but its own.
final class OperationTicket: Sendable {
  /// The lease it belongs to; 0 for none.
  let generation: UInt64
  private let cancelled = Atomic<Bool>(false)

  init(generation: UInt64 = 0) { self.generation = generation }

  var isCancelled: Bool { cancelled.load(ordering: .acquiring) }

  func cancel() { cancelled.store(true, ordering: .releasing) }
}

extension EventLoop {
  /// Runs `body` on the loop's thread: at once when the caller is on it, else soon.
  func perform(_ body: @escaping @Sendable () -> Void) {
    if isCurrent { body() } else { submit(body) }
  }
}

/// The monotonic moment of a deadline in nanoseconds, as loops count them; `.max` for none.
func loopDeadline(_ deadline: ContinuousClock.Instant?) -> UInt64 {
  guard let deadline else { return .max }
  return monotonicNanoseconds() &+ nanoseconds(ContinuousClock.now.duration(to: deadline))
}
