/// Comparing and reading runs of bytes without leaving their span.
enum Bytes {
  /// Whether two runs are the same.
  @inline(__always)
  static func equal(
    _ a: borrowing RawSpan, _ aStart: Int, _ b: borrowing RawSpan, _ bStart: Int, count: Int
  ) -> Bool {
    if count <= 8 { return word(a, aStart, count) == word(b, bStart, count) }
    var index = 0
    while index &+ 8 < count {
      if load8(a, aStart &+ index) != load8(b, bStart &+ index) { return false }
      index &+= 8
    }
    // The last eight bytes, overlapping what was compared before.
    return load8(a, aStart &+ count &- 8) == load8(b, bStart &+ count &- 8)
  }

  /// Whether the first run sorts before the second, bytewise, a prefix before what it begins.
  static func less(
    _ a: borrowing RawSpan, _ aStart: Int, _ aCount: Int,
    _ b: borrowing RawSpan, _ bStart: Int, _ bCount: Int
  ) -> Bool {
    let common = min(aCount, bCount)
    var index = 0
    while index &+ 8 <= common {
      let x = load8(a, aStart &+ index).bigEndian
      let y = load8(b, bStart &+ index).bigEndian
      if x != y { return x < y }
      index &+= 8
    }
    while index < common {
      let x = load1(a, aStart &+ index)
      let y = load1(b, bStart &+ index)
      if x != y { return x < y }
      index &+= 1
    }
    return aCount < bCount
  }

  // The loads check that they stay inside the span; what they are told unsafely is only that any
  // bytes make an integer.

  @inline(__always)
  static func load1(_ span: borrowing RawSpan, _ offset: Int) -> UInt8 {
    unsafe span.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
  }

  @inline(__always)
  static func load8(_ span: borrowing RawSpan, _ offset: Int) -> UInt64 {
    unsafe span.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
  }

  /// At most eight bytes as one integer, the first byte lowest, filled up with zeros.
  @inline(__always)
  static func word(_ span: borrowing RawSpan, _ start: Int, _ count: Int) -> UInt64 {
    if start &+ 8 <= span.byteCount {
      let unused = UInt64(truncatingIfNeeded: 64 &- count &* 8)
      return count == 0 ? 0 : load8(span, start) & (.max &>> unused)
    }
    var word: UInt64 = 0
    for index in 0..<count {
      word |= UInt64(load1(span, start &+ index)) &<< UInt64(truncatingIfNeeded: index &* 8)
    }
    return word
  }

  /// The number of characters (Unicode scalars) in a run of UTF-8.
  @inline(__always)
  static func scalarCount(_ span: borrowing RawSpan, _ start: Int, _ count: Int) -> Int {
    var continuations = 0
    var index = 0
    while index &+ 8 <= count {
      // A continuation byte is 10xxxxxx: bit 7 set, bit 6 clear.
      let word = load8(span, start &+ index)
      continuations &+= (word & ~(word &<< 1) & 0x8080_8080_8080_8080).nonzeroBitCount
      index &+= 8
    }
    while index < count {
      if load1(span, start &+ index) & 0xC0 == 0x80 { continuations &+= 1 }
      index &+= 1
    }
    return count &- continuations
  }
}
