#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The signals a server process is steered by, as values that can be awaited.
///
/// Making it blocks them in the calling thread and every thread that is started afterwards, so it
/// belongs at the very start of a program, which then goes on by `Program.run`.
package struct Signals: Sendable {
  package enum Signal: Sendable, CaseIterable {
    /// SIGTERM: drain and exit.
    case terminate
    /// SIGINT: the same, from a terminal.
    case interrupt
    /// SIGHUP: read configuration and certificates again.
    case hangUp

    fileprivate var number: Int32 {
      switch self {
      case .terminate: SIGTERM
      case .interrupt: SIGINT
      case .hangUp: SIGHUP
      }
    }
  }

  private let signals: [Signal]

  package init(_ signals: [Signal]) {
    self.signals = signals
    var set = Self.set(signals)
    _ = unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// Waits for the next one, on a thread of its own. One caller at a time.
  package func next() async throws(NetError) -> Signal {
    let result: Result<Signal, NetError> = await withCheckedContinuation { continuation in
      do throws(NetError) {
        try Thread("signals") { continuation.resume(returning: .success(wait())) }.detach()
      } catch {
        continuation.resume(returning: .failure(error))
      }
    }
    return try result.get()
  }

  private func wait() -> Signal {
    var set = Self.set(signals)
    while true {
      var number: Int32 = 0
      if unsafe sigwait(&set, &number) == 0,
        let signal = signals.first(where: { $0.number == number })
      {
        return signal
      }
    }
  }

  private static func set(_ signals: [Signal]) -> sigset_t {
    var set = sigset_t()
    unsafe sigemptyset(&set)
    for signal in signals { unsafe sigaddset(&set, signal.number) }
    return set
  }
}
