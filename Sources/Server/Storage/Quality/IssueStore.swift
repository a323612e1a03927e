package import PurSightExpression
package import PurSightGovernance
internal import PurSightPostgres

/// The statements on issues.
package struct IssueStore: Sendable {
  private let storage: Storage

  package init(_ storage: Storage) { self.storage = storage }

  /// An issue with its place in the list.
  package struct Stored: Sendable {
    package let number: Int64
    package let issue: Issue
  }

  private static let columns: SQL = """
    i.issue_id, i.uid, a.uid, a.fqn, r.slug, i.rule_id, i.state, i.severity, i.summary, \
    i.failing_rows, i.first_run, i.last_run, i.revision, i.create_time, i.update_time, \
    i.creator, i.updater
    """

  private static let tables: SQL = """
    issue i JOIN asset a ON a.asset_id = i.dataset_id JOIN rule_set r USING (rule_set_id)
    """

  /// An issue, nil where there is none.
  package func issue(_ uid: String, in scope: Scope) async throws(StorageError) -> Issue? {
    let rows = try await storage.read(
      scope,
      """
      SELECT \(fragment: Self.columns) FROM \(fragment: Self.tables) \
      WHERE i.project_id = \(scope.project) AND i.uid = \(uid: uid)
      """)
    return try rows.first.map { row throws(StorageError) in try Self.stored(row).issue }
  }

  /// Issues older than `before`, newest first.
  /// - Parameter dataset: Only those of this dataset; nil: of the project.
  package func issues(
    of dataset: AssetStore.Key?, before: Int64, limit: Int, filter: SQLFragment?,
    in scope: Scope
  ) async throws(StorageError) -> [Stored] {
    let rows = try await storage.read(
      scope,
      """
      SELECT \(fragment: Self.columns) FROM \(fragment: Self.tables) \
      WHERE i.project_id = \(scope.project) AND \(fragment: dataset?.condition ?? "true") \
      AND i.issue_id < \(before) AND \(fragment: SQL(filter: filter)) \
      ORDER BY i.issue_id DESC LIMIT \(limit)
      """)
    return try rows.map { row throws(StorageError) in try Self.stored(row) }
  }

  private static func stored(_ row: PostgresRow) throws(StorageError) -> Stored {
    do throws(PostgresError) {
      let issue = Issue(
        datasetUID: try row.uid(2), datasetFQN: try row.string(3), ruleSet: try row.string(4),
        ruleID: try row.string(5), life: Issue.Life(rawValue: try row.int16(6)) ?? .open,
        severity: try row.int16(7), summary: try row.string(8), failingRows: try row.int64(9),
        firstRun: try row.uid(10), lastRun: try row.uid(11),
        state: ResourceState(
          uid: try row.uid(1), revision: try row.int64(12), createTime: try row.time(13),
          updateTime: try row.time(14), creator: try row.string(15),
          updater: try row.string(16)))
      return Stored(number: try row.int64(0), issue: issue)
    } catch {
      throw StorageError(error)
    }
  }

  /// A rule that a run found broken.
  package struct Finding: Sendable {
    /// The uid of the issue, if it is a new one.
    package let uid: String
    package let ruleID: String
    package let severity: Int16
    package let summary: String
    package let failingRows: Int64

    package init(
      uid: String, ruleID: String, severity: Int16, summary: String, failingRows: Int64
    ) {
      self.uid = uid
      self.ruleID = ruleID
      self.severity = severity
      self.summary = summary
      self.failingRows = failingRows
    }
  }

  /// Opens an issue for each finding that has none, brings the others up to date, and resolves
  /// those of rules that hold again.
  package func record(
    _ findings: [Finding], resolved: [String], dataset: String, ruleSet: String, run: String,
    in unit: inout UnitOfWork
  ) {
    if !findings.isEmpty {
      unit.add(
        """
        INSERT INTO issue (project_id, uid, dataset_id, rule_set_id, rule_id, state, severity, \
        summary, failing_rows, first_run, last_run, revision, create_time, update_time, \
        creator, updater) SELECT d.project_id, f.uid, d.dataset_id, r.rule_set_id, f.rule_id, 1, \
        f.severity, f.summary, f.failing_rows, \(uid: run), \(uid: run), 1, \(time: unit.time), \
        \(time: unit.time), \(unit.actor.principal), \(unit.actor.principal) \
        FROM dataset d, rule_set r, unnest(\(uids: findings.map(\.uid)), \
        \(findings.map(\.ruleID)), \(findings.map { Int32($0.severity) }), \
        \(findings.map(\.summary)), \(findings.map(\.failingRows))) \
        AS f(uid, rule_id, severity, summary, failing_rows) \
        WHERE d.uid = \(uid: dataset) AND r.project_id = d.project_id AND r.slug = \(ruleSet) \
        AND r.delete_time IS NULL \
        ON CONFLICT (dataset_id, rule_set_id, rule_id) WHERE state = 1 DO UPDATE SET \
        severity = EXCLUDED.severity, summary = EXCLUDED.summary, \
        failing_rows = EXCLUDED.failing_rows, last_run = EXCLUDED.last_run, \
        revision = issue.revision + 1, update_time = EXCLUDED.update_time, \
        updater = EXCLUDED.updater
        """)
    }
    guard !resolved.isEmpty else { return }
    unit.add(
      """
      UPDATE issue SET state = 2, failing_rows = 0, last_run = \(uid: run), \
      revision = revision + 1, update_time = \(time: unit.time), \
      updater = \(unit.actor.principal) \
      WHERE state = 1 AND rule_id = ANY (\(resolved)) \
      AND dataset_id = (SELECT dataset_id FROM dataset WHERE uid = \(uid: dataset)) \
      AND rule_set_id = (SELECT rule_set_id FROM rule_set WHERE slug = \(ruleSet) \
      AND project_id = \(unit.scope.project) AND delete_time IS NULL)
      """)
  }
}
