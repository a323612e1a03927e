internal import PurSightAPI
internal import PurSightGovernance
internal import PurSightRPC
internal import PurSightServiceKit
internal import PurSightStorage

// Rule sets, runs and issues between the API and Governance.

extension PurSightAPI.RuleSet {
  /// - Throws: when the stored rules do not decode.
  init(_ ruleSet: RuleSet, in scope: Scope) throws {
    self = try PurSightAPI.RuleSet(serialized: ruleSet.body)
    name = "\(scope.name)/ruleSets/\(ruleSet.slug)"
    dataset = ruleSet.dataset
    version = ruleSet.version
    description = ruleSet.description
    meta = ResourceMeta(ruleSet.state)
  }
}

extension PurSightAPI.CheckRun {
  init(_ stored: CheckRunStore.Stored, in scope: Scope) throws {
    let run = stored.run
    let dataset = "\(scope.name)/datasets/\(run.datasetUID)"
    let verdicts = try stored.verdicts.map { try PurSightAPI.Verdict(serialized: $0.detail) }
    self.init(
      name: "\(scope.name)/checkRuns/\(run.state.uid)",
      ruleSet: "\(scope.name)/ruleSets/\(run.ruleSet)", ruleSetVersion: run.ruleSetVersion,
      dataset: dataset, revision: run.dataRevision,
      writeStream: run.writeStream.map { "\(dataset)/writeStreams/\($0)" } ?? "",
      state: RunState(rawValue: Int32(run.life.rawValue)), rows: run.rows, verdicts: verdicts,
      score: Self.score(verdicts), error: run.error, meta: ResourceMeta(run.state))
  }

  /// Passed by checked, over all rules that could be evaluated; 0 when nothing was.
  static func score(_ verdicts: [PurSightAPI.Verdict]) -> Double {
    let counted = verdicts.filter { $0.outcome == .pass || $0.outcome == .fail }
    let checked = counted.reduce(Int64(0)) { $0 + $1.checked }
    let failed = counted.reduce(Int64(0)) { $0 + $1.failed }
    return checked == 0 ? 0 : Double(checked - failed) / Double(checked)
  }
}

extension PurSightAPI.Issue {
  init(_ issue: Issue, in scope: Scope) {
    self.init(
      name: "\(scope.name)/issues/\(issue.state.uid)",
      dataset: "\(scope.name)/datasets/\(issue.datasetUID)",
      ruleSet: "\(scope.name)/ruleSets/\(issue.ruleSet)", ruleID: issue.ruleID,
      state: IssueState(rawValue: Int32(issue.life.rawValue)),
      severity: PurSightAPI.Severity(rawValue: Int32(issue.severity)), summary: issue.summary,
      failingRows: issue.failingRows,
      firstRun: "\(scope.name)/checkRuns/\(issue.firstRun)",
      lastRun: "\(scope.name)/checkRuns/\(issue.lastRun)", meta: ResourceMeta(issue.state))
  }
}

extension PurSightAPI.QuarantinedRow {
  init(_ stored: QuarantineStore.Stored, dataset uid: String, in scope: Scope) {
    let row = stored.row
    let name = "\(scope.name)/datasets/\(uid)"
    self.init(
      dataset: name, writeStream: "\(name)/writeStreams/\(stored.writeStream)",
      offset: row.offset, ruleID: row.ruleID, column: row.column, value: row.value,
      reason: row.reason, message: row.message, row: row.body,
      createTime: Timestamp(microseconds: stored.time), line: row.line)
  }
}
