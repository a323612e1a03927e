internal import PurSightArrow

/// The profile of a column of text or bytes; see `NumberProfile` for when it is exact.
struct TextProfile: Sendable {
  private(set) var counts = TextCounts()
  private(set) var sketch: TextSketch?

  init() {}

  @inline(__always)
  mutating func add(_ text: borrowing RawSpan, _ start: Int, _ count: Int, hash: UInt64) {
    if sketch == nil {
      guard count <= TextCounts.maxBytes else {
        overflow()
        sketch?.add(text, start, count, hash: hash)
        return
      }
      counts.add(text, start, count, hash: hash)
      if counts.isOverflown { overflow() }
    } else {
      sketch?.add(text, start, count, hash: hash)
    }
  }

  /// Counts rows as long as their texts are known; returns where it stopped.
  mutating func countKnown<Offset: FixedWidthInteger & BitwiseCopyable>(
    _ text: borrowing RawSpan, _ offsets: Span<Offset>, _ hashes: Span<UInt64>,
    _ validity: Bitmap?, from start: Int
  ) -> Int {
    sketch == nil ? counts.countKnown(text, offsets, hashes, validity, from: start) : start
  }

  private mutating func overflow() {
    var sketch = TextSketch()
    counts.forEach { text, start, count, hash, _ in sketch.add(text, start, count, hash: hash) }
    self.sketch = sketch
    counts = TextCounts()
  }

  mutating func merge(_ other: TextProfile) {
    if let theirs = other.sketch {
      if sketch == nil { overflow() }
      sketch?.merge(theirs)
      return
    }
    var mine = self
    other.counts.forEach { text, start, count, hash, times in
      if mine.sketch != nil {
        mine.sketch?.add(text, start, count, hash: hash)
      } else {
        mine.counts.add(text, start, count, hash: hash, times: times)
        if mine.counts.isOverflown { mine.overflow() }
      }
    }
    self = mine
  }

  func write(to writer: inout StateWriter) {
    writer.append(byte: sketch == nil ? 0 : 1)
    if let sketch { sketch.write(to: &writer) } else { counts.write(to: &writer) }
  }

  init(from reader: inout StateReader) throws(ComputeError) {
    if try reader.byte() == 1 {
      sketch = try TextSketch(from: &reader)
    } else {
      counts = try TextCounts(from: &reader)
    }
  }
}

/// What is kept of texts of which there are too many different ones.
struct TextSketch: Sendable {
  /// Bytes that are kept of the smallest and largest text.
  static let maxBoundBytes = 256

  private(set) var minimum: [UInt8]?
  private(set) var maximum: [UInt8]?
  private(set) var distinct = HyperLogLog()
  private(set) var shape = TextShape()

  init() {}

  mutating func add(_ text: borrowing RawSpan, _ start: Int, _ count: Int, hash: UInt64) {
    distinct.add(hash)
    shape.add(text, start, count)
    // Cutting off keeps the order, so the bounds of the cut texts are the cut bounds.
    let kept = min(count, Self.maxBoundBytes)
    if let minimum, !isLess(text, start, kept, minimum) {
      if let maximum, !isLess(maximum, text, start, kept) { return }
      maximum = Self.copy(text, start, kept)
    } else {
      let bytes = Self.copy(text, start, kept)
      minimum = bytes
      if maximum == nil { maximum = bytes }
    }
  }

  private func isLess(
    _ text: borrowing RawSpan, _ start: Int, _ count: Int, _ bound: [UInt8]
  ) -> Bool {
    Bytes.less(text, start, count, unsafe bound.span.bytes, 0, bound.count)
  }

  private func isLess(
    _ bound: [UInt8], _ text: borrowing RawSpan, _ start: Int, _ count: Int
  ) -> Bool {
    Bytes.less(unsafe bound.span.bytes, 0, bound.count, text, start, count)
  }

  private static func copy(_ text: borrowing RawSpan, _ start: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { Bytes.load1(text, start + $0) }
  }

  mutating func merge(_ other: TextSketch) {
    for bound in [other.minimum, other.maximum] {
      guard let bound else { continue }
      if minimum.map({ bound.lexicographicallyPrecedes($0) }) ?? true { minimum = bound }
      if maximum.map({ $0.lexicographicallyPrecedes(bound) }) ?? true { maximum = bound }
    }
    distinct.merge(other.distinct)
    shape.merge(other.shape)
  }

  func write(to writer: inout StateWriter) {
    writer.append(counted: minimum ?? [])
    writer.append(counted: maximum ?? [])
    distinct.write(to: &writer)
    shape.write(to: &writer)
  }

  init(from reader: inout StateReader) throws(ComputeError) {
    minimum = try reader.counted(limit: Self.maxBoundBytes)
    maximum = try reader.counted(limit: Self.maxBoundBytes)
    distinct = try HyperLogLog(from: &reader)
    shape = try TextShape(from: &reader)
  }
}
