/// The texts that stand for "no value", ready to be compared with bytes.
struct CSVNullTokens: Sendable {
  private let tokens: [[UInt8]]
  /// A set bit for each length that a token has, so that most texts need no comparison.
  private let lengths: UInt64

  init(_ texts: [String]) {
    tokens = texts.map { Array($0.utf8) }
    lengths = tokens.reduce(0) { $0 | 1 << UInt64(min($1.count, 63)) }
  }

  @inline(__always)
  func contains(_ bytes: borrowing Span<UInt8>, _ start: Int, _ count: Int) -> Bool {
    guard lengths &>> UInt64(truncatingIfNeeded: min(count, 63)) & 1 == 1 else { return false }
    return compare(bytes, start, count)
  }

  private func compare(_ bytes: borrowing Span<UInt8>, _ start: Int, _ count: Int) -> Bool {
    for token in tokens where token.count == count {
      var index = 0
      while index < count && bytes[start &+ index] == token[index] { index &+= 1 }
      if index == count { return true }
    }
    return false
  }
}
