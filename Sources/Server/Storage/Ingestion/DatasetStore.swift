package import PurSightExpression
package import PurSightGovernance
internal import PurSightPostgres

/// The statements on datasets. A dataset's name, description and schema are those of its asset.
package struct DatasetStore: Sendable {
  private let storage: Storage
  private let schemas: SchemaStore

  package init(_ storage: Storage) {
    self.storage = storage
    schemas = SchemaStore(storage)
  }

  // MARK: Reading

  private static let columns: SQL = """
    a.uid, a.fqn, coalesce((SELECT f.description FROM asset_facet f \
    WHERE f.asset_id = a.asset_id AND f.description <> '' ORDER BY f.layer = 2 DESC, f.layer \
    LIMIT 1), ''), d.key_columns, a.next_column_id, d.data_revision, d.row_count, \
    d.stored_bytes, d.quarantined_count, r.slug, a.revision, a.create_time, a.update_time, \
    a.creator, a.updater, a.schema_version
    """

  private static let tables: SQL = """
    dataset d JOIN asset a ON a.asset_id = d.dataset_id LEFT JOIN rule_set r USING (rule_set_id)
    """

  /// The living dataset of this name with its newest schema, nil where there is none.
  package func dataset(
    _ key: AssetStore.Key, in scope: Scope
  ) async throws(StorageError) -> Dataset? {
    let rows = try await storage.read(
      scope,
      """
      SELECT \(fragment: Self.columns) FROM \(fragment: Self.tables) \
      WHERE a.project_id = \(scope.project) AND \(fragment: key.condition) \
      AND a.delete_time IS NULL
      """)
    guard let row = rows.first else { return nil }
    var dataset = try Self.dataset(row)
    let version = try await schemas.version(nil, ofAsset: dataset.state.uid, in: scope)
    dataset.schema = version?.schema
    return dataset
  }

  /// Living datasets behind `after`, by fully qualified name. Their columns are not read.
  package func datasets(
    after: String, limit: Int, filter: SQLFragment?, in scope: Scope
  ) async throws(StorageError) -> [Dataset] {
    let rows = try await storage.read(
      scope,
      """
      SELECT \(fragment: Self.columns) FROM \(fragment: Self.tables) \
      WHERE a.project_id = \(scope.project) AND a.fqn > \(after) AND a.delete_time IS NULL \
      AND \(fragment: SQL(filter: filter)) ORDER BY a.fqn LIMIT \(limit)
      """)
    return try rows.map { row throws(StorageError) in try Self.dataset(row) }
  }

  private static func dataset(_ row: PostgresRow) throws(StorageError) -> Dataset {
    do throws(PostgresError) {
      return Dataset(
        fqn: try AssetStore.name(row.string(1)), description: try row.string(2),
        keyColumns: try row.stringArray(3), schema: nil, nextColumnID: try row.int32(4),
        dataRevision: try row.int64(5), rowCount: try row.int64(6),
        storedBytes: try row.int64(7), quarantinedCount: try row.int64(8),
        ruleSet: try row.optionalString(9),
        state: ResourceState(
          uid: try row.uid(0), revision: try row.int64(10), createTime: try row.time(11),
          updateTime: try row.time(12), creator: try row.string(13),
          updater: try row.string(14)))
    } catch {
      throw StorageError(error)
    }
  }

  // MARK: Writing

  /// Adds a dataset to the unit; its asset has been added before.
  package func insert(_ dataset: Dataset, into unit: inout UnitOfWork) {
    unit.add(
      """
      INSERT INTO dataset (project_id, dataset_id, uid, key_columns, rule_set_id) \
      SELECT project_id, asset_id, uid, \(dataset.keyColumns), \
      \(fragment: Self.ruleSet(dataset.ruleSet, unit)) \
      FROM asset WHERE uid = \(uid: dataset.state.uid)
      """)
  }

  /// Writes key and rule set of a dataset; its asset has been updated before, guarded by its
  /// revision.
  package func update(_ dataset: Dataset, in unit: inout UnitOfWork) {
    unit.add(
      """
      UPDATE dataset SET key_columns = \(dataset.keyColumns), \
      rule_set_id = \(fragment: Self.ruleSet(dataset.ruleSet, unit)) \
      WHERE uid = \(uid: dataset.state.uid)
      """)
  }

  private static func ruleSet(_ slug: String?, _ unit: UnitOfWork) -> SQL {
    """
    (SELECT rule_set_id FROM rule_set WHERE project_id = \(unit.scope.project) \
    AND slug = \(slug) AND delete_time IS NULL)
    """
  }

  /// The condition that failed because a write stream of the dataset is open.
  package static let hasNoOpenStream: StorageGuard = "dataset_has_no_open_stream"

  /// Takes the rows of a dataset away; its asset is deleted beside it and keeps the history.
  package func delete(_ dataset: Dataset, in unit: inout UnitOfWork) {
    let uid = dataset.state.uid
    unit.require(
      that: """
        NOT EXISTS (SELECT 1 FROM write_stream w JOIN dataset d USING (dataset_id) \
        WHERE d.uid = \(uid: uid) AND w.state = 1)
        """, else: Self.hasNoOpenStream)
    unit.add("DELETE FROM dataset WHERE uid = \(uid: uid)")
  }
}
