internal import PurSightArrow
internal import PurSightExpression

/// Brings the rows of an Arrow column into a register.
struct ColumnLoader {
  /// First row; a multiple of 64.
  let base: Int
  let rows: Int
  /// The instruction that loads, for errors of rows.
  let instruction: Int

  /// Loads a column whose type is the register's; null slots hold anything.
  func load(_ column: ArrowColumn, into register: inout Register) {
    Words.load(validityOf: column, base: base, rows: rows, into: &register.valid)
    switch column.type {
    case .bool:
      let bits = column.bits
      for word in 0..<Words.count(rows) {
        register.bits[word] = bits.word((base >> 6) &+ word) & register.valid[word]
      }
    case .int8: widen(column.span(of: Int8.self), &register)
    case .int16: widen(column.span(of: Int16.self), &register)
    case .int32, .date32: widen(column.span(of: Int32.self), &register)
    case .int64: widen(column.span(of: Int64.self), &register)
    case .uint8: widen(column.span(of: UInt8.self), &register)
    case .uint16: widen(column.span(of: UInt16.self), &register)
    case .uint32: widen(column.span(of: UInt32.self), &register)
    case .uint64:
      widen(column.span(of: UInt64.self), &register)
      failNegatives(&register)
    case .float32:
      let values = column.span(of: Float.self)
      for row in 0..<rows { register.doubles[row] = Double(values[base &+ row]) }
    case .float64:
      let values = column.span(of: Double.self)
      for row in 0..<rows { register.doubles[row] = values[base &+ row] }
    case .date64:
      widen(column.span(of: Int64.self), &register)
      divide(by: 86_400_000, &register)
    case .timestamp(let unit, _), .duration(let unit):
      widen(column.span(of: Int64.self), &register)
      toMicroseconds(unit, &register)
    case .utf8, .binary: place(column.offsets32, column.values, &register)
    case .largeUtf8, .largeBinary: place(column.offsets64, column.values, &register)
    case .fixedSizeBinary(let width):
      register.bytes = column.values
      for row in 0..<rows {
        register.starts[row] = (base &+ row) &* width
        register.counts[row] = width
      }
    case .null: register.bytes = .empty
    case .time32, .time64, .decimal128:
      preconditionFailure("no expression has a column of this type")
    }
  }

  @inline(__always)
  private func widen<Value: FixedWidthInteger & BitwiseCopyable>(
    _ values: Span<Value>, _ register: inout Register
  ) {
    var target = register.integers.mutableSpan
    for row in 0..<rows { target[row] = Int64(truncatingIfNeeded: values[base &+ row]) }
  }

  /// Unsigned values above the signed range have become negative: they are out of range.
  private func failNegatives(_ register: inout Register) {
    for word in 0..<Words.count(rows) {
      var negative: UInt64 = 0
      for bit in 0..<min(64, rows &- word &* 64) where register.integers[word &* 64 &+ bit] < 0 {
        negative |= 1 &<< UInt64(bit)
      }
      register.fail(negative, word: word, .overflow, instruction: instruction)
    }
  }

  private func divide(by divisor: Int64, _ register: inout Register) {
    for row in 0..<rows {
      let value = register.integers[row]
      // Rounds down, also before 1970.
      register.integers[row] = value >= 0 ? value / divisor : (value &+ 1) / divisor &- 1
    }
  }

  private func toMicroseconds(_ unit: TimeUnit, _ register: inout Register) {
    if unit == .nanosecond { return divide(by: 1_000, &register) }
    let factor = 1_000_000 / unit.perSecond
    guard factor > 1 else { return }
    for word in 0..<Words.count(rows) {
      var failed: UInt64 = 0
      for bit in 0..<min(64, rows &- word &* 64) {
        let row = word &* 64 &+ bit
        let (value, overflow) = register.integers[row].multipliedReportingOverflow(by: factor)
        register.integers[row] = value
        if overflow { failed |= 1 &<< UInt64(bit) }
      }
      register.fail(failed, word: word, .overflow, instruction: instruction)
    }
  }

  @inline(__always)
  private func place<Offset: FixedWidthInteger & BitwiseCopyable>(
    _ offsets: Span<Offset>, _ bytes: ArrowBuffer, _ register: inout Register
  ) {
    register.bytes = bytes
    var starts = register.starts.mutableSpan
    for row in 0..<rows { starts[row] = Int(truncatingIfNeeded: offsets[base &+ row]) }
    var counts = register.counts.mutableSpan
    for row in 0..<rows {
      counts[row] = Int(truncatingIfNeeded: offsets[base &+ row &+ 1] &- offsets[base &+ row])
    }
  }
}

extension Register {
  /// Fills every row with one value.
  mutating func fill(_ value: ExpressionValue, _ type: ExpressionType, rows: Int) {
    prepare(type)
    for word in 0..<Words.count(rows) {
      valid[word] = value == .null ? 0 : Words.full(word, rows: rows)
      if type == .boolean { bits[word] = 0 }
    }
    switch value {
    case .boolean(let value):
      if value { for word in 0..<Words.count(rows) { bits[word] = valid[word] } }
    case .double(let value): for row in 0..<rows { doubles[row] = value }
    case .string, .bytes:
      let text = value.rawBytes ?? []
      bytes = ArrowBuffer(text)
      for row in 0..<rows {
        starts[row] = 0
        counts[row] = text.count
      }
    case .integer, .date, .timestamp, .duration:
      let value = value.integral ?? 0
      for row in 0..<rows { integers[row] = value }
    case .null, .list: break
    }
  }

  mutating func widen(rows: Int) {
    if doubles.isEmpty { doubles = [Double](repeating: 0, count: Self.maxRows) }
    for row in 0..<rows { doubles[row] = Double(integers[row]) }
  }
}
