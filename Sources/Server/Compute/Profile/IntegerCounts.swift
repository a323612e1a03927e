/// How often each of a limited number of different integers occurs.
///
/// Close integers are counted in a window of counters, others in a hash table; what is stored and
/// compared does not show which.
struct IntegerCounts: Sendable {
  /// Most different values.
  static let maxValues = 8_192
  /// Counters of the window.
  private static let windowSize = 16_384

  private struct Slot {
    var value: Int64
    /// 0 is empty.
    var count: Int64
  }

  /// Counters of `base`, `base + 1`, …; empty when the table is used.
  private var window: [Int64] = []
  private var base: Int64 = 0
  private var table: [Slot] = []
  /// The number of different values.
  private(set) var distinct = 0

  init() {}

  /// Whether there are more different values than are to be kept.
  var isOverflown: Bool { distinct > Self.maxValues }

  /// Counts values; stops as soon as there are too many different ones.
  ///
  /// - Returns: how many of them were counted.
  mutating func add(_ values: Span<Int64>) -> Int {
    var done = 0
    while done < values.count {
      if table.isEmpty { done = addToWindow(values, from: done) }
      if isOverflown || done == values.count { return done }
      if table.isEmpty { makeRoom(for: values, from: done) }
      if table.isEmpty { continue }
      while done < values.count, !isOverflown {
        insert(values[done], times: 1)
        done &+= 1
      }
      return done
    }
    return done
  }

  /// Counts values as long as they lie in the window; returns where it stopped.
  private mutating func addToWindow(_ values: Span<Int64>, from start: Int) -> Int {
    guard !window.isEmpty else { return start }
    let base = base
    var added = 0
    var index = start
    var counters = window.mutableSpan
    while index < values.count {
      let slot = UInt64(bitPattern: values[index] &- base)
      guard slot < UInt64(Self.windowSize) else { break }
      let count = counters[Int(truncatingIfNeeded: slot)]
      added &+= count == 0 ? 1 : 0
      counters[Int(truncatingIfNeeded: slot)] = count &+ 1
      index &+= 1
    }
    distinct += added
    return index
  }

  /// Moves the window to where the values from `start` on and those before fit, or gives it up.
  private mutating func makeRoom(for values: Span<Int64>, from start: Int) {
    var (low, high) = (values[start], values[start])
    for index in start..<values.count {
      low = min(low, values[index])
      high = max(high, values[index])
    }
    let old = entries
    if let first = old.first, let last = old.last {
      low = min(low, first.value)
      high = max(high, last.value)
    }
    let span = UInt64(bitPattern: high &- low)
    guard span < UInt64(Self.windowSize) else {
      window = []
      table = [Slot](repeating: Slot(value: 0, count: 0), count: 1_024)
      distinct = 0
      for (value, count) in old { insert(value, times: count) }
      return
    }
    window = [Int64](repeating: 0, count: Self.windowSize)
    // Room on both sides; wraps around at the ends of the range, as all distances here do.
    base = low &- Int64(bitPattern: (UInt64(Self.windowSize) - 1 - span) / 2)
    for (value, count) in old { window[Int(truncatingIfNeeded: value &- base)] = count }
  }

  /// Counts one value several times.
  mutating func add(_ value: Int64, times: Int64) {
    if table.isEmpty {
      let isOutside = UInt64(bitPattern: value &- base) >= UInt64(Self.windowSize)
      if window.isEmpty || isOutside { makeRoom(for: [value].span, from: 0) }
    }
    guard table.isEmpty else { return insert(value, times: times) }
    let slot = Int(truncatingIfNeeded: value &- base)
    if window[slot] == 0 { distinct += 1 }
    window[slot] += times
  }

  @inline(__always)
  private mutating func insert(_ value: Int64, times: Int64) {
    let mask = table.count &- 1
    var slot = Int(truncatingIfNeeded: Fingerprint.integer(value)) & mask
    while table[slot].count != 0 {
      if table[slot].value == value {
        table[slot].count &+= times
        return
      }
      slot = (slot &+ 1) & mask
    }
    table[slot] = Slot(value: value, count: times)
    distinct &+= 1
    if distinct &* 2 > table.count { growTable() }
  }

  private mutating func growTable() {
    let old = table
    table = [Slot](repeating: Slot(value: 0, count: 0), count: old.count * 2)
    distinct = 0
    for slot in old where slot.count > 0 { insert(slot.value, times: slot.count) }
  }

  /// The values with their counts, ascending.
  var entries: [(value: Int64, count: Int64)] {
    if table.isEmpty {
      let counted = window.indices.compactMap { index in
        window[index] == 0 ? nil : (value: base &+ Int64(index), count: window[index])
      }
      // A window at the end of the range wraps around, and then does not ascend.
      return base &+ Int64(Self.windowSize) < base
        ? counted.sorted { $0.value < $1.value } : counted
    }
    return table.filter { $0.count > 0 }.map { ($0.value, $0.count) }
      .sorted { $0.0 < $1.0 }
  }

  func write(to writer: inout StateWriter) {
    let entries = entries
    writer.append(entries.count)
    var before: Int64 = 0
    for (value, count) in entries {
      writer.append(UInt64(bitPattern: value &- before))
      writer.append(UInt64(count))
      before = value
    }
  }

  init(from reader: inout StateReader) throws(ComputeError) {
    let count = try reader.count(limit: Self.maxValues)
    var value: Int64 = 0
    for index in 0..<count {
      let next = value &+ Int64(bitPattern: try reader.number())
      let times = try reader.rows()
      guard index == 0 || next > value, times > 0 else {
        throw ComputeError(.malformed, "a stored profile has values out of order")
      }
      value = next
      add(value, times: times)
    }
  }
}
