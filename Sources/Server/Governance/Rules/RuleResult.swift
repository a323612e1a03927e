/// What became of a rule over some rows.
package enum Verdict: String, Sendable, Hashable, CaseIterable {
  case pass
  case fail
  /// The rule could not be decided: an expression had an error in a row, or what it needs is
  /// missing. Never a pass.
  case error
  /// There was no row to check.
  case notApplicable
}

/// The counts and the verdict of one rule.
package struct RuleResult: Sendable, Hashable {
  /// The rule's name.
  package var rule: String
  package var verdict: Verdict
  /// Rows that were checked.
  package var checked: Int64
  /// Checked rows that break the rule.
  package var failed: Int64
  /// Rows with a null in the rule's columns.
  package var nulls: Int64
  /// Rows in which the rule could not be decided.
  package var errors: Int64
  /// Different values among those that break it; 0 when not known.
  package var failedDistinct: Int64 = 0
  /// The most frequent of them, most frequent first, as text.
  package var topFailing: [FailingValue] = []
  /// What to tell the reader beyond the counts; empty where they say it all.
  package var message: String

  package init(
    rule: String, verdict: Verdict, checked: Int64 = 0, failed: Int64 = 0, nulls: Int64 = 0,
    errors: Int64 = 0, message: String = ""
  ) {
    self.rule = rule
    self.verdict = verdict
    self.checked = checked
    self.failed = failed
    self.nulls = nulls
    self.errors = errors
    self.message = message
  }

  /// The share of checked rows that pass; nil when none was checked.
  package var passedShare: Double? {
    checked > 0 ? Double(checked - failed) / Double(checked) : nil
  }
}

/// A value that breaks a rule, and in how many rows.
package struct FailingValue: Sendable, Hashable {
  /// The value as text; of a key the values of its columns, separated by commas; nil is null.
  package var text: String?
  package var count: Int64

  package init(text: String?, count: Int64) {
    self.text = text
    self.count = count
  }
}
