internal import PurSightArrow
internal import PurSightExpression

/// A rule made ready for columns of known types.
enum RuleKernel: Sendable {
  case notNull
  /// Decided by the schema alone: no row fails, or every row does.
  case constant(fails: Bool)
  case integers(IntegerRange)
  case doubles(DoubleRange)
  case integerSet(PreparedList)
  case doubleSet(PreparedList)
  case booleanSet(holdsTrue: Bool, holdsFalse: Bool)
  case textSet(TextSet)
  case pattern(Pattern)
  case readsAs(ReadableType)
  case unique
  /// Looked up in the parent set of the rule's name.
  case references
  case expression(ExpressionProgram)
}

/// Inclusive bounds of stored integers; nil is none.
struct IntegerRange: Sendable {
  var minimum: Int64?
  var maximum: Int64?
}

/// Inclusive bounds of doubles; NaN is never inside.
struct DoubleRange: Sendable {
  var minimum = -Double.infinity
  var maximum = Double.infinity
}

extension RuleKernel {
  /// Sets the bits of the rows whose value breaks the rule; those of null rows have no meaning.
  ///
  /// For the kinds that look at one column's values; the others do nothing here.
  func findFailures(
    _ column: ArrowColumn, _ hashes: [UInt64], into failing: inout [UInt64]
  ) {
    switch self {
    case .constant(let fails):
      for word in failing.indices {
        failing[word] = fails ? Words.full(word, rows: column.length) : 0
      }
    case .integers(let range):
      var visitor = RangeVisitor(range: range, failing: failing)
      column.visitIntegers(&visitor)
      failing = visitor.failing
    case .integerSet(let list):
      var visitor = SetVisitor(list: list, failing: failing)
      column.visitIntegers(&visitor)
      failing = visitor.failing
    case .doubles(let range):
      forEachDouble(column, &failing) { !($0 >= range.minimum && $0 <= range.maximum) }
    case .doubleSet(let list):
      forEachDouble(column, &failing) { !list.contains(Register.orderKey($0)) }
    case .booleanSet(let holdsTrue, let holdsFalse):
      let bits = column.bits
      for word in failing.indices {
        let value = bits.word(word)
        failing[word] = (holdsTrue ? 0 : value) | (holdsFalse ? 0 : ~value)
      }
    case .textSet(let set): set.findFailures(column, hashes, into: &failing)
    case .pattern(let pattern):
      var visitor = PatternVisitor(column: column, pattern: pattern, failing: failing)
      column.visitOffsets(&visitor)
      failing = visitor.failing
    case .readsAs(let type):
      var visitor = ReadableVisitor(column: column, type: type, failing: failing)
      column.visitOffsets(&visitor)
      failing = visitor.failing
    case .notNull, .unique, .references, .expression: break
    }
  }

  @inline(__always)
  private func forEachDouble(
    _ column: ArrowColumn, _ failing: inout [UInt64], _ fails: (Double) -> Bool
  ) {
    if column.type == .float32 {
      forEach(column.span(of: Float.self), &failing) { fails(Double($0)) }
    } else {
      forEach(column.span(of: Double.self), &failing, fails)
    }
  }

  @inline(__always)
  private func forEach<Value: BitwiseCopyable>(
    _ values: Span<Value>, _ failing: inout [UInt64], _ fails: (Value) -> Bool
  ) {
    for word in failing.indices {
      let base = word &* 64
      var bad: UInt64 = 0
      for bit in 0..<min(64, values.count &- base) {
        bad |= (fails(values[base &+ bit]) ? 1 : 0) &<< UInt64(truncatingIfNeeded: bit)
      }
      failing[word] = bad
    }
  }
}

private struct PatternVisitor: OffsetVisitor {
  let column: ArrowColumn
  let pattern: Pattern
  var failing: [UInt64]

  mutating func visit<Offset: FixedWidthInteger & BitwiseCopyable>(_ offsets: Span<Offset>) {
    let column = column
    let text = column.values.span(of: UInt8.self)
    for word in failing.indices {
      let base = word &* 64
      var rest = column.validity?.word(word) ?? Words.full(word, rows: column.length)
      var bad: UInt64 = 0
      while rest != 0 {
        let bit = rest.trailingZeroBitCount
        rest &= rest &- 1
        let start = Int(truncatingIfNeeded: offsets[base &+ bit])
        let end = Int(truncatingIfNeeded: offsets[base &+ bit &+ 1])
        if !pattern.matches(text.extracting(start..<end)) {
          bad |= 1 &<< UInt64(truncatingIfNeeded: bit)
        }
      }
      failing[word] = bad
    }
  }
}

private struct ReadableVisitor: OffsetVisitor {
  let column: ArrowColumn
  let type: ReadableType
  var failing: [UInt64]

  mutating func visit<Offset: FixedWidthInteger & BitwiseCopyable>(_ offsets: Span<Offset>) {
    let column = column
    let text = column.values.span(of: UInt8.self)
    for row in 0..<column.length where column.isValid(row) {
      let start = Int(truncatingIfNeeded: offsets[row])
      let end = Int(truncatingIfNeeded: offsets[row &+ 1])
      if !type.reads(text.extracting(start..<end)) { failing[row >> 6] |= 1 << UInt64(row & 63) }
    }
  }
}

private struct RangeVisitor: IntegerVisitor {
  let range: IntegerRange
  var failing: [UInt64]

  mutating func visit<Value: FixedWidthInteger & BitwiseCopyable>(_ values: Span<Value>) {
    // A bound outside the type's range either excludes nothing or everything.
    let low = range.minimum.map { Value(clamping: $0) } ?? .min
    let high = range.maximum.map { Value(clamping: $0) } ?? .max
    let isEmpty =
      range.minimum.map { $0 > Int64(clamping: Value.max) } ?? false
      || range.maximum.map { $0 < Int64(clamping: Value.min) } ?? false
    for word in failing.indices {
      let base = word &* 64
      let count = min(64, values.count &- base)
      var bad: UInt64 = 0
      for bit in 0..<count {
        let value = values[base &+ bit]
        let isOutside = value < low || value > high
        bad |= (isOutside ? 1 : 0) &<< UInt64(truncatingIfNeeded: bit)
      }
      failing[word] = isEmpty ? Words.full(word, rows: values.count) : bad
    }
  }
}

private struct SetVisitor: IntegerVisitor {
  let list: PreparedList
  var failing: [UInt64]

  mutating func visit<Value: FixedWidthInteger & BitwiseCopyable>(_ values: Span<Value>) {
    for word in failing.indices {
      let base = word &* 64
      var bad: UInt64 = 0
      for bit in 0..<min(64, values.count &- base) {
        let value = values[base &+ bit]
        let isKnown = Int64(exactly: value).map { list.contains($0) } ?? false
        bad |= (isKnown ? 0 : 1) &<< UInt64(truncatingIfNeeded: bit)
      }
      failing[word] = bad
    }
  }
}
