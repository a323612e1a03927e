internal import PurSightArrow

/// The values of a column as 64-bit keys, nulls and NaNs left out; used again for each column.
struct KeyScratch: Sendable {
  private(set) var keys: [Int64] = []
  private(set) var count = 0

  init() {}

  /// Fills in a column's values in the form of their domain.
  ///
  /// - Returns: how many NaNs there were.
  mutating func fill(_ column: ArrowColumn, _ domain: NumberDomain) -> Int {
    if keys.count < column.length { keys = [Int64](repeating: 0, count: column.length) }
    count = 0
    let present = column.length - column.nullCount
    switch column.type {
    case .float32: collect(column, column.span(of: Float.self)) { Register.orderKey(Double($0)) }
    case .float64: collect(column, column.span(of: Double.self)) { Register.orderKey($0) }
    case .decimal128(_, let scale):
      let factor = Self.powerOfTen(-scale)
      collect(column, column.span(of: Int128.self)) {
        Register.orderKey(scale >= 0 ? Double($0) / (1 / factor) : Double($0) * factor)
      }
    case .uint64:
      collect(column, column.span(of: UInt64.self)) { Int64(bitPattern: $0 ^ 1 << 63) }
    default:
      var visitor = Visitor(column: column, scratch: self)
      self = KeyScratch()
      column.visitIntegers(&visitor)
      self = visitor.scratch
      return 0
    }
    guard domain == .double else { return 0 }
    dropNaNs()
    return present - count
  }

  private static func powerOfTen(_ exponent: Int) -> Double {
    var result = 1.0
    for _ in 0..<exponent.magnitude { result *= 10 }
    return exponent < 0 ? 1 / result : result
  }

  /// Takes out the keys of NaN, which no number has.
  private mutating func dropNaNs() {
    var kept = 0
    for index in 0..<count {
      keys[kept] = keys[index]
      kept &+= keys[index] == .max ? 0 : 1
    }
    count = kept
  }

  @inline(__always)
  private mutating func collect<Value: BitwiseCopyable>(
    _ column: ArrowColumn, _ values: Span<Value>, _ key: (Value) -> Int64
  ) {
    var target = keys.mutableSpan
    var next = 0
    for word in 0..<Words.count(values.count) {
      let base = word &* 64
      var rest = column.validity?.word(word) ?? Words.full(word, rows: values.count)
      if rest == .max {
        for bit in 0..<64 { target[next &+ bit] = key(values[base &+ bit]) }
        next &+= 64
        continue
      }
      while rest != 0 {
        target[next] = key(values[base &+ rest.trailingZeroBitCount])
        next &+= 1
        rest &= rest &- 1
      }
    }
    count = next
  }

  private struct Visitor: IntegerVisitor {
    let column: ArrowColumn
    var scratch: KeyScratch

    mutating func visit<Value: FixedWidthInteger & BitwiseCopyable>(_ values: Span<Value>) {
      scratch.collect(column, values) { Int64(truncatingIfNeeded: $0) }
    }
  }
}
