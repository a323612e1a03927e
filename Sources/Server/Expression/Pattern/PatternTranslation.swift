/// Writes a pattern in PostgreSQL's advanced regular expressions, where both mean the same.
enum PatternTranslation {
  /// Largest count that PostgreSQL repeats (DUPMAX).
  private static let maxRepeat = 255

  /// The pattern; nil when there is no equal.
  static func postgres(_ syntax: PatternSyntax) -> String? { write(syntax, syntax.root) }

  /// Recursion is as deep as the syntax nests, which the parser bounds.
  private static func write(_ syntax: PatternSyntax, _ node: Int) -> String? {
    switch syntax.nodes[node] {
    case .empty: return "(?:)"
    case .set(let set): return write(set)
    case .assertion(.textStart): return "^"
    case .assertion(.textEnd): return "$"
    case .assertion: return nil
    case .sequence(let parts):
      let written = parts.compactMap { write(syntax, $0) }
      return written.count == parts.count ? "(?:" + written.joined() + ")" : nil
    case .choice(let branches):
      let written = branches.compactMap { write(syntax, $0) }
      return written.count == branches.count
        ? "(?:" + written.joined(separator: "|") + ")" : nil
    case .repetition(let inner, let minimum, let maximum):
      guard minimum <= maxRepeat, maximum ?? 0 <= maxRepeat,
        let text = write(syntax, inner)
      else { return nil }
      let count =
        switch maximum {
        case nil: minimum == 0 ? "*" : minimum == 1 ? "+" : "{\(minimum),}"
        case let maximum?: "{\(minimum),\(maximum)}"
        }
      return "(?:\(text))\(count)"
    }
  }

  private static func write(_ set: ScalarSet) -> String? {
    guard !set.ranges.isEmpty else { return nil }
    // PostgreSQL has no U+0000 in its text, and refuses the escape.
    if set.ranges == ScalarSet.all.ranges { return "." }
    var text = ""
    for range in set.ranges {
      let low = max(range.lowerBound, 1)
      guard low <= range.upperBound else { return nil }
      text += scalar(low)
      if low < range.upperBound { text += "-" + scalar(range.upperBound) }
    }
    return "[\(text)]"
  }

  private static func scalar(_ value: UInt32) -> String {
    if let byte = UInt8(exactly: value), Ascii.isLetter(byte) || Ascii.isDigit(byte) {
      return String(Unicode.Scalar(byte))
    }
    let digits = String(value, radix: 16)
    return "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
  }
}
