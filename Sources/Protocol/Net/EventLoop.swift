package import Synchronization

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// One thread that waits for descriptors and timers and runs the tasks that belong to it.
///
/// As `TaskExecutor` it runs calls (`Task.immediate(executorPreference: loop)`), as
/// `SerialExecutor` an actor (`unownedExecutor`). A job that is enqueued on the loop's own thread
/// goes into a ring without lock or system call; from elsewhere it costs a mutex and at most one
/// wake-up per tick.
///
/// A tick: wait → timers → ready channels → jobs and tick hooks, again while there are jobs → flush
/// the channels that asked for it → let go of closed channels. Anything that takes more than about
/// 100 µs of CPU must leave the loop: `withTaskExecutorPreference(globalConcurrentExecutor)`.
///
/// `@unchecked Sendable`: what may be used from other threads is in `remote`, a mutex, or
/// immutable; everything else is touched on the loop's thread only, which debug builds assert.
@safe package final class EventLoop: TaskExecutor, SerialExecutor, @unchecked Sendable {
  /// What other threads hand over.
  struct Remote {
    var jobs: [UnownedJob] = []
    var bodies: [@Sendable () -> Void] = []
    var isWoken = false
    var isStopping = false
  }

  let poller: Poller
  let remote = Mutex(Remote())
  @safe @exclusivity(unchecked) var thread: pthread_t?
  @safe @exclusivity(unchecked) var jobs = JobRing()
  @safe @exclusivity(unchecked) var flushing: [Unmanaged<IOChannel>] = unsafe []
  @safe @exclusivity(unchecked) var closed: [IOChannel] = []
  @safe @exclusivity(unchecked) var timers = TimerWheel()
  @safe @exclusivity(unchecked) var dueTimers: [LoopTimer] = []
  @safe @exclusivity(unchecked) var tickHooks: [() -> Void] = []
  @safe @exclusivity(unchecked) var isStopping = false
  /// Monotonic nanoseconds at which the wheel's tick 0 lies.
  let epoch: UInt64

  /// Monotonic time at the start of this tick, in nanoseconds: cheap, and good to about a tick.
  package var now: UInt64 { @inline(__always) get { clock } }
  @safe @exclusivity(unchecked) private var clock: UInt64

  /// A block to receive into, valid until the handler returns. Loop's thread only.
  package let receiveBlock = UnsafeMutableRawBufferPointer.allocate(
    byteCount: receiveBlockBytes, alignment: 64)
  /// A block to gather output in, valid until the handler returns. Loop's thread only.
  package let sendBlock = UnsafeMutableRawBufferPointer.allocate(
    byteCount: sendBlockBytes, alignment: 64)
  package static let receiveBlockBytes = 64 << 10
  package static let sendBlockBytes = 128 << 10

  /// How many connections live here, as counted by those who place them. From any thread.
  package let connectionCount = Atomic<Int>(0)

  /// Makes a loop that does not run yet. Throws when the process is out of descriptors.
  package init() throws(NetError) {
    poller = try Poller()
    epoch = monotonicNanoseconds()
    clock = epoch
  }

  deinit {
    unsafe receiveBlock.deallocate()
    unsafe sendBlock.deallocate()
  }

  // MARK: Executor

  /// Whether the caller is on the loop's thread.
  @inline(__always) package var isCurrent: Bool { thread == pthread_self() }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    if isCurrent { jobs.push(job) } else { enqueueRemotely(job) }
  }

  @inline(never) private func enqueueRemotely(_ job: UnownedJob) {
    handOver { $0.jobs.append(job) }
  }

  package func asUnownedSerialExecutor() -> UnownedSerialExecutor {
    unsafe UnownedSerialExecutor(ordinary: self)
  }

  package func asUnownedTaskExecutor() -> UnownedTaskExecutor {
    unsafe UnownedTaskExecutor(ordinary: self)
  }

  package func checkIsolated() { precondition(isCurrent, "not on this event loop") }

  package func isIsolatingCurrentContext() -> Bool? { isCurrent }

  // MARK: From any thread

  /// Runs `body` on the loop's thread, in order of submission, soon.
  package func submit(_ body: @escaping @Sendable () -> Void) {
    handOver { $0.bodies.append(body) }
  }

  /// Ends `run` when the jobs that are ready now are done. Tasks that are suspended here are never
  /// resumed: whoever stops a loop has ended its work before.
  package func stop() {
    handOver { $0.isStopping = true }
  }

  private func handOver(_ change: (inout sending Remote) -> Void) {
    let mustWake = remote.withLock { remote in
      change(&remote)
      defer { remote.isWoken = true }
      return !remote.isWoken
    }
    if mustWake { poller.wake() }
  }

  // MARK: On the loop's thread

  /// Starts watching `descriptor`, which must be non-blocking, and returns its channel.
  package func register(
    _ descriptor: Int32, interest: Readiness, handler: any IOChannelHandler
  ) throws(NetError) -> IOChannel {
    assert(isCurrent, "a channel is registered on its loop's thread")
    let channel = IOChannel(descriptor, loop: self, interest: interest, handler: handler)
    let reference = unsafe Unmanaged.passRetained(channel)
    do {
      unsafe try poller.add(descriptor, interest, channel: reference)
    } catch {
      unsafe reference.release()
      throw error
    }
    return channel
  }

  /// Adds a closure that runs after each pass over the jobs, for as long as the loop lives.
  package func addTickHook(_ hook: @escaping () -> Void) {
    assert(isCurrent, "a tick hook is added on the loop's thread")
    tickHooks.append(hook)
  }

  /// Has `timer` fire `delay` from now, rounded up to milliseconds; an earlier setting is undone.
  package func schedule(_ timer: LoopTimer, after delay: Duration) {
    schedule(timer, at: now &+ nanoseconds(delay))
  }

  /// Has `timer` fire when the monotonic clock shows `instant` nanoseconds.
  package func schedule(_ timer: LoopTimer, at instant: UInt64) {
    assert(isCurrent, "a timer is scheduled on its loop's thread")
    timers.remove(timer)
    timers.insert(timer, at: (max(instant, epoch) - epoch + 999_999) / 1_000_000)
  }

  /// Undoes `schedule`; does nothing if the timer is not scheduled.
  package func cancel(_ timer: LoopTimer) {
    assert(isCurrent, "a timer is cancelled on its loop's thread")
    timers.remove(timer)
  }

  @inline(__always) func appendFlush(_ channel: IOChannel) {
    unsafe flushing.append(.passUnretained(channel))
  }

  func unregister(_ channel: IOChannel) {
    assert(isCurrent, "a channel is closed on its loop's thread")
    poller.remove(channel.descriptor)
    // The events of this tick may still name it: it goes when the tick is over.
    closed.append(channel)
    unsafe Unmanaged.passUnretained(channel).release()
  }

  func readClock() { clock = monotonicNanoseconds() }
}

/// The monotonic clock, in nanoseconds.
package func monotonicNanoseconds() -> UInt64 {
  var time = timespec()
  unsafe clock_gettime(CLOCK_MONOTONIC, &time)
  return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
}

/// `duration` in nanoseconds: 0 if negative, at most 292 years.
package func nanoseconds(_ duration: Duration) -> UInt64 {
  let (seconds, attoseconds) = duration.components
  if seconds < 0 || attoseconds < 0 { return 0 }
  let whole = min(UInt64(seconds), UInt64(Int64.max) / 1_000_000_000 - 1)
  return whole * 1_000_000_000 + UInt64(attoseconds) / 1_000_000_000
}
