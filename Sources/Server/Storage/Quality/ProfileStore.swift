package import PurSightGovernance
internal import PurSightPostgres

/// The statements on the mergeable profiles of datasets.
package struct ProfileStore: Sendable {
  private let storage: Storage

  package init(_ storage: Storage) { self.storage = storage }

  /// A profile up to and including a segment.
  package struct Stored: Sendable {
    package var dataRevision: Int64
    package var throughSegment: Int64
    package var state: [UInt8]
    /// Microseconds since 1970-01-01T00:00:00Z.
    package var updateTime: Int64

    package init(dataRevision: Int64, throughSegment: Int64, state: [UInt8], updateTime: Int64) {
      self.dataRevision = dataRevision
      self.throughSegment = throughSegment
      self.state = state
      self.updateTime = updateTime
    }
  }

  /// The stored profile of a dataset, nil before the first.
  package func profile(
    ofDataset uid: String, in scope: Scope
  ) async throws(StorageError) -> Stored? {
    let rows = try await storage.read(
      scope,
      """
      SELECT p.data_revision, p.through_segment, p.state, p.update_time \
      FROM dataset_profile p JOIN dataset d USING (dataset_id) WHERE d.uid = \(uid: uid)
      """)
    guard let row = rows.first else { return nil }
    do throws(PostgresError) {
      return Stored(
        dataRevision: try row.int64(0), throughSegment: try row.int64(1),
        state: try row.bytes(2), updateTime: try row.time(3))
    } catch {
      throw StorageError(error)
    }
  }

  /// Writes a profile, unless one that covers more is there already.
  package func write(_ profile: Stored, ofDataset uid: String, in unit: inout UnitOfWork) {
    unit.add(
      """
      INSERT INTO dataset_profile (project_id, dataset_id, data_revision, through_segment, \
      state, update_time) SELECT project_id, dataset_id, \(profile.dataRevision), \
      \(profile.throughSegment), \(profile.state), \(time: profile.updateTime) \
      FROM dataset WHERE uid = \(uid: uid) \
      ON CONFLICT (dataset_id) DO UPDATE SET data_revision = EXCLUDED.data_revision, \
      through_segment = EXCLUDED.through_segment, state = EXCLUDED.state, \
      update_time = EXCLUDED.update_time \
      WHERE dataset_profile.through_segment <= EXCLUDED.through_segment
      """)
  }
}
