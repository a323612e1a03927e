/// A set of 64-bit fingerprints in memory: open addressing in the order of the fingerprints.
///
/// Because slots follow that order, growing copies front to back, and the sorted form is almost
/// there.
struct FingerprintSet: Sendable {
  /// Slots of the first table.
  private static let initialSlots = 1_024
  /// Above this many slots the table grows by a quarter instead of a half.
  private static let gentleSlots = 1 << 20

  /// 0 is empty, and no fingerprint is 0.
  private var slots: [UInt64] = []
  private(set) var count = 0

  /// Memory of all slots.
  var byteCount: Int { slots.count * MemoryLayout<UInt64>.stride }

  /// What is stored for a hash; 0 marks an empty slot.
  @inline(__always)
  static func stored(_ hash: UInt64) -> UInt64 { hash == 0 ? 1 : hash }

  /// The slot where the search for a fingerprint begins.
  @inline(__always)
  private static func slot(_ print: UInt64, _ slots: Int) -> Int {
    Int(truncatingIfNeeded: (print &>> 32 &* UInt64(truncatingIfNeeded: slots)) &>> 32)
  }

  @inline(__always)
  private static func contains(_ print: UInt64, _ slots: Span<UInt64>) -> Bool {
    var slot = slot(print, slots.count)
    while true {
      let found = slots[slot]
      if found == print { return true }
      if found == 0 { return false }
      slot &+= 1
      if slot == slots.count { slot = 0 }
    }
  }

  func contains(_ print: UInt64) -> Bool {
    slots.isEmpty ? false : Self.contains(print, slots.span)
  }

  /// Sets the bits of rows of `wanted` whose fingerprint is (or, for `false`, is not) in the set.
  ///
  /// One tight loop: the processor looks up several rows at once while memory answers.
  func find(
    _ prints: [UInt64], wanted: [UInt64], where isPresent: Bool, into result: inout [UInt64]
  ) {
    let prints = prints.span
    let slots = slots.span
    for word in wanted.indices {
      var rest = slots.isEmpty ? 0 : wanted[word]
      var found: UInt64 = 0
      while rest != 0 {
        let bit = rest.trailingZeroBitCount
        rest &= rest &- 1
        let isFound = Self.contains(Self.stored(prints[word &* 64 &+ bit]), slots)
        found |= (isFound ? 1 : 0) &<< UInt64(truncatingIfNeeded: bit)
      }
      result[word] = isPresent ? found : wanted[word] & ~found
    }
  }

  /// Adds fingerprints other than 0, once each.
  mutating func insert(contentsOf prints: [UInt64]) {
    // Three of five slots at most: a search for what is not there then takes four steps.
    if (count &+ prints.count) &* 5 > slots.count &* 3 { grow(adding: prints.count) }
    var added = 0
    var table = slots.mutableSpan
    for print in prints { added &+= Self.place(print, &table) }
    count += added
  }

  /// Puts a fingerprint into a table with room; 1 when it is new, else 0.
  @inline(__always)
  private static func place(_ print: UInt64, _ slots: inout MutableSpan<UInt64>) -> Int {
    var slot = slot(print, slots.count)
    while slots[slot] != 0 {
      if slots[slot] == print { return 0 }
      slot &+= 1
      if slot == slots.count { slot = 0 }
    }
    slots[slot] = print
    return 1
  }

  private mutating func grow(adding extra: Int) {
    let step = slots.count < Self.gentleSlots ? slots.count / 2 : slots.count / 4
    let needed = (count + extra) * 5 / 3 + 1
    var table = [UInt64](
      repeating: 0, count: max(Self.initialSlots, slots.count + step, needed))
    var target = table.mutableSpan
    for print in slots where print != 0 { _ = Self.place(print, &target) }
    slots = table
  }

  /// Every fingerprint, ascending.
  var sorted: [UInt64] { slots.filter { $0 != 0 }.sorted() }
}
