package import PurSightGovernance
internal import PurSightPostgres

/// The statements on the mergeable profiles of datasets.
package struct ProfileStore: Sendable {
  private let storage: Storage

  package init(_ storage: Storage) { self.storage = storage }

  /// A profile of all loads that have ended.
  package struct Stored: Sendable {
    /// How many loads were merged into it; 0: none.
    package var version: Int64
    package var dataRevision: Int64
    /// The schema version whose columns the state is written in.
    package var schemaVersion: Int32
    package var state: [UInt8]
    /// Microseconds since 1970-01-01T00:00:00Z.
    package var updateTime: Int64

    package init(
      version: Int64, dataRevision: Int64, schemaVersion: Int32, state: [UInt8],
      updateTime: Int64
    ) {
      self.version = version
      self.dataRevision = dataRevision
      self.schemaVersion = schemaVersion
      self.state = state
      self.updateTime = updateTime
    }
  }

  /// The stored profile of a dataset, nil before the first load has ended.
  package func profile(
    ofDataset uid: String, in scope: Scope
  ) async throws(StorageError) -> Stored? {
    let rows = try await storage.read(
      scope,
      """
      SELECT p.version, p.data_revision, p.schema_version, p.state, p.update_time \
      FROM dataset_profile p JOIN dataset d USING (dataset_id) WHERE d.uid = \(uid: uid)
      """)
    guard let row = rows.first else { return nil }
    do throws(PostgresError) {
      return Stored(
        version: try row.int64(0), dataRevision: try row.int64(1),
        schemaVersion: try row.int32(2), state: try row.bytes(3), updateTime: try row.time(4))
    } catch {
      throw StorageError(error)
    }
  }

  /// The condition that failed because another load was merged meanwhile.
  package static let isNewest: StorageGuard = "profile_is_newest"

  /// Writes a profile that follows the one of the version before.
  package func write(_ profile: Stored, ofDataset uid: String, in unit: inout UnitOfWork) {
    unit.require(
      """
      INSERT INTO dataset_profile AS p (project_id, dataset_id, version, data_revision, \
      schema_version, state, update_time) SELECT project_id, dataset_id, \(profile.version), \
      \(profile.dataRevision), \(profile.schemaVersion), \(profile.state), \
      \(time: profile.updateTime) FROM dataset WHERE uid = \(uid: uid) \
      ON CONFLICT (dataset_id) DO UPDATE SET version = EXCLUDED.version, \
      data_revision = EXCLUDED.data_revision, schema_version = EXCLUDED.schema_version, \
      state = EXCLUDED.state, \
      update_time = EXCLUDED.update_time WHERE p.version = EXCLUDED.version - 1
      """, else: Self.isNewest)
  }
}
