internal import PurSightArrow
internal import PurSightExpression

extension Register {
  /// The bits of a double in an order of integers: -0 is 0, NaN is one value after all others.
  @inline(__always)
  static func orderKey(_ value: Double) -> Int64 {
    if value.isNaN { return .max }
    let bits = Int64(bitPattern: (value + 0.0).bitPattern)
    return bits ^ Int64(bitPattern: UInt64(bitPattern: bits &>> 63) &>> 1)
  }

  /// Replaces the values by whether the comparison holds.
  mutating func compare(
    _ comparison: Comparison, with other: borrowing Register, _ type: ExpressionType, rows: Int
  ) {
    let words = Words.count(rows)
    if type == .boolean {
      for word in 0..<words { compareBits(comparison, other.bits[word], word) }
    } else {
      if bits.isEmpty { bits = [UInt64](repeating: 0, count: Self.maxWords) }
      for word in 0..<words {
        let count = min(64, rows &- word &* 64)
        bits[word] =
          switch comparison {
          case .equal: Self.equal(self, other, type, word, count)
          case .notEqual: ~Self.equal(self, other, type, word, count)
          case .less: Self.less(self, other, type, word, count)
          case .lessOrEqual: ~Self.less(other, self, type, word, count)
          case .greater: Self.less(other, self, type, word, count)
          case .greaterOrEqual: ~Self.less(self, other, type, word, count)
          }
      }
    }
    restrict(to: other, words: words)
    for word in 0..<words { bits[word] &= valid[word] }
  }

  private mutating func compareBits(_ comparison: Comparison, _ other: UInt64, _ word: Int) {
    let mine = bits[word]
    bits[word] =
      switch comparison {
      case .equal: ~(mine ^ other)
      case .notEqual: mine ^ other
      case .less: ~mine & other
      case .lessOrEqual: ~mine | other
      case .greater: mine & ~other
      case .greaterOrEqual: mine | ~other
      }
  }

  /// The rows of a word where both sides are equal, without regard to nulls.
  private static func equal(
    _ a: borrowing Register, _ b: borrowing Register, _ type: ExpressionType, _ word: Int,
    _ count: Int
  ) -> UInt64 {
    let base = word &* 64
    var found: UInt64 = 0
    if type.isBytes {
      let (left, right) = (a.bytes.bytes, b.bytes.bytes)
      // Rows without value lie nowhere.
      var rest = a.valid[word] & b.valid[word]
      while rest != 0 {
        let bit = rest.trailingZeroBitCount
        let row = base &+ bit
        rest &= rest &- 1
        guard a.counts[row] == b.counts[row] else { continue }
        let isEqual = Bytes.equal(left, a.starts[row], right, b.starts[row], count: a.counts[row])
        found |= (isEqual ? 1 : 0) &<< UInt64(truncatingIfNeeded: bit)
      }
    } else if type == .double {
      for bit in 0..<count {
        let isEqual = orderKey(a.doubles[base &+ bit]) == orderKey(b.doubles[base &+ bit])
        found |= (isEqual ? 1 : 0) &<< UInt64(truncatingIfNeeded: bit)
      }
    } else {
      for bit in 0..<count {
        let isEqual = a.integers[base &+ bit] == b.integers[base &+ bit]
        found |= (isEqual ? 1 : 0) &<< UInt64(truncatingIfNeeded: bit)
      }
    }
    return found
  }

  /// The rows of a word where `a` is less than `b`, without regard to nulls.
  private static func less(
    _ a: borrowing Register, _ b: borrowing Register, _ type: ExpressionType, _ word: Int,
    _ count: Int
  ) -> UInt64 {
    let base = word &* 64
    var found: UInt64 = 0
    if type.isBytes {
      let (left, right) = (a.bytes.bytes, b.bytes.bytes)
      var rest = a.valid[word] & b.valid[word]
      while rest != 0 {
        let bit = rest.trailingZeroBitCount
        let row = base &+ bit
        rest &= rest &- 1
        let isLess = Bytes.less(
          left, a.starts[row], a.counts[row], right, b.starts[row], b.counts[row])
        found |= (isLess ? 1 : 0) &<< UInt64(truncatingIfNeeded: bit)
      }
    } else if type == .double {
      for bit in 0..<count {
        let isLess = orderKey(a.doubles[base &+ bit]) < orderKey(b.doubles[base &+ bit])
        found |= (isLess ? 1 : 0) &<< UInt64(truncatingIfNeeded: bit)
      }
    } else {
      for bit in 0..<count {
        let isLess = a.integers[base &+ bit] < b.integers[base &+ bit]
        found |= (isLess ? 1 : 0) &<< UInt64(truncatingIfNeeded: bit)
      }
    }
    return found
  }

  /// Replaces strings by whether the pattern is found in them.
  mutating func match(_ pattern: Pattern, rows: Int) {
    if bits.isEmpty { bits = [UInt64](repeating: 0, count: Self.maxWords) }
    let source = bytes
    let text = source.span(of: UInt8.self)
    for word in 0..<Words.count(rows) {
      var found: UInt64 = 0
      var rest = valid[word]
      while rest != 0 {
        let bit = rest.trailingZeroBitCount
        rest &= rest &- 1
        let row = word &* 64 &+ bit
        let value = text.extracting(starts[row]..<starts[row] &+ counts[row])
        if pattern.matches(value) { found |= 1 &<< UInt64(truncatingIfNeeded: bit) }
      }
      bits[word] = found
    }
  }
}
