/// The jobs a loop has to run: a ring that only the loop's own thread touches.
///
/// It has no limit of its own: a job is a task that already exists, so the limits on calls and
/// connections bound it.
@safe struct JobRing: ~Copyable {
  private var base: UnsafeMutablePointer<UnownedJob>
  private var mask: Int
  private var head = 0
  private var tail = 0

  /// Slots at the start; a power of two.
  private static let initialCapacity = 1024

  init() {
    mask = Self.initialCapacity - 1
    unsafe base = .allocate(capacity: Self.initialCapacity)
  }

  deinit { unsafe base.deallocate() }

  @inline(__always) var isEmpty: Bool { head == tail }
  @inline(__always) var count: Int { tail &- head }

  @inline(__always) mutating func push(_ job: UnownedJob) {
    if tail &- head > mask { grow() }
    unsafe (base + (tail & mask)).initialize(to: job)
    tail &+= 1
  }

  /// Takes the oldest job. The ring must not be empty.
  @inline(__always) mutating func pop() -> UnownedJob {
    let job = unsafe base[head & mask]
    head &+= 1
    return job
  }

  @inline(never) private mutating func grow() {
    let (used, capacity) = (count, (mask + 1) * 2)
    let larger = UnsafeMutablePointer<UnownedJob>.allocate(capacity: capacity)
    for index in 0..<used {
      unsafe (larger + index).initialize(to: base[(head &+ index) & mask])
    }
    unsafe base.deallocate()
    unsafe base = larger
    (mask, head, tail) = (capacity - 1, 0, used)
  }
}
