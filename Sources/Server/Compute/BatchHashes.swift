package import PurSightArrow

/// The fingerprints of a batch's columns, computed once and shared by rules and profile.
///
/// Single owner. Made once per stream and filled anew for each batch, so that nothing is allocated
/// per batch either.
package struct BatchHashes: Sendable {
  private var columns: [[UInt64]] = []
  private var isKnown: [Bool] = []

  package init() {}

  /// Forgets the batch before.
  package mutating func begin(_ batch: RecordBatch) {
    while columns.count < batch.columns.count { columns.append([]) }
    isKnown = [Bool](repeating: false, count: columns.count)
  }

  /// Computes the hashes of a column unless they are there already.
  mutating func need(_ column: Int, of batch: RecordBatch) {
    guard !isKnown[column] else { return }
    isKnown[column] = true
    if columns[column].count < batch.rowCount {
      columns[column] = [UInt64](repeating: 0, count: batch.rowCount)
    }
    ColumnHasher.hash(batch.columns[column], into: &columns[column])
  }

  /// The hash per row, after `need`; those of null rows have no meaning.
  func hashes(_ column: Int) -> [UInt64] { columns[column] }
}

/// Hashes the values of a column, row by row; equal values of one family hash alike.
enum ColumnHasher {
  static func hash(_ column: ArrowColumn, into target: inout [UInt64]) {
    switch column.type {
    case .int8: integers(column.span(of: Int8.self), &target)
    case .int16: integers(column.span(of: Int16.self), &target)
    case .int32, .date32: integers(column.span(of: Int32.self), &target)
    case .int64: integers(column.span(of: Int64.self), &target)
    case .uint8: integers(column.span(of: UInt8.self), &target)
    case .uint16: integers(column.span(of: UInt16.self), &target)
    case .uint32: integers(column.span(of: UInt32.self), &target)
    case .uint64: unsigned(column.span(of: UInt64.self), &target)
    case .float32: doubles(column.span(of: Float.self), &target) { Double($0) }
    case .float64: doubles(column.span(of: Double.self), &target) { $0 }
    case .date64, .time32, .time64, .timestamp, .duration:
      for row in 0..<column.length { target[row] = Fingerprint.integer(tick(column, row)) }
    case .decimal128(_, let scale): decimals(column.span(of: Int128.self), scale, &target)
    case .utf8, .binary: texts(column.offsets32, column.values.bytes, &target)
    case .largeUtf8, .largeBinary: texts(column.offsets64, column.values.bytes, &target)
    case .fixedSizeBinary(let width):
      let bytes = column.values.bytes
      for row in 0..<column.length { target[row] = Fingerprint.bytes(bytes, row &* width, width) }
    case .bool:
      let bits = column.bits
      for row in 0..<column.length { target[row] = Fingerprint.integer(bits[row] ? 1 : 0) }
    case .null: break
    }
  }

  @inline(__always)
  private static func integers<Value: FixedWidthInteger & BitwiseCopyable>(
    _ values: Span<Value>, _ target: inout [UInt64]
  ) {
    var out = target.mutableSpan
    for row in 0..<values.count {
      out[row] = Fingerprint.integer(Int64(truncatingIfNeeded: values[row]))
    }
  }

  private static func unsigned(_ values: Span<UInt64>, _ target: inout [UInt64]) {
    for row in 0..<values.count {
      let hash = Fingerprint.integer(Int64(truncatingIfNeeded: values[row]))
      // What no signed integer is must not hash like the negative with its bits.
      target[row] = values[row] > UInt64(Int64.max) ? Fingerprint.combine(hash, hash) : hash
    }
  }

  @inline(__always)
  private static func doubles<Value: BitwiseCopyable>(
    _ values: Span<Value>, _ target: inout [UInt64], _ widen: (Value) -> Double
  ) {
    for row in 0..<values.count { target[row] = Fingerprint.double(widen(values[row])) }
  }

  /// A date in days, a time, timestamp or duration in microseconds or, if finer, as it is.
  @inline(__always)
  private static func tick(_ column: ArrowColumn, _ row: Int) -> Int64 {
    switch column.type {
    case .date64: column.span(of: Int64.self)[row] / 86_400_000
    case .time32(let unit):
      Int64(column.span(of: Int32.self)[row]) &* (1_000_000 / unit.perSecond)
    case .time64(let unit), .timestamp(let unit, _), .duration(let unit):
      column.span(of: Int64.self)[row]
        &* (unit == .nanosecond ? 1 : 1_000_000 / unit.perSecond)
    default: 0
    }
  }

  /// Puts a column's values on top of the states of a key; false when its hashes are to be taken.
  ///
  /// Whole numbers need no hash of their own: the key is mixed at the end.
  static func combine(_ column: ArrowColumn, into states: inout [UInt64]) -> Bool {
    switch column.type {
    case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64, .date32,
      .timestamp(.microsecond, _):
      var visitor = Combiner(states: states)
      states = []
      column.visitIntegers(&visitor)
      states = visitor.states
    case .date64, .time32, .time64, .timestamp, .duration:
      for row in 0..<column.length {
        states[row] = Fingerprint.combine(states[row], UInt64(bitPattern: tick(column, row)))
      }
    default: return false
    }
    return true
  }

  private struct Combiner: IntegerVisitor {
    var states: [UInt64]

    mutating func visit<Value: FixedWidthInteger & BitwiseCopyable>(_ values: Span<Value>) {
      var states = states.mutableSpan
      for row in 0..<values.count {
        states[row] = Fingerprint.combine(states[row], UInt64(truncatingIfNeeded: values[row]))
      }
    }
  }

  /// Equal values of different scales hash alike: trailing zeros are taken off.
  private static func decimals(_ values: Span<Int128>, _ scale: Int, _ target: inout [UInt64]) {
    for row in 0..<values.count {
      var (value, digits) = (values[row], scale)
      while value != 0, value % 10 == 0 {
        value /= 10
        digits -= 1
      }
      if value == 0 { digits = 0 }
      let low = Fingerprint.integer(Int64(truncatingIfNeeded: value))
      let high = Fingerprint.integer(Int64(truncatingIfNeeded: value >> 64) ^ Int64(digits) << 40)
      target[row] = Fingerprint.combine(low, high)
    }
  }

  @inline(__always)
  private static func texts<Offset: FixedWidthInteger & BitwiseCopyable>(
    _ offsets: Span<Offset>, _ bytes: borrowing RawSpan, _ target: inout [UInt64]
  ) {
    var out = target.mutableSpan
    for row in 0..<(offsets.count &- 1) {
      let start = Int(truncatingIfNeeded: offsets[row])
      let end = Int(truncatingIfNeeded: offsets[row &+ 1])
      out[row] = Fingerprint.bytes(bytes, start, end &- start)
    }
  }
}
