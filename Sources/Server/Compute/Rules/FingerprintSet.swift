/// A set of 64-bit fingerprints in memory: open addressing in the order of the fingerprints.
///
/// Because slots follow that order, a large table grows in its place, without a second one beside
/// it, and the sorted form is almost there.
struct FingerprintSet: Sendable {
  /// Slots of the first table.
  private static let initialSlots = 1_024
  /// From this many slots on the table grows by a quarter in address space reserved for it (memory
  /// is taken when it is touched); below it doubles.
  private let gentleSlots: Int
  private let reservedSlots: Int

  /// 0 is empty, and no fingerprint is 0.
  private var slots: [UInt64] = []
  private(set) var count = 0

  init(gentleSlots: Int = 1 << 20, reservedSlots: Int = 1 << 23) {
    self.gentleSlots = gentleSlots
    self.reservedSlots = reservedSlots
  }

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
    let needed = (count + extra) * 5 / 3 + 1
    let step = slots.count < gentleSlots ? slots.count : slots.count / 4
    let size = max(Self.initialSlots, slots.count + step, needed)
    if size <= slots.capacity, slots.count >= gentleSlots { return stretch(to: size) }
    var table: [UInt64] = []
    if size >= gentleSlots { table.reserveCapacity(max(size, reservedSlots)) }
    table.append(contentsOf: repeatElement(0, count: size))
    var target = table.mutableSpan
    for print in slots where print != 0 { _ = Self.place(print, &target) }
    slots = table
  }

  /// Lengthens the table where it is.
  ///
  /// Fingerprints are moved together at the front, then from the last to the first to their new
  /// slots, which lie behind those not yet moved; the few whose slots do not are put in at the end.
  private mutating func stretch(to size: Int) {
    slots.append(contentsOf: repeatElement(0, count: size - slots.count))
    var table = slots.mutableSpan
    var packed = 0
    for slot in 0..<table.count where table[slot] != 0 {
      let print = table[slot]
      table[slot] = 0
      table[packed] = print
      packed &+= 1
    }
    var late: [UInt64] = []
    var index = packed
    while index > 0 {
      index &-= 1
      let print = table[index]
      table[index] = 0
      var slot = Self.slot(print, table.count)
      if slot < index {
        late.append(print)
        continue
      }
      while slot < table.count, table[slot] != 0 { slot &+= 1 }
      if slot < table.count { table[slot] = print } else { late.append(print) }
    }
    for print in late { _ = Self.place(print, &table) }
  }

  /// Every fingerprint, ascending.
  var sorted: [UInt64] { slots.filter { $0 != 0 }.sorted() }
}
