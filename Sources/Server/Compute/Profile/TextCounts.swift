internal import PurSightArrow

/// How often each of a limited number of different texts occurs.
struct TextCounts: Sendable {
  /// Most different texts.
  static let maxTexts = 8_192
  /// Most bytes of all different texts.
  static let maxBytes = 524_288

  private struct Entry {
    var hash: UInt64
    var count: Int64
    /// The first eight bytes; of a shorter text all of it.
    var head: UInt64
    var start: Int32
    var length: Int32
  }

  private var entries: [Entry] = []
  private var bytes: [UInt8] = []
  /// Open addressing; -1 is empty, else an index of `entries`.
  private var slots = [Int32](repeating: -1, count: 1_024)

  init() {}

  var isEmpty: Bool { entries.isEmpty }
  var distinct: Int { entries.count }

  /// Whether there is more than is to be kept.
  var isOverflown: Bool { entries.count > Self.maxTexts || bytes.count > Self.maxBytes }

  /// Counts a text that occurs `times` times.
  @inline(__always)
  mutating func add(
    _ text: borrowing RawSpan, _ start: Int, _ count: Int, hash: UInt64, times: Int64 = 1
  ) {
    let mask = slots.count &- 1
    let head = Bytes.word(text, start, min(count, 8))
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] >= 0 {
      let index = Int(slots[slot])
      if entries[index].hash == hash, entries[index].head == head,
        Int(entries[index].length) == count, count <= 8 || isText(index, text, start, count)
      {
        entries[index].count &+= times
        return
      }
      slot = (slot &+ 1) & mask
    }
    append(text, start, count, hash, head, times, slot)
  }

  /// Counts the texts of rows from `start` on that are known already.
  ///
  /// - Returns: the first row with a new text, or the number of rows.
  @inline(__always)
  mutating func countKnown<Offset: FixedWidthInteger & BitwiseCopyable>(
    _ text: borrowing RawSpan, _ offsets: Span<Offset>, _ hashes: Span<UInt64>,
    _ validity: Bitmap?, from start: Int
  ) -> Int {
    let mask = slots.count &- 1
    let (slotArray, byteArray) = (slots, bytes)
    let known = slotArray.span
    let content = unsafe byteArray.span.bytes
    var entries = entries.mutableSpan
    let rows = offsets.count &- 1
    guard start < rows else { return rows }
    var valid = validity?.word(start &>> 6) ?? .max
    var row = start
    while row < rows {
      if row & 63 == 0, let validity { valid = validity.word(row &>> 6) }
      guard valid &>> UInt64(truncatingIfNeeded: row & 63) & 1 == 1 else {
        row &+= 1
        continue
      }
      let first = Int(truncatingIfNeeded: offsets[row])
      let count = Int(truncatingIfNeeded: offsets[row &+ 1]) &- first
      let head = Bytes.word(text, first, min(count, 8))
      var slot = Int(truncatingIfNeeded: hashes[row]) & mask
      while true {
        let index = Int(known[slot])
        if index < 0 { return row }
        let entry = entries[index]
        if entry.hash == hashes[row], entry.head == head, Int(entry.length) == count,
          count <= 8 || Bytes.equal(content, Int(entry.start), text, first, count: count)
        {
          entries[index].count = entry.count &+ 1
          break
        }
        slot = (slot &+ 1) & mask
      }
      row &+= 1
    }
    return rows
  }

  @inline(__always)
  private func isText(
    _ index: Int, _ text: borrowing RawSpan, _ start: Int, _ count: Int
  ) -> Bool {
    Bytes.equal(
      unsafe bytes.span.bytes, Int(entries[index].start), text, start, count: count)
  }

  @inline(never)
  private mutating func append(
    _ text: borrowing RawSpan, _ start: Int, _ count: Int, _ hash: UInt64, _ head: UInt64,
    _ times: Int64, _ slot: Int
  ) {
    slots[slot] = Int32(entries.count)
    entries.append(
      Entry(
        hash: hash, count: times, head: head, start: Int32(bytes.count), length: Int32(count)))
    // What is over the limit is folded into sketches right away; its first bytes do not matter.
    for index in 0..<count { bytes.append(Bytes.load1(text, start &+ index)) }
    if entries.count * 2 > slots.count { growSlots() }
  }

  private mutating func growSlots() {
    slots = [Int32](repeating: -1, count: slots.count * 2)
    let mask = slots.count - 1
    for (index, entry) in entries.enumerated() {
      var slot = Int(truncatingIfNeeded: entry.hash) & mask
      while slots[slot] >= 0 { slot = (slot + 1) & mask }
      slots[slot] = Int32(index)
    }
  }

  /// All texts with their counts, in no order; texts are ranges of `text`.
  func forEach(
    _ body: (_ text: borrowing RawSpan, _ start: Int, _ count: Int, _ hash: UInt64, Int64) -> Void
  ) {
    let text = unsafe bytes.span.bytes
    for entry in entries {
      body(text, Int(entry.start), Int(entry.length), entry.hash, entry.count)
    }
  }

  /// The texts with their counts, ascending bytewise.
  var sorted: [(text: ArraySlice<UInt8>, count: Int64)] {
    entries.map { entry in
      (bytes[Int(entry.start)..<Int(entry.start + entry.length)], entry.count)
    }.sorted { $0.text.lexicographicallyPrecedes($1.text) }
  }

  func write(to writer: inout StateWriter) {
    writer.append(entries.count)
    for (text, count) in sorted {
      writer.append(counted: text)
      writer.append(UInt64(count))
    }
  }

  init(from reader: inout StateReader) throws(ComputeError) {
    for _ in 0..<(try reader.count(limit: Self.maxTexts)) {
      let text = try reader.counted(limit: Self.maxBytes)
      let times = try reader.rows()
      guard times > 0, bytes.count + text.count <= Self.maxBytes else {
        throw ComputeError(.malformed, "a stored profile has impossible counts")
      }
      let span = unsafe text.span.bytes
      add(span, 0, text.count, hash: Fingerprint.bytes(span, 0, text.count), times: times)
    }
  }
}
