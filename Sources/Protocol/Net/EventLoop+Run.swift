internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

extension EventLoop {
  /// Passes over jobs, hooks and flushes before the descriptors are looked at again.
  private static let passesPerTick = 8

  /// The loop whose thread the caller is on.
  package static var current: EventLoop? {
    unsafe pthread_getspecific(currentKey).map {
      unsafe Unmanaged<EventLoop>.fromOpaque($0).takeUnretainedValue()
    }
  }

  /// Brings a task of this loop back to it from wherever the task is.
  package nonisolated(nonsending) func bringBack() async {
    unsafe await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
      // Resumed there, not here: a continuation that is resumed at once does not move.
      submit { unsafe continuation.resume() }
    }
  }

  /// Works on the calling thread until `stop` is called.
  package func run() {
    thread = pthread_self()
    unsafe pthread_setspecific(currentKey, Unmanaged.passUnretained(self).toOpaque())
    while !isStopping {
      tick()
    }
    for channel in closed { channel.release() }
    closed.removeAll()
    pthread_setspecific(currentKey, nil)
    thread = nil
  }

  private func tick() {
    let count = poller.wait(waitMilliseconds())
    readClock()
    if timers.count > 0 { fireTimers() }
    var index = 0
    while index < count {
      let (channel, readiness) = unsafe poller.event(index)
      if let channel = unsafe channel {
        unsafe channel._withUnsafeGuaranteedRef {
          if !$0.isClosed { $0.handler?.channelIsReady(readiness) }
        }
      } else {
        takeRemote()
      }
      index &+= 1
    }
    var passes = 0
    while passes < Self.passesPerTick {
      runJobs()
      if jobs.isEmpty {
        if unsafe flushing.isEmpty { break }
        flush()
        if jobs.isEmpty { break }
      }
      passes &+= 1
    }
    // What asks for another flush while it is flushed waits for its next turn.
    if unsafe passes == Self.passesPerTick && !flushing.isEmpty { flush() }
    if !closed.isEmpty { releaseClosed() }
  }

  /// How long the kernel may wait: not at all with work left, else until the next timer.
  private func waitMilliseconds() -> Int32 {
    if unsafe !jobs.isEmpty || !flushing.isEmpty { return 0 }
    guard let next = timers.nextEvent() else { return -1 }
    let passed = (monotonicNanoseconds() &- epoch) / 1_000_000
    return next <= passed ? 0 : Int32(min(next - passed, UInt64(Int32.max)))
  }

  private func runJobs() {
    let executor = unsafe asUnownedTaskExecutor()
    var count = jobs.count
    while count > 0 {
      unsafe jobs.pop().runSynchronously(on: executor)
      count &-= 1
    }
    for hook in tickHooks { hook() }
  }

  private func flush() {
    let count = unsafe flushing.count
    var index = 0
    while index < count {
      unsafe flushing[index]._withUnsafeGuaranteedRef {
        $0.awaitsFlush = false
        if !$0.isClosed { $0.handler?.channelFlush() }
      }
      index &+= 1
    }
    unsafe flushing.removeFirst(count)
  }

  private func fireTimers() {
    timers.advance(to: (now &- epoch) / 1_000_000, due: &dueTimers)
    if dueTimers.isEmpty { return }
    for timer in dueTimers { timer.fireIfDue() }
    dueTimers.removeAll(keepingCapacity: true)
  }

  private func releaseClosed() {
    // Letting go of a handler may close further channels.
    while let channel = closed.popLast() { channel.release() }
  }

  @inline(never) private func takeRemote() {
    poller.acknowledgeWake()
    let taken = remote.withLock { remote in
      let taken = remote
      remote.jobs = []
      remote.bodies = []
      remote.isWoken = false
      return taken
    }
    for job in taken.jobs { jobs.push(job) }
    for body in taken.bodies { body() }
    if taken.isStopping { isStopping = true }
  }
}

/// The key of `EventLoop.current`, one per process.
private let currentKey: pthread_key_t = {
  var key = pthread_key_t()
  unsafe pthread_key_create(&key, nil)
  return key
}()
