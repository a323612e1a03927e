internal import PurSightArrow
internal import PurSightExpression

/// The values of one expression for a chunk of rows.
///
/// Which of the arrays hold values follows from the instruction's type. Three facts hold between
/// operations: a row with an error has no value, booleans without value are clear, and all bits
/// after the last row are clear.
struct Register: Sendable {
  /// integer, date, timestamp, duration.
  var integers: [Int64] = []
  var doubles: [Double] = []
  /// boolean.
  var bits: [UInt64] = []
  /// string and bytes: where each value lies in `bytes`.
  var starts: [Int] = []
  var counts: [Int] = []
  var bytes: ArrowBuffer = .empty
  /// Rows that have a value.
  var valid: [UInt64]
  /// Rows that have an error.
  var errors: [UInt64]
  var hasErrors = false
  /// Per row with an error: `instruction << 2 | RowError`.
  var codes: [UInt32] = []

  /// The most rows of a chunk; a multiple of 64.
  static let maxRows = 2_048
  static let maxWords = maxRows / 64

  init() {
    valid = []
    errors = []
  }

  /// Allocates what a value of `type` needs, once; starts without errors.
  mutating func prepare(_ type: ExpressionType) {
    if valid.isEmpty {
      valid = [UInt64](repeating: 0, count: Self.maxWords)
      errors = valid
    }
    if hasErrors {
      for index in errors.indices { errors[index] = 0 }
      hasErrors = false
    }
    switch type {
    case .boolean:
      if bits.isEmpty { bits = [UInt64](repeating: 0, count: Self.maxWords) }
    case .double:
      if doubles.isEmpty { doubles = [Double](repeating: 0, count: Self.maxRows) }
    case .string, .bytes:
      if starts.isEmpty {
        starts = [Int](repeating: 0, count: Self.maxRows)
        counts = starts
      }
    case .null, .integer, .date, .timestamp, .duration:
      if integers.isEmpty { integers = [Int64](repeating: 0, count: Self.maxRows) }
    }
  }

  /// Marks the rows of a word as failed, unless they are already or have no value.
  mutating func fail(_ rows: UInt64, word: Int, _ error: RowError, instruction: Int) {
    let new = rows & valid[word] & ~errors[word]
    guard new != 0 else { return }
    if codes.isEmpty { codes = [UInt32](repeating: 0, count: Self.maxRows) }
    hasErrors = true
    errors[word] |= new
    valid[word] &= ~new
    var rest = new
    while rest != 0 {
      codes[word &* 64 &+ rest.trailingZeroBitCount] =
        UInt32(instruction) << 2 | UInt32(error.rawValue)
      rest &= rest &- 1
    }
  }

  /// Takes over another register's errors for the rows of a mask.
  mutating func takeErrors(of other: borrowing Register, word: Int, mask: UInt64 = .max) {
    guard other.hasErrors else { return }
    let new = other.errors[word] & mask & ~errors[word]
    guard new != 0 else { return }
    if codes.isEmpty { codes = [UInt32](repeating: 0, count: Self.maxRows) }
    hasErrors = true
    errors[word] |= new
    valid[word] &= ~new
    var rest = new
    while rest != 0 {
      let row = word &* 64 &+ rest.trailingZeroBitCount
      codes[row] = other.codes[row]
      rest &= rest &- 1
    }
  }

  /// Makes this register's rows valid only where the other's are, with the errors of both.
  mutating func restrict(to other: borrowing Register, words: Int) {
    for word in 0..<words { valid[word] &= other.valid[word] }
    guard other.hasErrors else { return }
    for word in 0..<words { takeErrors(of: other, word: word) }
  }

  /// Copies the values of the rows in `mask` from a register of the same type.
  mutating func copy(_ other: borrowing Register, _ type: ExpressionType, word: Int, mask: UInt64) {
    guard mask != 0 else { return }
    valid[word] |= mask
    if type == .boolean {
      bits[word] = bits[word] & ~mask | other.bits[word] & mask
      return
    }
    var rest = mask
    while rest != 0 {
      let row = word &* 64 &+ rest.trailingZeroBitCount
      rest &= rest &- 1
      if type == .double {
        doubles[row] = other.doubles[row]
      } else {
        integers[row] = other.integers[row]
      }
    }
  }
}
