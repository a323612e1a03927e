package import PurSightAPI
package import PurSightGovernance
internal import PurSightRPC

extension PurSightAPI.Verdict {
  /// What a rule found, in the words of the API.
  package init(_ result: RuleResult, of rule: PurSightGovernance.Rule) {
    self.init(
      ruleID: result.rule, outcome: Outcome(result.verdict),
      severity: PurSightAPI.Severity(rule.severity), checked: result.checked,
      failed: result.failed, failedDistinct: result.failedDistinct,
      topFailingValues: result.topFailing.prefix(10).map {
        ValueCount(value: $0.text, count: $0.count)
      },
      message: result.message, columns: rule.kind.columns)
  }
}

extension PurSightAPI.Verdict {
  /// What an issue says of it, in a sentence.
  package var summary: String {
    if outcome == .error { return "\(ruleID): \(message)" }
    return "\(failed) of \(checked) rows break \(ruleID)"
  }
}

extension Outcome {
  package init(_ verdict: PurSightGovernance.Verdict) {
    switch verdict {
    case .pass: self = .pass
    case .fail: self = .fail
    case .error: self = .error
    case .notApplicable: self = .notApplicable
    }
  }
}

extension StoredVerdict {
  /// A verdict as it is stored: its counts, and the whole of it in its wire form.
  package init(_ verdict: PurSightAPI.Verdict, ordinal: Int) {
    self.init(
      ordinal: Int32(ordinal), ruleID: verdict.ruleID,
      outcome: Int16(verdict.outcome.rawValue), severity: Int16(verdict.severity.rawValue),
      checked: verdict.checked, failed: verdict.failed, detail: verdict.serialized())
  }
}
