internal import Glibc
internal import Synchronization

/// Waits for the signals that end the process, on a thread of its own.
///
/// The signals are blocked in every thread, so that none of them interrupts anything.
enum ProcessSignals {
  private static let stops = [SIGTERM, SIGINT]

  /// Blocks the signals; before the first thread is made.
  static func block() {
    var set = stopSet()
    unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// Returns at the first SIGTERM or SIGINT. Blocks its thread.
  static func wait() -> Int32 {
    var set = stopSet()
    var signal: Int32 = 0
    while unsafe sigwait(&set, &signal) != 0 {}
    return signal
  }

  private static func stopSet() -> sigset_t {
    var set = sigset_t()
    unsafe sigemptyset(&set)
    for stop in stops { unsafe sigaddset(&set, stop) }
    return set
  }
}
