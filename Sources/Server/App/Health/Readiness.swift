internal import Synchronization

/// Whether the server takes calls, and who wants to hear of a change.
///
/// It does not before the database answered, not while the database does not answer, and never
/// again once it drains.
final class Readiness: Sendable {
  /// Watch calls at once; further ones are refused.
  static let maxWatchers = 1024

  private struct State {
    var isServing = false
    var isDraining = false
    var nextWatcher = 0
    var watchers: [Int: AsyncStream<Bool>.Continuation] = [:]
  }

  private let state = Mutex(State())

  var isServing: Bool { state.withLock { $0.isServing } }

  var isDraining: Bool { state.withLock { $0.isDraining } }

  /// The database answers, or does not.
  func set(isServing: Bool) {
    change { state in if !state.isDraining { state.isServing = isServing } }
  }

  /// The server is about to stop: there is no way back. Who watches hears it and is let go, so that
  /// the stop does not wait for calls that never end by themselves.
  func beginDrain() {
    change { state in
      state.isDraining = true
      state.isServing = false
    }
    let watchers = state.withLock { Array($0.watchers.values) }
    for watcher in watchers { watcher.finish() }
  }

  /// The present state and each change of it, the newest only; nil when too many watch.
  func changes() -> AsyncStream<Bool>? {
    let (stream, continuation) = AsyncStream.makeStream(
      of: Bool.self, bufferingPolicy: .bufferingNewest(1))
    let (number, isDraining) = state.withLock { state -> (Int?, Bool) in
      guard state.watchers.count < Self.maxWatchers else { return (nil, false) }
      state.nextWatcher += 1
      state.watchers[state.nextWatcher] = continuation
      continuation.yield(state.isServing)
      return (state.nextWatcher, state.isDraining)
    }
    guard let number else { return nil }
    continuation.onTermination = { [weak self] _ in
      self?.state.withLock { _ = $0.watchers.removeValue(forKey: number) }
    }
    if isDraining { continuation.finish() }
    return stream
  }

  private func change(_ body: (inout State) -> Void) {
    state.withLock { state in
      let before = state.isServing
      body(&state)
      guard state.isServing != before else { return }
      for watcher in state.watchers.values { watcher.yield(state.isServing) }
    }
  }
}
