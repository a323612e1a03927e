internal import PurSightExpression

// Three-valued logic with errors: false decides `and`, true decides `or`; then an error, then null.
extension Register {
  mutating func invert(rows: Int) {
    for word in 0..<Words.count(rows) { bits[word] = ~bits[word] & valid[word] }
  }

  mutating func and(_ other: borrowing Register, rows: Int) {
    for word in 0..<Words.count(rows) {
      let isFalse = valid[word] & ~bits[word] | other.valid[word] & ~other.bits[word]
      decide(isFalse, as: false, other, word)
    }
  }

  mutating func or(_ other: borrowing Register, rows: Int) {
    for word in 0..<Words.count(rows) {
      let isTrue = bits[word] | other.bits[word]
      decide(isTrue, as: true, other, word)
    }
  }

  /// Rows in `decided` have the value; elsewhere both sides say the other value, or null, or fail.
  private mutating func decide(
    _ decided: UInt64, as value: Bool, _ other: borrowing Register, _ word: Int
  ) {
    let both = valid[word] & other.valid[word]
    if hasErrors { errors[word] &= ~decided }
    takeErrors(of: other, word: word, mask: ~decided)
    valid[word] = (decided | both) & ~errors[word]
    bits[word] = value ? decided : valid[word] & ~decided
  }

  /// Replaces a value of any type by whether it is null; errors stay.
  mutating func testNull(isNull: Bool, rows: Int) {
    if bits.isEmpty { bits = [UInt64](repeating: 0, count: Self.maxWords) }
    for word in 0..<Words.count(rows) {
      let known = Words.full(word, rows: rows) & ~errors[word]
      bits[word] = isNull ? known & ~valid[word] : valid[word]
      valid[word] = known
    }
  }
}
