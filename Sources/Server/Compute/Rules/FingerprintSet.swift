/// A set of 64-bit fingerprints in memory of bounded size.
///
/// It is split into partitions by the highest bits, each an open-addressing table whose slots
/// follow the order of the fingerprints, so that growing one copies a 256th of the memory only.
struct FingerprintSet: Sendable {
  private static let partitionBits = 8
  /// Slots of a new partition.
  private static let initialSlots = 16

  /// Per partition the slots; 0 is empty, and no fingerprint is 0.
  private var partitions: [[UInt64]]
  private var counts: [Int]
  private(set) var count = 0
  /// Memory of all slots.
  private(set) var byteCount = 0

  init() {
    partitions = [[UInt64]](repeating: [], count: 1 << Self.partitionBits)
    counts = [Int](repeating: 0, count: partitions.count)
  }

  /// What is stored for a hash; 0 marks an empty slot.
  @inline(__always)
  static func stored(_ hash: UInt64) -> UInt64 { hash == 0 ? 1 : hash }

  @inline(__always)
  private static func partition(_ print: UInt64) -> Int {
    Int(truncatingIfNeeded: print &>> UInt64(64 - partitionBits))
  }

  /// The slot where the search for a fingerprint begins.
  @inline(__always)
  private static func slot(_ print: UInt64, _ slots: Int) -> Int {
    let fraction = (print &<< UInt64(partitionBits)) &>> 32
    return Int(truncatingIfNeeded: (fraction &* UInt64(truncatingIfNeeded: slots)) &>> 32)
  }

  @inline(__always)
  func contains(_ print: UInt64) -> Bool {
    let index = Self.partition(print)
    let slots = partitions[index].count
    if slots == 0 { return false }
    var slot = Self.slot(print, slots)
    while true {
      let found = partitions[index][slot]
      if found == print { return true }
      if found == 0 { return false }
      slot &+= 1
      if slot == slots { slot = 0 }
    }
  }

  /// Sets the bits of rows of `wanted` whose fingerprint is (or, for `false`, is not) in the set.
  ///
  /// One tight loop: the processor looks up several rows at once while memory answers.
  func find(
    _ prints: [UInt64], wanted: [UInt64], where isPresent: Bool, into result: inout [UInt64]
  ) {
    let prints = prints.span
    for word in wanted.indices {
      var rest = wanted[word]
      var found: UInt64 = 0
      while rest != 0 {
        let bit = rest.trailingZeroBitCount
        rest &= rest &- 1
        if contains(Self.stored(prints[word &* 64 &+ bit])) {
          found |= 1 &<< UInt64(truncatingIfNeeded: bit)
        }
      }
      result[word] = isPresent ? found : wanted[word] & ~found
    }
  }

  /// Adds a fingerprint other than 0; false when it was there.
  @discardableResult
  mutating func insert(_ print: UInt64) -> Bool {
    let index = Self.partition(print)
    if (counts[index] &+ 1) &* 5 > partitions[index].count &* 4 { grow(index) }
    guard Self.place(print, &partitions[index]) else { return false }
    counts[index] &+= 1
    count &+= 1
    return true
  }

  @inline(__always)
  private static func place(_ print: UInt64, _ table: inout [UInt64]) -> Bool {
    var slots = table.mutableSpan
    var slot = slot(print, slots.count)
    while slots[slot] != 0 {
      if slots[slot] == print { return false }
      slot &+= 1
      if slot == slots.count { slot = 0 }
    }
    slots[slot] = print
    return true
  }

  private mutating func grow(_ index: Int) {
    let old = partitions[index]
    let slots = max(Self.initialSlots, old.count + old.count / 2)
    var table = [UInt64](repeating: 0, count: slots)
    for print in old where print != 0 { _ = Self.place(print, &table) }
    partitions[index] = table
    byteCount += (slots - old.count) * MemoryLayout<UInt64>.stride
  }

  /// Every fingerprint, ascending.
  var sorted: [UInt64] {
    var result: [UInt64] = []
    result.reserveCapacity(count)
    for slots in partitions { result += slots.filter { $0 != 0 }.sorted() }
    return result
  }
}
