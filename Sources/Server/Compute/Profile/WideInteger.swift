/// A signed integer of a fixed number of 64-bit limbs, two's complement, lowest first.
///
/// Sums that are kept in it are exact, so their order does not matter.
struct WideInteger: Sendable, Equatable {
  private(set) var limbs: [UInt64]

  init(limbs count: Int) { limbs = [UInt64](repeating: 0, count: count) }

  init(_ limbs: [UInt64]) { self.limbs = limbs }

  var isNegative: Bool { limbs[limbs.count - 1] >> 63 == 1 }
  var isZero: Bool { limbs.allSatisfy { $0 == 0 } }

  /// Adds `value` times two to the power of `position`; what leaves the top is lost.
  mutating func add(_ value: Int128, at position: Int) {
    guard value != 0 else { return }
    let (first, shift) = (position >> 6, UInt64(position & 63))
    let low = UInt64(truncatingIfNeeded: value)
    let high = UInt64(truncatingIfNeeded: value >> 64)
    let sign: UInt64 = value < 0 ? .max : 0
    // 192 bits, shifted.
    let words =
      shift == 0
      ? [low, high, sign]
      : [low << shift, high << shift | low >> (64 - shift), sign << shift | high >> (64 - shift)]
    var carry: UInt64 = 0
    for index in first..<limbs.count {
      let word = index - first < 3 ? words[index - first] : sign
      if index - first >= 3, carry == 0, sign == 0 { return }
      let (partial, overflow) = limbs[index].addingReportingOverflow(word)
      let (sum, carried) = partial.addingReportingOverflow(carry)
      limbs[index] = sum
      carry = overflow || carried ? 1 : 0
    }
  }

  mutating func add(_ other: WideInteger) {
    var carry: UInt64 = 0
    for index in limbs.indices {
      let (partial, overflow) = limbs[index].addingReportingOverflow(other.limbs[index])
      let (sum, carried) = partial.addingReportingOverflow(carry)
      limbs[index] = sum
      carry = overflow || carried ? 1 : 0
    }
  }

  /// The absolute value as limbs without sign.
  var magnitude: [UInt64] {
    guard isNegative else { return limbs }
    var carry = true
    return limbs.map { limb in
      let (sum, overflow) = (~limb).addingReportingOverflow(carry ? 1 : 0)
      carry = overflow
      return sum
    }
  }

  /// The product of two numbers without sign.
  static func product(_ a: [UInt64], _ b: [UInt64]) -> [UInt64] {
    var result = [UInt64](repeating: 0, count: a.count + b.count)
    for (i, x) in a.enumerated() where x != 0 {
      var carry: UInt64 = 0
      for (j, y) in b.enumerated() {
        let (high, low) = x.multipliedFullWidth(by: y)
        let (first, overflow) = low.addingReportingOverflow(result[i + j])
        let (sum, carried) = first.addingReportingOverflow(carry)
        result[i + j] = sum
        carry = high &+ (overflow ? 1 : 0) &+ (carried ? 1 : 0)
      }
      result[i + b.count] = carry
    }
    return result
  }

  /// `a - b` of numbers without sign, where `a` is not the smaller one.
  static func difference(_ a: [UInt64], _ b: [UInt64]) -> [UInt64] {
    var borrow: UInt64 = 0
    return a.indices.map { index in
      let other = index < b.count ? b[index] : 0
      let (partial, overflow) = a[index].subtractingReportingOverflow(other)
      let (result, borrowed) = partial.subtractingReportingOverflow(borrow)
      borrow = overflow || borrowed ? 1 : 0
      return result
    }
  }

  /// A number without sign as `value * 2^exponent`, with the highest 64 bits kept.
  static func scaled(_ limbs: [UInt64]) -> (value: Double, exponent: Int) {
    guard let top = limbs.lastIndex(where: { $0 != 0 }) else { return (0, 0) }
    let zeros = limbs[top].leadingZeroBitCount
    var bits = limbs[top] << UInt64(zeros)
    if zeros > 0, top > 0 { bits |= limbs[top - 1] >> UInt64(64 - zeros) }
    return (Double(bits), top * 64 - zeros)
  }

  /// The limbs between the zeros below and the repeated sign above.
  func write(to writer: inout StateWriter) {
    let sign: UInt64 = isNegative ? .max : 0
    let first = limbs.firstIndex { $0 != 0 } ?? limbs.count
    var end = limbs.count
    while end > first, limbs[end - 1] == sign { end -= 1 }
    writer.append(byte: isNegative ? 1 : 0)
    writer.append(first)
    writer.append(end - first)
    for index in first..<end { writer.append(fixed: limbs[index]) }
  }

  init(from reader: inout StateReader, limbs count: Int) throws(ComputeError) {
    let isNegative = try reader.byte() == 1
    let first = try reader.count(limit: count)
    let used = try reader.count(limit: count - first)
    limbs = [UInt64](repeating: 0, count: count)
    for index in first..<count {
      limbs[index] = index < first + used ? try reader.fixed() : isNegative ? .max : 0
    }
    guard self.isNegative == isNegative else {
      throw ComputeError(.malformed, "a stored profile has an impossible sum")
    }
  }
}
