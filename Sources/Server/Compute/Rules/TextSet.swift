internal import PurSightArrow

/// Texts or bytes that are allowed, found by hash and then compared; a few short ones without hash.
struct TextSet: Sendable {
  /// Most texts that are compared one after the other.
  private static let maxShort = 8

  /// Each text as one integer, when there are few and none has more than eight bytes.
  private let words: [UInt64]
  /// All texts, one after the other, and where each lies.
  private let buffer: ArrowBuffer
  private let starts: [Int]
  private let counts: [Int]
  private let hashes: [UInt64]
  /// Open addressing; -1 is empty, else an index of `texts`.
  private let slots: [Int32]

  init(_ values: [[UInt8]]) {
    let buffer = ArrowBuffer(values.flatMap { $0 })
    var start = 0
    var starts: [Int] = []
    for text in values {
      starts.append(start)
      start += text.count
    }
    self.buffer = buffer
    self.starts = starts
    counts = values.map(\.count)
    let isShort = values.count <= Self.maxShort && values.allSatisfy { $0.count <= 8 }
    words =
      isShort
      ? values.indices.map { Bytes.word(buffer.bytes, starts[$0], values[$0].count) } : []
    var size = 8
    while size < values.count * 2 { size *= 2 }
    var slots = [Int32](repeating: -1, count: size)
    var known: [UInt64] = []
    for index in values.indices {
      let hash = Fingerprint.bytes(buffer.bytes, starts[index], values[index].count)
      known.append(hash)
      var slot = Int(truncatingIfNeeded: hash) & (size - 1)
      while slots[slot] >= 0 { slot = (slot + 1) & (size - 1) }
      slots[slot] = Int32(index)
    }
    self.slots = slots
    hashes = known
  }

  /// Whether a run of bytes is in the set.
  @inline(__always)
  func contains(_ bytes: borrowing RawSpan, _ start: Int, _ count: Int) -> Bool {
    if !needsHashes { return containsShort(bytes, start, count) }
    return contains(Fingerprint.bytes(bytes, start, count), bytes, start, count)
  }

  /// Whether the hashes of the column have to be known.
  var needsHashes: Bool { words.isEmpty }

  /// Sets the bits of the rows with a value that is not in the set.
  func findFailures(_ column: ArrowColumn, _ hashes: [UInt64], into failing: inout [UInt64]) {
    var visitor = Visitor(set: self, column: column, hashes: hashes, failing: failing)
    column.visitOffsets(&visitor)
    failing = visitor.failing
  }

  private struct Visitor: OffsetVisitor {
    let set: TextSet
    let column: ArrowColumn
    let hashes: [UInt64]
    var failing: [UInt64]

    mutating func visit<Offset: FixedWidthInteger & BitwiseCopyable>(_ offsets: Span<Offset>) {
      // Copies of the values (not of their memory), so that only `failing` is being changed.
      let (set, column, rowHashes) = (set, column, hashes)
      let bytes = column.values.bytes
      let hashes = rowHashes.span
      let isShort = !set.needsHashes
      for word in failing.indices {
        let base = word &* 64
        var rest = column.validity?.word(word) ?? Words.full(word, rows: column.length)
        var bad: UInt64 = 0
        while rest != 0 {
          let bit = rest.trailingZeroBitCount
          rest &= rest &- 1
          let start = Int(truncatingIfNeeded: offsets[base &+ bit])
          let end = Int(truncatingIfNeeded: offsets[base &+ bit &+ 1])
          let isKnown =
            isShort
            ? set.containsShort(bytes, start, end &- start)
            : set.contains(hashes[base &+ bit], bytes, start, end &- start)
          bad |= (isKnown ? 0 : 1) &<< UInt64(truncatingIfNeeded: bit)
        }
        failing[word] = bad
      }
    }
  }

  @inline(__always)
  private func containsShort(_ bytes: borrowing RawSpan, _ start: Int, _ count: Int) -> Bool {
    guard count <= 8 else { return false }
    let word = Bytes.word(bytes, start, count)
    let (words, counts) = (words.span, counts.span)
    for index in words.indices where words[index] == word && counts[index] == count {
      return true
    }
    return false
  }

  @inline(__always)
  private func contains(
    _ hash: UInt64, _ bytes: borrowing RawSpan, _ start: Int, _ count: Int
  ) -> Bool {
    let mask = slots.count &- 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] >= 0 {
      let index = Int(slots[slot])
      if hashes[index] == hash, counts[index] == count,
        Bytes.equal(buffer.bytes, starts[index], bytes, start, count: count)
      {
        return true
      }
      slot = (slot &+ 1) & mask
    }
    return false
  }
}
