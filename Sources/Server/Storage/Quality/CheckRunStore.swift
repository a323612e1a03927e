package import PurSightGovernance
internal import PurSightPostgres

/// The statements on check runs, verdicts and failing rows.
package struct CheckRunStore: Sendable {
  private let storage: Storage

  package init(_ storage: Storage) { self.storage = storage }

  /// A run with its place in the list.
  package struct Stored: Sendable {
    package let number: Int64
    package let run: CheckRun
    package let verdicts: [StoredVerdict]

    package init(number: Int64, run: CheckRun, verdicts: [StoredVerdict]) {
      self.number = number
      self.run = run
      self.verdicts = verdicts
    }
  }

  private static let columns: SQL = """
    c.check_run_id, c.uid, r.slug, c.rule_set_version, a.uid, a.fqn, w.stream_id, \
    c.data_revision, c.state, c.rows, c.error, c.revision, c.create_time, c.update_time, \
    c.creator, c.updater
    """

  private static let tables: SQL = """
    check_run c JOIN rule_set r USING (rule_set_id) JOIN asset a ON a.asset_id = c.dataset_id \
    LEFT JOIN write_stream w USING (write_stream_id)
    """

  /// A run, nil where there is none.
  package func run(_ uid: String, in scope: Scope) async throws(StorageError) -> Stored? {
    let results = try await storage.read(
      scope,
      all: [
        """
        SELECT \(fragment: Self.columns) FROM \(fragment: Self.tables) \
        WHERE c.project_id = \(scope.project) AND c.uid = \(uid: uid)
        """,
        """
        SELECT v.ordinal, v.rule_id, v.outcome, v.severity, v.checked, v.failed, v.detail \
        FROM verdict v JOIN check_run c USING (check_run_id) \
        WHERE c.project_id = \(scope.project) AND c.uid = \(uid: uid) ORDER BY v.ordinal
        """,
      ])
    guard let row = results[0].first else { return nil }
    let verdicts = try results[1].map { row throws(StorageError) in try Self.verdict(row) }
    return try Self.stored(row, verdicts)
  }

  /// Runs older than `before`, newest first, without their verdicts.
  /// - Parameter dataset: Only those of this dataset; nil: of the project.
  package func runs(
    of dataset: AssetStore.Key?, before: Int64, limit: Int, in scope: Scope
  ) async throws(StorageError) -> [Stored] {
    let rows = try await storage.read(
      scope,
      """
      SELECT \(fragment: Self.columns) FROM \(fragment: Self.tables) \
      WHERE c.project_id = \(scope.project) AND \(fragment: dataset?.condition ?? "true") \
      AND c.check_run_id < \(before) ORDER BY c.check_run_id DESC LIMIT \(limit)
      """)
    return try rows.map { row throws(StorageError) in try Self.stored(row, []) }
  }

  private static func stored(
    _ row: PostgresRow, _ verdicts: [StoredVerdict]
  ) throws(StorageError) -> Stored {
    do throws(PostgresError) {
      let run = CheckRun(
        ruleSet: try row.string(2), ruleSetVersion: try row.int32(3),
        datasetUID: try row.uid(4), datasetFQN: try row.string(5),
        writeStream: try row.optionalString(6), dataRevision: try row.int64(7),
        life: CheckRun.Life(rawValue: try row.int16(8)) ?? .failed, rows: try row.int64(9),
        error: try row.string(10),
        state: ResourceState(
          uid: try row.uid(1), revision: try row.int64(11), createTime: try row.time(12),
          updateTime: try row.time(13), creator: try row.string(14),
          updater: try row.string(15)))
      return Stored(number: try row.int64(0), run: run, verdicts: verdicts)
    } catch {
      throw StorageError(error)
    }
  }

  private static func verdict(_ row: PostgresRow) throws(StorageError) -> StoredVerdict {
    do throws(PostgresError) {
      return StoredVerdict(
        ordinal: try row.int32(0), ruleID: try row.string(1), outcome: try row.int16(2),
        severity: try row.int16(3), checked: try row.int64(4), failed: try row.int64(5),
        detail: try row.bytes(6))
    } catch {
      throw StorageError(error)
    }
  }

  /// The mergeable state of a load's rules after its newest commit, nil before the first.
  package func state(
    ofRun uid: String, in scope: Scope
  ) async throws(StorageError) -> (offset: Int64, state: [UInt8])? {
    let rows = try await storage.read(
      scope,
      """
      SELECT v.stream_offset, v.state FROM commit_verdict v JOIN check_run c USING (check_run_id) \
      WHERE c.uid = \(uid: uid) ORDER BY v.stream_offset DESC LIMIT 1
      """)
    guard let row = rows.first else { return nil }
    do throws(PostgresError) {
      return (try row.int64(0), try row.bytes(1))
    } catch {
      throw StorageError(error)
    }
  }

  /// Segments behind `after` in which rows broke a rule, with a bit a row.
  package func failingSegments(
    ofRun uid: String, ordinal: Int32, after: Int64, limit: Int, in scope: Scope
  ) async throws(StorageError) -> [(segment: Int64, bits: [UInt8])] {
    let rows = try await storage.read(
      scope,
      """
      SELECT f.segment, f.bits FROM failing_rows f JOIN check_run c USING (check_run_id) \
      WHERE c.uid = \(uid: uid) AND f.ordinal = \(ordinal) AND f.segment > \(after) \
      ORDER BY f.segment LIMIT \(limit)
      """)
    do throws(PostgresError) {
      return try rows.map { row throws(PostgresError) in (try row.int64(0), try row.bytes(1)) }
    } catch {
      throw StorageError(error)
    }
  }

  // MARK: Writing

  /// Adds a run to the unit.
  package func insert(_ run: CheckRun, into unit: inout UnitOfWork) {
    let state = run.state
    unit.add(
      """
      INSERT INTO check_run (project_id, uid, rule_set_id, rule_set_version, dataset_id, \
      write_stream_id, data_revision, state, rows, error, revision, create_time, update_time, \
      creator, updater) SELECT d.project_id, \(uid: state.uid), r.rule_set_id, \
      \(run.ruleSetVersion), d.dataset_id, (SELECT w.write_stream_id FROM write_stream w \
      WHERE w.dataset_id = d.dataset_id AND w.stream_id = \(run.writeStream)), \
      \(run.dataRevision), \(run.life.rawValue), \(run.rows), \(run.error), \
      \(state.revision), \(time: state.createTime), \(time: state.updateTime), \
      \(state.creator), \(state.updater) \
      FROM dataset d, rule_set r WHERE d.uid = \(uid: run.datasetUID) \
      AND r.project_id = d.project_id AND r.slug = \(run.ruleSet) AND r.delete_time IS NULL
      """)
  }

  /// Ends a run with its verdicts; what it had before is replaced.
  package func finish(
    _ uid: String, as life: CheckRun.Life, rows: Int64, dataRevision: Int64, error: String = "",
    verdicts: [StoredVerdict], in unit: inout UnitOfWork
  ) {
    unit.add(
      """
      UPDATE check_run SET state = \(life.rawValue), rows = \(rows), error = \(error), \
      data_revision = \(dataRevision), revision = revision + 1, update_time = \(time: unit.time), \
      updater = \(unit.actor.principal) WHERE uid = \(uid: uid)
      """)
    unit.add(
      """
      DELETE FROM verdict WHERE check_run_id = \
      (SELECT check_run_id FROM check_run WHERE uid = \(uid: uid))
      """)
    guard !verdicts.isEmpty else { return }
    unit.add(
      """
      INSERT INTO verdict (project_id, check_run_id, ordinal, rule_id, outcome, severity, \
      checked, failed, detail) SELECT c.project_id, c.check_run_id, v.ordinal, v.rule_id, \
      v.outcome, v.severity, v.checked, v.failed, v.detail \
      FROM check_run c, unnest(\(verdicts.map(\.ordinal)), \(verdicts.map(\.ruleID)), \
      \(verdicts.map { Int32($0.outcome) }), \(verdicts.map { Int32($0.severity) }), \
      \(verdicts.map(\.checked)), \(verdicts.map(\.failed)), \(verdicts.map(\.detail))) \
      AS v(ordinal, rule_id, outcome, severity, checked, failed, detail) \
      WHERE c.uid = \(uid: uid)
      """)
  }

  /// Adds which rows of stored segments broke rules.
  package func insertFailing(
    _ failing: [(ordinal: Int32, segment: Int64, failed: Int32, bits: [UInt8])],
    ofRun uid: String, into unit: inout UnitOfWork
  ) {
    guard !failing.isEmpty else { return }
    unit.add(
      """
      INSERT INTO failing_rows (project_id, check_run_id, ordinal, dataset_id, segment, failed, \
      bits) SELECT c.project_id, c.check_run_id, f.ordinal, c.dataset_id, f.segment, f.failed, \
      f.bits FROM check_run c, unnest(\(failing.map(\.ordinal)), \(failing.map(\.segment)), \
      \(failing.map(\.failed)), \(failing.map(\.bits))) AS f(ordinal, segment, failed, bits) \
      WHERE c.uid = \(uid: uid)
      """)
  }
}
