internal import PurSightExpression

extension Register {
  /// Replaces the values by the arithmetic of both sides.
  mutating func compute(
    _ arithmetic: Arithmetic, _ other: borrowing Register, _ type: ExpressionType, rows: Int,
    instruction: Int
  ) {
    let words = Words.count(rows)
    restrict(to: other, words: words)
    for word in 0..<words {
      let rest = min(64, rows &- word &* 64)
      if type == .double {
        computeDoubles(arithmetic, other, word, rest, instruction)
      } else {
        computeIntegers(arithmetic, other, word, rest, instruction)
        if type == .date { failDates(word, rest, instruction) }
      }
    }
  }

  private mutating func computeIntegers(
    _ arithmetic: Arithmetic, _ other: borrowing Register, _ word: Int, _ count: Int,
    _ instruction: Int
  ) {
    var failed: UInt64 = 0
    var zeros: UInt64 = 0
    for bit in 0..<count {
      let row = word &* 64 &+ bit
      switch arithmetic.apply(integers[row], other.integers[row]) {
      case .success(let value): integers[row] = value
      case .failure(let failure):
        let mask: UInt64 = 1 &<< UInt64(truncatingIfNeeded: bit)
        if failure.rowError == .divisionByZero { zeros |= mask } else { failed |= mask }
      }
    }
    fail(zeros, word: word, .divisionByZero, instruction: instruction)
    fail(failed, word: word, .overflow, instruction: instruction)
  }

  private mutating func computeDoubles(
    _ arithmetic: Arithmetic, _ other: borrowing Register, _ word: Int, _ count: Int,
    _ instruction: Int
  ) {
    var failed: UInt64 = 0
    var zeros: UInt64 = 0
    for bit in 0..<count {
      let row = word &* 64 &+ bit
      switch arithmetic.apply(doubles[row], other.doubles[row]) {
      case .success(let value): doubles[row] = value
      case .failure(let failure):
        let mask: UInt64 = 1 &<< UInt64(truncatingIfNeeded: bit)
        if failure.rowError == .divisionByZero { zeros |= mask } else { failed |= mask }
      }
    }
    fail(zeros, word: word, .divisionByZero, instruction: instruction)
    fail(failed, word: word, .overflow, instruction: instruction)
  }

  private mutating func failDates(_ word: Int, _ count: Int, _ instruction: Int) {
    var failed: UInt64 = 0
    for bit in 0..<count where Int32(exactly: integers[word &* 64 &+ bit]) == nil {
      failed |= 1 &<< UInt64(truncatingIfNeeded: bit)
    }
    fail(failed, word: word, .overflow, instruction: instruction)
  }

  mutating func negate(_ type: ExpressionType, rows: Int, _ instruction: Int) {
    if type == .double {
      for row in 0..<rows { doubles[row].negate() }
    } else {
      mapIntegers(rows, instruction, Self.negative)
    }
  }

  private static func negative(_ value: Int64) -> (Int64, Bool) {
    let (result, overflow) = Int64(0).subtractingReportingOverflow(value)
    return (result, overflow)
  }

  /// Replaces each integer; the second result says that it is out of range.
  private mutating func mapIntegers(
    _ rows: Int, _ instruction: Int, _ body: (Int64) -> (Int64, Bool)
  ) {
    for word in 0..<Words.count(rows) {
      var failed: UInt64 = 0
      for bit in 0..<min(64, rows &- word &* 64) {
        let row = word &* 64 &+ bit
        let (value, overflow) = body(integers[row])
        integers[row] = value
        if overflow { failed |= 1 &<< UInt64(truncatingIfNeeded: bit) }
      }
      fail(failed, word: word, .overflow, instruction: instruction)
    }
  }

  /// `abs`, `round`, `floor`, `ceil`.
  mutating func round(_ function: Function, _ type: ExpressionType, rows: Int, _ instruction: Int) {
    guard type == .double else {
      if function == .abs {
        mapIntegers(rows, instruction) { $0 < 0 ? Self.negative($0) : ($0, false) }
      }
      return
    }
    let rule: FloatingPointRoundingRule? =
      switch function {
      case .floor: .down
      case .ceil: .up
      case .round: .toNearestOrEven
      default: nil
      }
    for row in 0..<rows {
      doubles[row] = rule.map { doubles[row].rounded($0) } ?? doubles[row].magnitude
    }
  }

  /// A part of a date or timestamp.
  mutating func datePart(_ function: Function, isDate: Bool, rows: Int) {
    for row in 0..<rows {
      let (days, time) = isDate ? (integers[row], 0) : CivilTime.split(integers[row])
      integers[row] =
        switch function {
        case .year: CivilTime.date(days: days).year
        case .month: CivilTime.date(days: days).month
        case .day: CivilTime.date(days: days).day
        case .hour: time / CivilTime.microsecondsPerHour
        case .minute: time / CivilTime.microsecondsPerMinute % 60
        case .second: time / CivilTime.microsecondsPerSecond % 60
        default: CivilTime.dayOfWeek(days: days)
        }
    }
  }
}
