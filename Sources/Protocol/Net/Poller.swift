// The one file of this room that knows the operating system. Another system is another `Poller`
// with the same five verbs: kqueue(2) with EVFILT_USER for the wake-up has all that is needed.
#if os(Linux)
  internal import CPurSightLinux
  internal import Glibc

  /// The kernel's readiness queue: epoll(7), level-triggered, and an eventfd(2) to wake it.
  ///
  /// Owned by one loop. `wake` may be called from any thread, everything else from the loop's only.
  @safe struct Poller: ~Copyable {
    private let epoll: Int32
    private let wakeup: Int32
    private let events: UnsafeMutablePointer<epoll_event>

    /// Events taken from the kernel in one wait.
    private static let batch = 256

    init() throws(NetError) {
      let queue = epoll_create1(Int32(EPOLL_CLOEXEC))
      guard queue >= 0 else { throw .system("epoll_create1", "an event loop") }
      let event = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
      guard event >= 0 else {
        let error = NetError.system("eventfd", "an event loop")
        close(queue)
        throw error
      }
      (epoll, wakeup) = (queue, event)
      unsafe events = .allocate(capacity: Self.batch)
      // A nil pointer marks the wake-up; every channel has a pointer.
      var entry = unsafe epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(ptr: nil))
      _ = unsafe epoll_ctl(epoll, EPOLL_CTL_ADD, wakeup, &entry)
    }

    deinit {
      close(epoll)
      close(wakeup)
      unsafe events.deallocate()
    }

    /// Watches `descriptor`; `channel` comes back with its events.
    func add(
      _ descriptor: Int32, _ interest: Readiness, channel: Unmanaged<IOChannel>
    ) throws(NetError) {
      var entry = unsafe epoll_event(
        events: mask(interest), data: epoll_data_t(ptr: channel.toOpaque()))
      guard unsafe epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &entry) == 0 else {
        throw .system("epoll_ctl", "descriptor \(descriptor)")
      }
    }

    func modify(_ descriptor: Int32, _ interest: Readiness, channel: Unmanaged<IOChannel>) {
      var entry = unsafe epoll_event(
        events: mask(interest), data: epoll_data_t(ptr: channel.toOpaque()))
      _ = unsafe epoll_ctl(epoll, EPOLL_CTL_MOD, descriptor, &entry)
    }

    func remove(_ descriptor: Int32) {
      _ = epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, nil)
    }

    /// Waits for events; returns how many there are, 0 after the timeout or a signal.
    ///
    /// - Parameter milliseconds: 0 returns at once, negative waits without end.
    @inline(__always) func wait(_ milliseconds: Int32) -> Int {
      let count = unsafe epoll_wait(epoll, events, Int32(Self.batch), milliseconds)
      return count < 0 ? 0 : Int(count)
    }

    /// The event at `index` of the last wait; no channel means: somebody called `wake`.
    @inline(__always) func event(_ index: Int) -> (channel: Unmanaged<IOChannel>?, Readiness) {
      let entry = unsafe events[index]
      guard let pointer = unsafe entry.data.ptr else { return (nil, []) }
      var ready: Readiness = []
      if unsafe entry.events & EPOLLIN.rawValue != 0 { ready.formUnion(.input) }
      if unsafe entry.events & EPOLLOUT.rawValue != 0 { ready.formUnion(.output) }
      if unsafe entry.events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0 {
        ready.formUnion(.hangUp)
      }
      return unsafe (.fromOpaque(pointer), ready)
    }

    /// Makes the current or the next wait return. From any thread.
    func wake() { _ = eventfd_write(wakeup, 1) }

    /// Takes back what `wake` did.
    func acknowledgeWake() {
      var value: UInt64 = 0
      _ = unsafe eventfd_read(wakeup, &value)
    }

    @inline(__always) private func mask(_ interest: Readiness) -> UInt32 {
      (interest.contains(.input) ? EPOLLIN.rawValue : 0)
        | (interest.contains(.output) ? EPOLLOUT.rawValue : 0)
    }
  }

  /// Names the calling thread for debuggers and `top -H`, which show its first 15 bytes.
  func nameCurrentThread(_ name: String) {
    let name = String(decoding: name.utf8.prefix(15), as: UTF8.self)
    _ = unsafe pthread_setname_np(pthread_self(), name)
  }
#endif
