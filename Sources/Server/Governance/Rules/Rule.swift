/// One typed check of a dataset's rows.
package struct Rule: Sendable, Hashable {
  /// The slug that results, issues and quarantined rows refer to; unique in its rule set.
  package var name: String
  package var kind: RuleKind
  package var severity: Severity
  package var threshold: Threshold
  /// A boolean expression; rows where it is not true are not checked. Nil checks every row.
  package var condition: String?
  /// What a null value counts as.
  package var nulls: NullPolicy
  /// What the rule is for, in the words of whoever wrote it.
  package var summary: String

  package init(
    _ name: String, _ kind: RuleKind, severity: Severity = .warn, threshold: Threshold = .none,
    condition: String? = nil, nulls: NullPolicy = .skip, summary: String = ""
  ) {
    self.name = name
    self.kind = kind
    self.severity = severity
    self.threshold = threshold
    self.condition = condition
    self.nulls = nulls
    self.summary = summary
  }
}

/// What a null value counts as; `notNull` rules do not ask.
package enum NullPolicy: String, Sendable, Hashable, CaseIterable {
  /// The row is not checked.
  case skip
  /// The row breaks the rule.
  case fail
}

/// What happens to the rows that break a rule while they are ingested.
package enum Severity: String, Sendable, Hashable, CaseIterable {
  /// They are set aside with the reason and not stored in the dataset.
  case quarantine
  /// They are stored, counted and can be listed.
  case warn
  /// The batch is refused.
  case stop
}

/// Which share of the checked rows may break a rule.
package struct Threshold: Sendable, Hashable {
  /// Largest share of failing rows that still passes, 0...1.
  package var allowedShare: Double

  package init(allowedShare: Double) { self.allowedShare = allowedShare }

  /// Every row has to pass.
  package static let none = Threshold(allowedShare: 0)

  /// Whether the counts satisfy the threshold; without checked rows they do.
  package func isMet(checked: Int64, failed: Int64) -> Bool {
    failed == 0 || Double(failed) <= allowedShare * Double(checked)
  }
}
