internal import PurSightCrypto
package import PurSightGovernance
internal import PurSightPostgres

/// The statements on write streams.
package struct WriteStreamStore: Sendable {
  package static let taken = "write_stream_dataset_id_stream_id_key"

  private let storage: Storage

  package init(_ storage: Storage) { self.storage = storage }

  /// A write stream with its number in the database, by which its batches are covered.
  package struct Stored: Sendable {
    package var stream: WriteStream
    package let number: Int64
  }

  // MARK: Reading

  private static let columns: SQL = """
    w.write_stream_id, w.uid, w.stream_id, a.uid, a.fqn, s.slug, w.source_uri, w.state, w.epoch, \
    w.next_offset, w.rows_stored, w.rows_quarantined, w.commits, w.on_bad_row, r.slug, \
    w.rule_set_version, w.check_run_uid, w.arrow_schema, w.schema_version, w.resume_token, \
    w.data_revision, w.segments_digest, w.last_commit_time, w.revision, w.create_time, \
    w.update_time, w.creator, w.updater
    """

  private static let tables: SQL = """
    write_stream w JOIN asset a ON a.asset_id = w.dataset_id \
    LEFT JOIN source s ON s.source_id = w.source_id \
    LEFT JOIN rule_set r ON r.rule_set_id = w.rule_set_id
    """

  /// A write stream of a dataset, nil where there is none.
  package func stream(
    _ id: String, of dataset: AssetStore.Key, in scope: Scope
  ) async throws(StorageError) -> Stored? {
    let rows = try await storage.read(
      scope,
      """
      SELECT \(fragment: Self.columns) FROM \(fragment: Self.tables) \
      WHERE w.project_id = \(scope.project) AND w.stream_id = \(id) \
      AND \(fragment: dataset.condition) AND a.delete_time IS NULL
      """)
    return try rows.first.map { row throws(StorageError) in try Self.stored(row) }
  }

  /// Write streams older than `before`, newest first.
  /// - Parameters:
  ///   - dataset: Only those of this dataset; nil: of the project.
  ///   - before: The number of the last one of the page before.
  package func streams(
    of dataset: AssetStore.Key?, life: WriteStream.Life?, before: Int64, limit: Int,
    in scope: Scope
  ) async throws(StorageError) -> [Stored] {
    let rows = try await storage.read(
      scope,
      """
      SELECT \(fragment: Self.columns) FROM \(fragment: Self.tables) \
      WHERE w.project_id = \(scope.project) AND \(fragment: dataset?.condition ?? "true") \
      AND (\(life?.rawValue)::smallint IS NULL OR w.state = \(life?.rawValue)::smallint) \
      AND w.write_stream_id < \(before) AND a.delete_time IS NULL \
      ORDER BY w.write_stream_id DESC LIMIT \(limit)
      """)
    return try rows.map { row throws(StorageError) in try Self.stored(row) }
  }

  private static func stored(_ row: PostgresRow) throws(StorageError) -> Stored {
    do throws(PostgresError) {
      let stream = WriteStream(
        id: try row.string(2), datasetUID: try row.uid(3), datasetFQN: try row.string(4),
        source: try row.optionalString(5), sourceURI: try row.string(6),
        life: WriteStream.Life(rawValue: try row.int16(7)) ?? .aborted,
        epoch: try row.int64(8), nextOffset: try row.int64(9), rowsStored: try row.int64(10),
        rowsQuarantined: try row.int64(11), commits: try row.int64(12),
        onBadRow: BadRowPolicy(rawValue: try row.int16(13)) ?? .quarantine,
        ruleSet: try row.optionalString(14), ruleSetVersion: try row.int32(15),
        checkRunUID: try row.optionalUUID(16)?.description, arrowSchema: try row.bytes(17),
        schemaVersion: try row.int32(18), resumeToken: try row.bytes(19),
        dataRevision: try row.int64(20), segmentsDigest: try row.bytes(21),
        lastCommitTime: try row.optionalTime(22),
        state: ResourceState(
          uid: try row.uid(1), revision: try row.int64(23), createTime: try row.time(24),
          updateTime: try row.time(25), creator: try row.string(26),
          updater: try row.string(27)))
      return Stored(stream: stream, number: try row.int64(0))
    } catch {
      throw StorageError(error)
    }
  }

  // MARK: Writing

  /// Adds a new write stream to the unit. Its id being taken fails the unit with
  /// `alreadyExists(taken)`.
  /// - Parameter sourceAsset: The uid of the asset that the rows come from; nil: not said.
  package func insert(
    _ stream: WriteStream, sourceAsset: String?, into unit: inout UnitOfWork
  ) {
    let state = stream.state
    unit.add(
      """
      INSERT INTO write_stream (project_id, uid, dataset_id, stream_id, source_id, \
      source_asset_id, source_uri, state, epoch, on_bad_row, rule_set_id, rule_set_version, \
      check_run_uid, arrow_schema, schema_version, segments_digest, open_event, revision, \
      create_time, update_time, creator, updater) \
      SELECT d.project_id, \(uid: state.uid), d.dataset_id, \(stream.id), \
      (SELECT source_id FROM source WHERE project_id = \(unit.scope.project) \
      AND slug = \(stream.source) AND delete_time IS NULL), \
      (SELECT asset_id FROM asset WHERE uid = \(uid: sourceAsset ?? "")), \
      \(stream.sourceURI), \(stream.life.rawValue), \(stream.epoch), \
      \(stream.onBadRow.rawValue), (SELECT rule_set_id FROM rule_set \
      WHERE project_id = \(unit.scope.project) AND slug = \(stream.ruleSet) \
      AND delete_time IS NULL), \(stream.ruleSetVersion), \
      \(uid: stream.checkRunUID ?? ""), \(stream.arrowSchema), \
      \(stream.schemaVersion), \(stream.segmentsDigest), \
      \(uid: unit.eventID.description), \(state.revision), \
      \(time: state.createTime), \(time: state.updateTime), \
      \(state.creator), \(state.updater) \
      FROM dataset d WHERE d.uid = \(uid: stream.datasetUID)
      """)
  }

  /// Lets a younger writer take an open stream over: its epoch grows by one.
  package func takeOver(
    _ stored: Stored, arrowSchema: [UInt8], schemaVersion: Int32, in unit: inout UnitOfWork
  ) {
    unit.require(
      """
      UPDATE write_stream SET epoch = epoch + 1, arrow_schema = \(arrowSchema), \
      schema_version = \(schemaVersion), revision = revision + 1, \
      update_time = \(time: unit.time), updater = \(unit.actor.principal) \
      WHERE write_stream_id = \(stored.number) AND epoch = \(stored.stream.epoch) AND state = 1
      """, else: .openLoad)
  }

  /// Ends an open stream.
  package func close(
    _ stored: Stored, as life: WriteStream.Life, in unit: inout UnitOfWork
  ) {
    unit.require(
      """
      UPDATE write_stream SET state = \(life.rawValue), revision = revision + 1, \
      close_event = \(uid: unit.eventID.description), \
      update_time = \(time: unit.time), updater = \(unit.actor.principal) \
      WHERE write_stream_id = \(stored.number) AND epoch = \(stored.stream.epoch) \
      AND next_offset = \(stored.stream.nextOffset) AND state = 1
      """, else: .openLoad)
  }
}
