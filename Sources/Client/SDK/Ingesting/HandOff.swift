internal import PurSightRPC
internal import Synchronization

/// Hands values from one task to another: the first waits while the second is too far behind.
final class HandOff<Element: Sendable>: Sendable {
  private struct State {
    var elements: [(element: Element, cost: Int)] = []
    /// Of all elements together.
    var cost = 0
    var end: Result<Void, PurSightError>?
    var producer: CheckedContinuation<Void, Never>?
    var consumer: CheckedContinuation<Void, Never>?
    /// Nobody takes anything any more.
    var isAbandoned = false
  }

  private let state = Mutex(State())
  private let capacity: Int

  /// - Parameter capacity: What the elements that wait may cost together; one may always wait.
  init(capacity: Int) { self.capacity = capacity }

  /// Hands over one element; suspends while those that wait cost `capacity` or more.
  /// - Returns: Whether anybody wants more.
  func send(_ element: sending Element, cost: Int) async -> Bool {
    let isWanted = state.withLock { state in
      if !state.isAbandoned {
        state.elements.append((element, cost))
        state.cost += cost
      }
      state.consumer?.resume()
      state.consumer = nil
      return !state.isAbandoned
    }
    guard isWanted else { return false }
    await withCheckedContinuation { continuation in
      let mayGoOn = state.withLock { state in
        guard state.cost >= capacity, !state.isAbandoned else { return true }
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
          let (element, cost) = state.elements.removeFirst()
          state.cost -= cost
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
