internal import PurSightNet
internal import Synchronization

/// The thread that sends cancel requests: PQcancel connects and waits, which no event loop may.
///
/// Any thread may use it. It is started by the first request.
final class CancelLoop: Sendable {
  /// Requests that may wait; a further one is not sent, and the statement's own limit ends it.
  static let maxWaiting = 64

  private let loops = Mutex<EventLoopGroup?>(nil)
  private let waiting = Atomic<Int>(0)

  /// Sends a request soon and calls `done` on the request's thread when the server has taken it.
  ///
  /// Returns false when too many wait or there is no thread for them; nothing is called then.
  func send(_ cancel: PostgresCancel, done: @escaping @Sendable () -> Void) -> Bool {
    guard waiting.load(ordering: .relaxed) < Self.maxWaiting else { return false }
    let loop = loops.withLock { loops in
      if loops == nil { loops = try? EventLoopGroup(count: 1, name: "pg-cancel") }
      return loops?.loops.first
    }
    guard let loop else { return false }
    waiting.wrappingAdd(1, ordering: .relaxed)
    loop.submit {
      cancel.send()
      self.waiting.wrappingSubtract(1, ordering: .relaxed)
      done()
    }
    return true
  }

  /// Ends the thread, not from it.
  func stop() {
    loops.withLock { loops in
      loops?.stop()
      loops = nil
    }
  }
}
