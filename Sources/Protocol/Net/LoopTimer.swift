/// A timer of one loop: made once, scheduled and cancelled as often as needed without allocation.
///
/// Single-owner: used on its loop's thread only. The loop keeps it alive while it is scheduled.
@safe package final class LoopTimer {
  private let action: () -> Void

  // The wheel's own fields: the slot's list goes through the timers themselves.
  @safe @exclusivity(unchecked) var expiry: UInt64 = 0
  @safe @exclusivity(unchecked) var slot = LoopTimer.unscheduled
  @safe @exclusivity(unchecked) unowned(unsafe) var next: LoopTimer?
  @safe @exclusivity(unchecked) unowned(unsafe) var previous: LoopTimer?

  static let unscheduled = -1
  /// Taken out of the wheel, about to be fired: may still be cancelled.
  static let due = -2

  /// Makes a timer that calls `action` on the loop's thread when it expires.
  package init(_ action: @escaping () -> Void) { self.action = action }

  package var isScheduled: Bool { slot != Self.unscheduled }

  /// Calls the action, unless the timer was cancelled or set again since it became due.
  func fireIfDue() {
    guard slot == Self.due else { return }
    slot = Self.unscheduled
    action()
  }
}
