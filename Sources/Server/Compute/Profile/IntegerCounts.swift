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
  private var low = Int64.max
  private var high = Int64.min
  /// The number of different values.
  private(set) var distinct = 0

  init() {}

  var isEmpty: Bool { distinct == 0 }
  /// Whether there are more different values than are to be kept.
  var isOverflown: Bool { distinct > Self.maxValues }

  /// Counts values; stops as soon as there are too many different ones.
  ///
  /// - Returns: how many of them were counted.
  mutating func add(_ values: Span<Int64>) -> Int {
    guard values.count > 0 else { return 0 }
    var (low, high) = (low, high)
    for index in values.indices {
      low = min(low, values[index])
      high = max(high, values[index])
    }
    (self.low, self.high) = (low, high)
    prepare()
    if !window.isEmpty {
      let base = base
      var counters = window.mutableSpan
      var added = 0
      for index in values.indices {
        let slot = Int(truncatingIfNeeded: values[index] &- base)
        let count = counters[slot]
        added &+= count == 0 ? 1 : 0
        counters[slot] = count &+ 1
      }
      distinct += added
      return values.count
    }
    for index in values.indices {
      insert(values[index], times: 1)
      if isOverflown { return index + 1 }
    }
    return values.count
  }

  /// Counts one value several times.
  mutating func add(_ value: Int64, times: Int64) {
    low = min(low, value)
    high = max(high, value)
    prepare()
    if window.isEmpty { return insert(value, times: times) }
    let slot = Int(truncatingIfNeeded: value &- base)
    if window[slot] == 0 { distinct += 1 }
    window[slot] += times
  }

  /// Makes window or table fit the range of values.
  private mutating func prepare() {
    guard table.isEmpty else { return }
    let span = UInt64(bitPattern: high &- low)
    let reach = UInt64(bitPattern: high &- base)
    if !window.isEmpty, UInt64(bitPattern: low &- base) <= reach,
      reach < UInt64(Self.windowSize)
    {
      return
    }
    let old = entries
    if span < UInt64(Self.windowSize) {
      window = [Int64](repeating: 0, count: Self.windowSize)
      // Room on both sides; wraps around at the ends of the range, as all distances here do.
      base = low &- Int64(bitPattern: (UInt64(Self.windowSize) - 1 - span) / 2)
      for (value, count) in old { window[Int(truncatingIfNeeded: value &- base)] = count }
    } else {
      window = []
      table = [Slot](repeating: Slot(value: 0, count: 0), count: 1_024)
      distinct = 0
      for (value, count) in old { insert(value, times: count) }
    }
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
      return window.indices.compactMap { index in
        window[index] == 0 ? nil : (base &+ Int64(index), window[index])
      }
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
