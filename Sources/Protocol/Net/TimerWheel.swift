/// A hierarchical timer wheel: schedule and cancel in constant time, whatever is pending.
///
/// Six levels of 64 slots, each level 64 times coarser than the one below; a timer moves down a
/// level when its slot comes up (Varghese and Lauck, 1987, scheme 7). Times are ticks of one
/// millisecond since the loop's start. Pure: it reads no clock.
@safe struct TimerWheel: ~Copyable {
  private static let levels = 6
  private static let bits = 6
  private static let slots = 1 << bits
  /// The longest time a timer may lie ahead, in ticks: about two years.
  static let horizon = UInt64(1) << UInt64(levels * bits) - 1

  private var heads: UnsafeMutablePointer<Unmanaged<LoopTimer>?>
  private var occupied: [UInt64]
  /// The tick up to which everything due has been taken out.
  private(set) var current: UInt64 = 0
  private(set) var count = 0

  init() {
    let size = Self.levels * Self.slots
    unsafe heads = .allocate(capacity: size)
    unsafe heads.initialize(repeating: nil, count: size)
    occupied = Array(repeating: 0, count: Self.levels)
  }

  deinit {
    for index in 0..<(Self.levels * Self.slots) {
      var entry = unsafe heads[index]
      while let timer = unsafe entry {
        unsafe entry = timer.takeUnretainedValue().next.map { unsafe .passUnretained($0) }
        unsafe timer.release()
      }
    }
    unsafe heads.deallocate()
  }

  /// Schedules `timer` for `tick`, at the earliest for the next one. It must not be scheduled yet.
  mutating func insert(_ timer: LoopTimer, at tick: UInt64) {
    precondition(!timer.isScheduled, "a timer is scheduled once")
    timer.expiry = min(max(tick, current + 1), current + Self.horizon)
    _ = unsafe Unmanaged.passRetained(timer)
    link(timer)
    count += 1
  }

  /// Takes `timer` out; returns whether it was scheduled.
  @discardableResult mutating func remove(_ timer: LoopTimer) -> Bool {
    switch timer.slot {
    case LoopTimer.unscheduled:
      return false
    case LoopTimer.due:
      timer.slot = LoopTimer.unscheduled
      return true
    default:
      unlink(timer)
      count -= 1
      unsafe Unmanaged.passUnretained(timer).release()
      return true
    }
  }

  /// Moves time to `tick` and appends what has become due, in order of expiry, marked `due`.
  mutating func advance(to tick: UInt64, due: inout [LoopTimer]) {
    while let time = nextEvent(), time <= tick {
      // A slot of each level may come up at the same time; the coarse ones hold exact hits too.
      var arrived: [LoopTimer] = []
      for level in 0..<Self.levels {
        guard let (slot, at) = nextSlot(level), at == time else { continue }
        while let timer = unsafe heads[slot]?.takeUnretainedValue() {
          unlink(timer)
          arrived.append(timer)
        }
      }
      current = time
      for timer in arrived {
        if timer.expiry > current {
          link(timer)
        } else {
          count -= 1
          timer.slot = LoopTimer.due
          unsafe Unmanaged.passUnretained(timer).release()
          due.append(timer)
        }
      }
    }
    current = max(current, tick)
  }

  /// The tick at which `advance` has something to do, nil if nothing is scheduled.
  ///
  /// It may come before the next expiry, when a timer only moves down a level.
  func nextEvent() -> UInt64? {
    if count == 0 { return nil }
    var earliest: UInt64?
    for level in 0..<Self.levels {
      guard let (_, time) = nextSlot(level) else { continue }
      earliest = min(earliest ?? time, time)
    }
    return earliest
  }

  /// The next occupied slot of a level and the tick at which it comes up.
  private func nextSlot(_ level: Int) -> (slot: Int, time: UInt64)? {
    let map = occupied[level]
    if map == 0 { return nil }
    let base = current >> UInt64(level * Self.bits)
    let index = Int(base & UInt64(Self.slots - 1))
    // The present slot was emptied when it came up: what is in it now is a full turn away.
    let shift = UInt64((index + 1) & (Self.slots - 1))
    let rotated = map >> shift | map << ((UInt64(Self.slots) - shift) & UInt64(Self.slots - 1))
    let distance = rotated.trailingZeroBitCount + 1
    let slot = level * Self.slots + ((index + distance) & (Self.slots - 1))
    return (slot, (base + UInt64(distance)) << UInt64(level * Self.bits))
  }

  private mutating func link(_ timer: LoopTimer) {
    let distance = timer.expiry - current
    let level = (63 - distance.leadingZeroBitCount) / Self.bits
    let index = Int(timer.expiry >> UInt64(level * Self.bits)) & (Self.slots - 1)
    let slot = level * Self.slots + index
    let head = unsafe heads[slot]?.takeUnretainedValue()
    timer.slot = slot
    timer.previous = nil
    timer.next = head
    if let head { head.previous = timer }
    unsafe heads[slot] = .passUnretained(timer)
    occupied[level] |= 1 << UInt64(index)
  }

  private mutating func unlink(_ timer: LoopTimer) {
    let slot = timer.slot
    let (previous, next) = (timer.previous, timer.next)
    if let previous {
      previous.next = next
    } else {
      unsafe heads[slot] = next.map { unsafe .passUnretained($0) }
      if next == nil { occupied[slot / Self.slots] &= ~(1 << UInt64(slot % Self.slots)) }
    }
    if let next { next.previous = previous }
    timer.slot = LoopTimer.unscheduled
    timer.previous = nil
    timer.next = nil
  }
}
