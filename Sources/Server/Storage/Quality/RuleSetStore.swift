package import PurSightGovernance
internal import PurSightPostgres

/// The statements on rule sets and their versions.
package struct RuleSetStore: Sendable {
  package static let taken = "rule_set_slug"

  private let storage: Storage

  package init(_ storage: Storage) { self.storage = storage }

  private static let columns: SQL = """
    r.uid, r.slug, r.dataset, r.description, v.version, v.body, r.revision, r.create_time, \
    r.update_time, r.creator, r.updater
    """

  /// The living rule set of this slug; nil where there is none, or not in this version.
  /// - Parameter version: Nil asks for the newest.
  package func ruleSet(
    _ slug: String, version: Int32? = nil, in scope: Scope
  ) async throws(StorageError) -> RuleSet? {
    let rows = try await storage.read(
      scope,
      """
      SELECT \(fragment: Self.columns) FROM rule_set r JOIN rule_set_version v USING (rule_set_id) \
      WHERE r.project_id = \(scope.project) AND r.slug = \(slug) AND r.delete_time IS NULL \
      AND v.version = coalesce(\(version), r.version)
      """)
    return try rows.first.map { row throws(StorageError) in try Self.ruleSet(row) }
  }

  /// Living rule sets behind `after`, by slug.
  package func ruleSets(
    after: String, limit: Int, in scope: Scope
  ) async throws(StorageError) -> [RuleSet] {
    let rows = try await storage.read(
      scope,
      """
      SELECT \(fragment: Self.columns) FROM rule_set r JOIN rule_set_version v \
      ON v.rule_set_id = r.rule_set_id AND v.version = r.version \
      WHERE r.project_id = \(scope.project) AND r.slug > \(after) AND r.delete_time IS NULL \
      ORDER BY r.slug LIMIT \(limit)
      """)
    return try rows.map { row throws(StorageError) in try Self.ruleSet(row) }
  }

  private static func ruleSet(_ row: PostgresRow) throws(StorageError) -> RuleSet {
    do throws(PostgresError) {
      return RuleSet(
        slug: try row.string(1), dataset: try row.string(2), description: try row.string(3),
        version: try row.int32(4), body: try row.bytes(5),
        state: ResourceState(
          uid: try row.uid(0), revision: try row.int64(6), createTime: try row.time(7),
          updateTime: try row.time(8), creator: try row.string(9), updater: try row.string(10)))
    } catch {
      throw StorageError(error)
    }
  }

  /// Adds a rule set in its first version. Its slug being taken fails the unit with
  /// `alreadyExists(taken)`.
  package func insert(_ ruleSet: RuleSet, into unit: inout UnitOfWork) {
    let state = ruleSet.state
    unit.add(
      """
      INSERT INTO rule_set (project_id, uid, slug, dataset, description, version, revision, \
      create_time, update_time, creator, updater) VALUES (\(unit.scope.project), \
      \(uid: state.uid), \(ruleSet.slug), \(ruleSet.dataset), \(ruleSet.description), \
      \(ruleSet.version), \(state.revision), \(time: state.createTime), \
      \(time: state.updateTime), \(state.creator), \(state.updater))
      """)
    insertVersion(ruleSet, into: &unit)
  }

  /// Writes a rule set as it is after a change of the one at `revision`, with its new version if it
  /// has one.
  package func update(
    _ ruleSet: RuleSet, isNewVersion: Bool, from revision: Int64, in unit: inout UnitOfWork
  ) {
    let state = ruleSet.state
    unit.require(
      """
      UPDATE rule_set SET dataset = \(ruleSet.dataset), description = \(ruleSet.description), \
      version = \(ruleSet.version), revision = \(state.revision), \
      update_time = \(time: state.updateTime), updater = \(state.updater) \
      WHERE uid = \(uid: state.uid) AND revision = \(revision) AND delete_time IS NULL
      """, else: .revision)
    if isNewVersion { insertVersion(ruleSet, into: &unit) }
  }

  private func insertVersion(_ ruleSet: RuleSet, into unit: inout UnitOfWork) {
    unit.add(
      """
      INSERT INTO rule_set_version (project_id, rule_set_id, version, body, at) \
      SELECT project_id, rule_set_id, \(ruleSet.version), \(ruleSet.body), \(time: unit.time) \
      FROM rule_set WHERE uid = \(uid: ruleSet.state.uid)
      """)
  }

  /// The condition that failed because a living dataset is bound to the rule set.
  package static let isUnbound: StorageGuard = "rule_set_unbound"

  /// Marks a rule set as deleted; its versions stay for the runs that used them.
  package func delete(_ ruleSet: RuleSet, from revision: Int64, in unit: inout UnitOfWork) {
    unit.require(
      that: """
        NOT EXISTS (SELECT 1 FROM dataset d JOIN rule_set r USING (rule_set_id) \
        WHERE r.uid = \(uid: ruleSet.state.uid))
        """, else: Self.isUnbound)
    unit.require(
      """
      UPDATE rule_set SET revision = \(ruleSet.state.revision), \
      update_time = \(time: ruleSet.state.updateTime), \
      delete_time = \(time: ruleSet.state.updateTime), updater = \(ruleSet.state.updater) \
      WHERE uid = \(uid: ruleSet.state.uid) AND revision = \(revision) AND delete_time IS NULL
      """, else: .revision)
  }
}
