public import PurSightAPI
internal import PurSightRPC

/// What a run of rules has found.
public struct CheckResult: Sendable {
  private let session: CallSession
  /// The run with all that is known of it.
  public let run: CheckRun

  init(_ session: CallSession, _ run: CheckRun) {
    self.session = session
    self.run = run
  }

  /// Share of checks that passed, from 0 to 1.
  public var score: Double { run.score }

  /// What each rule has found: those that could not be evaluated first, then those that fail, by
  /// the number of rows, then the rest as in the set.
  public var rules: [Verdict] {
    run.verdicts.enumerated().sorted { left, right in
      let (first, second) = (Self.rank(left.element.outcome), Self.rank(right.element.outcome))
      if first != second { return first < second }
      if left.element.failed != right.element.failed {
        return left.element.failed > right.element.failed
      }
      return left.offset < right.offset
    }.map(\.element)
  }

  /// The worst of what the rules have found; `error` for a run that did not come to its end.
  public var verdict: Outcome {
    guard run.state == .succeeded else { return .error }
    return run.verdicts.map(\.outcome).min { Self.rank($0) < Self.rank($1) } ?? .pass
  }

  /// Worse is smaller. What this build does not know is as bad as an error.
  private static func rank(_ outcome: Outcome) -> Int {
    switch outcome {
    case .fail: 1
    case .notApplicable: 2
    case .pass: 3
    default: 0
    }
  }

  /// Throws unless every rule passes.
  ///
  /// - Parameter outcome: What has to be at least: a rule that could not be evaluated never is.
  /// - Throws: `FAILED_PRECONDITION`, reason `CHECK_FAILED`, with the rules that do not.
  public func require(_ outcome: Outcome) throws(PurSightError) {
    guard Self.rank(verdict) < Self.rank(outcome) else { return }
    let bad = rules.filter { Self.rank($0.outcome) < Self.rank(outcome) }
      .map {
        "\($0.ruleID): \($0.message.isEmpty ? "\($0.failed) of \($0.checked) rows" : $0.message)"
      }
    throw PurSightError(
      .failedPrecondition,
      "The rules do not hold: \(bad.isEmpty ? run.error : bad.joined(separator: "; ")).",
      reason: "CHECK_FAILED")
  }

  /// The rows that broke a rule, stored ones and those in quarantine.
  ///
  /// - Parameters:
  ///   - columns: Which columns of stored rows; none: all.
  ///   - limit: How many at the most; nil: all.
  public func failingRows(
    _ ruleID: String, columns: [String] = [], limit: Int? = nil
  ) -> FailingRowSequence {
    FailingRowSequence(
      session,
      ReadFailingRowsRequest(
        run: run.name, ruleID: ruleID, columns: columns, limit: Int64(limit ?? 0)))
  }
}
