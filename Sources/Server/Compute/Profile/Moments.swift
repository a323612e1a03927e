/// Exact sums of numbers and of their squares, from which mean and deviation follow.
///
/// Sums are fixed-point integers wide enough for every finite double, so any split and any order of
/// the same numbers gives the same state, bit for bit. Infinite values are counted only.
struct Moments: Sendable, Equatable {
  /// Bits below the point in `sum`; twice as many in `squares`.
  private static let fraction = 1_074
  /// 1,074 bits below the point, 1,024 above, 63 for as many rows, and the sign.
  private static let sumLimbs = 34
  private static let squareLimbs = 68
  /// Bits that one bin of the batch at hand covers.
  private static let binBits = 32

  private(set) var count: Int64 = 0
  private var positiveInfinities: Int64 = 0
  private var negativeInfinities: Int64 = 0
  private var sum = WideInteger(limbs: sumLimbs)
  private var squares = WideInteger(limbs: squareLimbs)

  init() {}

  /// Adds an integer that occurs `times` times.
  mutating func add(_ value: Int64, times: Int64) {
    count += times
    sum.add(Int128(value) * Int128(times), at: Self.fraction)
    let square = Int128(value) * Int128(value)
    // The square has up to 126 bits; each half is multiplied on its own.
    squares.add((square & 0xFFFF_FFFF_FFFF_FFFF) * Int128(times), at: 2 * Self.fraction)
    squares.add((square >> 64) * Int128(times), at: 2 * Self.fraction + 64)
  }

  /// Adds a number that occurs `times` times; NaN is not for here.
  mutating func add(_ value: Double, times: Int64) {
    count += times
    guard value.isFinite else {
      if value > 0 { positiveInfinities += times } else { negativeInfinities += times }
      return
    }
    let (mantissa, position) = Self.parts(value)
    sum.add((value < 0 ? -mantissa : mantissa) * Int128(times), at: position)
    let square = mantissa * mantissa
    let mask = Int128(1) << 53 - 1
    squares.add((square & mask) * Int128(times), at: 2 * position)
    squares.add((square >> 53) * Int128(times), at: 2 * position + 53)
  }

  /// A finite double as `mantissa * 2^(position - 1074)`, without its sign.
  @inline(__always)
  private static func parts(_ value: Double) -> (mantissa: Int128, position: Int) {
    let exponent = Int(value.exponentBitPattern)
    let fraction = Int128(value.significandBitPattern)
    return exponent == 0 ? (fraction, 0) : (fraction | Int128(1) << 52, exponent - 1)
  }

  /// Adds many integers at once.
  mutating func add(_ values: Span<Int64>) {
    var total: Int128 = 0
    var lowSquares: UInt128 = 0
    var carries: Int128 = 0
    for index in values.indices {
      total &+= Int128(values[index])
      let magnitude = values[index].magnitude
      let square = magnitude.multipliedFullWidth(by: magnitude)
      let (result, overflow) = lowSquares.addingReportingOverflow(
        UInt128(square.high) << 64 | UInt128(square.low))
      lowSquares = result
      carries &+= overflow ? 1 : 0
    }
    count += Int64(values.count)
    sum.add(total, at: Self.fraction)
    squares.add(Int128(UInt64(truncatingIfNeeded: lowSquares)), at: 2 * Self.fraction)
    squares.add(Int128(UInt64(truncatingIfNeeded: lowSquares >> 64)), at: 2 * Self.fraction + 64)
    squares.add(carries, at: 2 * Self.fraction + 128)
  }

  /// Adds many numbers at once, NaN excluded; each bin sums those of like exponents.
  mutating func add(_ values: Span<Double>) {
    var bins = [Int128](repeating: 0, count: 2_048 / Self.binBits)
    var squareBins = [Int128](repeating: 0, count: 4_160 / Self.binBits)
    let mask = Int128(1) << 53 - 1
    for index in values.indices {
      let value = values[index]
      guard value.isFinite else {
        add(value, times: 1)
        continue
      }
      count += 1
      let (mantissa, position) = Self.parts(value)
      bins[position &>> 5] &+= (value < 0 ? -mantissa : mantissa) &<< Int128(position & 31)
      let square = mantissa &* mantissa
      let low = position &* 2
      let high = low &+ 53
      squareBins[low &>> 5] &+= (square & mask) &<< Int128(low & 31)
      squareBins[high &>> 5] &+= (square &>> 53) &<< Int128(high & 31)
    }
    for (index, bin) in bins.enumerated() { sum.add(bin, at: index * Self.binBits) }
    for (index, bin) in squareBins.enumerated() { squares.add(bin, at: index * Self.binBits) }
  }

  mutating func merge(_ other: Moments) {
    count += other.count
    positiveInfinities += other.positiveInfinities
    negativeInfinities += other.negativeInfinities
    sum.add(other.sum)
    squares.add(other.squares)
  }

  /// The arithmetic mean; nil without values.
  var mean: Double? {
    guard count > 0 else { return nil }
    if positiveInfinities > 0 || negativeInfinities > 0 {
      return positiveInfinities == 0
        ? -.infinity : negativeInfinities == 0 ? .infinity : .nan
    }
    let (value, exponent) = WideInteger.scaled(sum.magnitude)
    let result = Self.scale(value / Double(count), exponent - Self.fraction)
    return sum.isNegative ? -result : result
  }

  /// The sample standard deviation (n - 1); nil for less than two values or an infinite one.
  var standardDeviation: Double? {
    guard count > 1, positiveInfinities == 0, negativeInfinities == 0 else { return nil }
    // n * squares - sum^2, exact; then one division and a root.
    let total = sum.magnitude
    let scaledSquares = WideInteger.product(squares.magnitude, [UInt64(count)])
    let spread = WideInteger.difference(scaledSquares, WideInteger.product(total, total))
    var (value, exponent) = WideInteger.scaled(spread)
    exponent -= 2 * Self.fraction
    if exponent & 1 != 0 {
      value *= 2
      exponent -= 1
    }
    value /= Double(count) * Double(count - 1)
    return Self.scale(value.squareRoot(), exponent / 2)
  }

  /// `value * 2^exponent` in steps that do not overflow on the way.
  private static func scale(_ value: Double, _ exponent: Int) -> Double {
    guard value != 0 else { return 0 }
    return Double(sign: .plus, exponent: exponent, significand: value)
  }

  func write(to writer: inout StateWriter) {
    writer.append(UInt64(count))
    writer.append(UInt64(positiveInfinities))
    writer.append(UInt64(negativeInfinities))
    sum.write(to: &writer)
    squares.write(to: &writer)
  }

  init(from reader: inout StateReader) throws(ComputeError) {
    count = try reader.rows()
    positiveInfinities = try reader.rows()
    negativeInfinities = try reader.rows()
    sum = try WideInteger(from: &reader, limbs: Self.sumLimbs)
    squares = try WideInteger(from: &reader, limbs: Self.squareLimbs)
  }
}
