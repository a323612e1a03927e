package import PurSightArrow
internal import PurSightGovernance

/// A row that is set aside, and the first quarantine rule that it breaks.
package struct RowRejection: Sendable, Hashable {
  /// Row inside the batch, from 0.
  package var row: Int
  /// The rule's position in the program.
  package var rule: Int
}

extension BatchOutcome {
  /// Each quarantined row once, ascending.
  package func rejections(by program: RuleProgram) -> [RowRejection] {
    guard let quarantined else { return [] }
    let rules = outcomes.filter { program.compiled[$0.rule].rule.severity == .quarantine }
    return RowSample.first(quarantined.count, of: quarantined).map { row in
      let row = Int(row)
      let breaker = rules.first { outcome in
        (outcome.failing?[row] ?? false) || (outcome.undecided?[row] ?? false)
      }
      return RowRejection(row: row, rule: breaker?.rule ?? 0)
    }
  }
}

/// Picks rows out of a selection.
package enum RowSample {
  /// The first `count` selected rows, for `RecordBatch.taking`.
  package static func first(_ count: Int, of selection: Bitmap) -> [Int32] {
    var rows: [Int32] = []
    for word in 0..<selection.wordCount {
      var rest = selection.word(word)
      while rest != 0 {
        guard rows.count < count else { return rows }
        rows.append(Int32(truncatingIfNeeded: word &* 64 &+ rest.trailingZeroBitCount))
        rest &= rest &- 1
      }
    }
    return rows
  }
}
