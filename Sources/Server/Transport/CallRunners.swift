internal import PurSightNet

/// Parked tasks that work off a loop's ready calls.
///
/// Not a task per call: one wake per batch, and a handler that does not suspend costs a plain
/// `await`. A handler that suspends keeps its runner, and the calls behind it get the next one. A
/// cancelled call spoils its task (cancellation is sticky), so that runner ends with it.
///
/// `@unchecked Sendable`: only the closures of its own tasks capture it, and those run on the loop.
@safe final class CallRunners: @unchecked Sendable {
  /// One task and the calls it has taken.
  @safe final class Runner: @unchecked Sendable {
    @safe @exclusivity(unchecked) fileprivate var parked: UnsafeContinuation<Void, Never>?
    @safe @exclusivity(unchecked) fileprivate var task: Task<Void, Never>?
    @safe @exclusivity(unchecked) fileprivate var isCancelled = false

    /// Cancels the task, and with it the call that it holds now.
    func cancel() {
      isCancelled = true
      task?.cancel()
    }
  }

  private let loop: EventLoop
  private let maxDelay: UInt64
  @safe @exclusivity(unchecked) private var ready: [Unmanaged<TransportCall>] = unsafe []
  @safe @exclusivity(unchecked) private var head = 0
  @safe @exclusivity(unchecked) private var idle: [Runner] = []
  @safe @exclusivity(unchecked) private var isStopping = false
  @safe @exclusivity(unchecked) private var popped: UInt64 = 0

  /// The clock is read once in 256 calls.
  private static let clockMask: UInt64 = 255

  /// Parked runners that are kept; after a burst the rest ends.
  private static let maxIdle = 1024

  /// - Parameter maxDelay: Nanoseconds that a call may wait for its handler.
  init(_ loop: EventLoop, maxDelay: UInt64) {
    self.loop = loop
    self.maxDelay = maxDelay
  }

  @inline(__always) func append(_ call: TransportCall) {
    unsafe ready.append(.passUnretained(call))
  }

  /// Sees to it that somebody works while calls are ready; after each pass over the loop's jobs.
  @inline(__always) func kick() {
    while unsafe head < ready.count {
      if let runner = idle.popLast() {
        // One job in the loop's ring. If its first call suspends, the next kick finds the rest.
        resume(runner)
        return
      }
      start()
    }
  }

  /// Ends the parked runners. Those with a call end after it.
  func stop() {
    isStopping = true
    while let runner = idle.popLast() { resume(runner) }
  }

  /// Refuses the calls that have waited too long, all in one go: on a loop with more work than
  /// time, late answers help nobody and make the next ones late, too.
  @inline(never) private func shedLate() {
    guard unsafe head < ready.count else { return }
    let now = monotonicNanoseconds()
    for index in unsafe head..<ready.count {
      unsafe ready[index]._withUnsafeGuaranteedRef { call in
        let isLate = call.answer == .none && now > call.lastInput &+ maxDelay
        guard isLate, !call.isControl else { return }
        call.shed("The server is too busy to begin with this call in time.")
      }
    }
  }

  private func resume(_ runner: Runner) {
    let parked = runner.parked
    runner.parked = nil
    unsafe parked?.resume()
  }

  @inline(never) private func start() {
    let runner = Runner()
    // Runs at once, up to the first suspension.
    let task = Task.immediate(executorPreference: loop) { await self.work(runner) }
    runner.task = task
    if runner.isCancelled { task.cancel() }
  }

  private func work(_ runner: Runner) async {
    while true {
      while let call = pop() {
        popped &+= 1
        if popped & Self.clockMask == 0 { shedLate() }
        await call.run(runner)
        if runner.isCancelled { return }
      }
      if isStopping || idle.count >= Self.maxIdle { return }
      unsafe await withUnsafeContinuation {
        runner.parked = unsafe $0
        idle.append(runner)
      }
    }
  }

  @inline(__always) private func pop() -> TransportCall? {
    guard unsafe head < ready.count else {
      unsafe ready.removeAll(keepingCapacity: true)
      head = 0
      return nil
    }
    head &+= 1
    return unsafe ready[head &- 1]._withUnsafeGuaranteedRef { $0 }
  }
}
