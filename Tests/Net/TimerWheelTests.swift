import Testing

@testable import PurSightNet

@Suite("TimerWheel") struct TimerWheelTests {
  /// Every timer fires in the first advance at or behind its tick, in order, unless it was
  /// cancelled.
  @Test(arguments: [1, 2, 3, 4, 5])
  func `it agrees with a sorted list`(_ seed: UInt64) {
    var random = Generator(seed: seed)
    var wheel = TimerWheel()
    var pending: [ObjectIdentifier: (timer: LoopTimer, tick: UInt64)] = [:]
    var now: UInt64 = 0
    for _ in 0..<2000 {
      for _ in 0..<(random.next() % 4) {
        let timer = LoopTimer {}
        // Near and far: every level comes up.
        let tick = now + 1 + random.next() % (1 << (random.next() % 30))
        wheel.insert(timer, at: tick)
        pending[ObjectIdentifier(timer)] = (timer, tick)
      }
      if random.next() % 3 == 0, let victim = pending.values.randomElement(using: &random) {
        let (first, second) = (wheel.remove(victim.timer), wheel.remove(victim.timer))
        #expect(first && !second)
        pending[ObjectIdentifier(victim.timer)] = nil
      }
      let step = random.next() % (1 << (random.next() % 22))
      if let event = wheel.nextEvent(), let first = pending.values.map(\.tick).min() {
        #expect(event <= first)
      }
      now += step
      var due: [LoopTimer] = []
      wheel.advance(to: now, due: &due)
      let expected = pending.values.filter { $0.tick <= now }
      #expect(
        Set(due.map(ObjectIdentifier.init)) == Set(expected.map { ObjectIdentifier($0.timer) }))
      let ticks = due.compactMap { pending[ObjectIdentifier($0)]?.tick }
      #expect(ticks == ticks.sorted())
      for timer in due { pending[ObjectIdentifier(timer)] = nil }
      let (count, event) = (wheel.count, wheel.nextEvent())
      #expect(count == pending.count)
      #expect((event == nil) == pending.isEmpty)
    }
  }

  @Test func `a timer of the past fires at the next tick`() {
    var wheel = TimerWheel()
    var due: [LoopTimer] = []
    wheel.advance(to: 1000, due: &due)
    let timer = LoopTimer {}
    wheel.insert(timer, at: 5)
    wheel.advance(to: 1000, due: &due)
    #expect(due.isEmpty)
    wheel.advance(to: 1001, due: &due)
    #expect(due.count == 1)
  }

  @Test func `a timer that is due may still be cancelled by one that fires before it`() {
    var wheel = TimerWheel()
    var fired: [Int] = []
    let second = LoopTimer { fired.append(2) }
    let first = LoopTimer { fired.append(1) }
    wheel.insert(first, at: 1)
    wheel.insert(second, at: 2)
    var due: [LoopTimer] = []
    wheel.advance(to: 2, due: &due)
    due[0].fireIfDue()
    let isRemoved = wheel.remove(second)
    #expect(isRemoved)
    due[1].fireIfDue()
    #expect(fired == [1])
  }
}

/// SplitMix64, so that a failing run can be repeated.
struct Generator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
