internal import PurSightRPC
internal import Synchronization

/// Hands values from one task to another, a few at a time: the first waits while the second is
/// behind.
final class HandOff<Element: Sendable>: Sendable {
  private struct State {
    var elements: [Element] = []
    var end: Result<Void, PurSightError>?
    var producer: CheckedContinuation<Void, Never>?
    var consumer: CheckedContinuation<Void, Never>?
    /// Nobody takes anything any more.
    var isAbandoned = false
  }

  private let state = Mutex(State())
  private let capacity: Int

  /// - Parameter capacity: Elements that wait at the most.
  init(capacity: Int) { self.capacity = capacity }

  /// Hands over one element; suspends while `capacity` of them wait. False: nobody wants it.
  func send(_ element: sending Element) async -> Bool {
    let isWanted = state.withLock { state in
      if !state.isAbandoned { state.elements.append(element) }
      state.consumer?.resume()
      state.consumer = nil
      return !state.isAbandoned
    }
    guard isWanted else { return false }
    await withCheckedContinuation { continuation in
      let mayGoOn = state.withLock { state in
        guard state.elements.count >= capacity, !state.isAbandoned else { return true }
        state.producer = continuation
        return false
      }
      if mayGoOn { continuation.resume() }
    }
    return state.withLock { !$0.isAbandoned }
  }

  /// Says that no element follows.
  func finish(_ end: Result<Void, PurSightError>) {
    state.withLock { state in
      state.end = end
      state.consumer?.resume()
      state.consumer = nil
    }
  }

  /// The next element; nil at the end.
  func next() async throws(PurSightError) -> Element? {
    while true {
      let taken: Result<Element?, PurSightError>? = state.withLock { state in
        if !state.elements.isEmpty {
          let element = state.elements.removeFirst()
          state.producer?.resume()
          state.producer = nil
          return .success(element)
        }
        return state.end?.map { nil }
      }
      if let taken { return try taken.get() }
      await withCheckedContinuation { continuation in
        let mayGoOn = state.withLock { state in
          guard state.elements.isEmpty, state.end == nil else { return true }
          state.consumer = continuation
          return false
        }
        if mayGoOn { continuation.resume() }
      }
    }
  }

  /// Takes nothing any more, so that who sends can end.
  func abandon() {
    state.withLock { state in
      state.isAbandoned = true
      state.elements = []
      state.producer?.resume()
      state.producer = nil
    }
  }
}
