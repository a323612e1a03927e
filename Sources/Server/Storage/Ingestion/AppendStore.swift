package import PurSightGovernance
internal import PurSightPostgres

/// One append, checked and encoded: everything that its transaction writes.
package struct StoredAppend: Sendable {
  package var writeStream: Int64
  package var epoch: Int64
  package var datasetUID: String
  /// The offset of its first row in the stream.
  package var offset: Int64
  /// Rows that it covers, stored or quarantined.
  package var rows: Int64
  package var resumeToken: [UInt8]
  /// The stored rows; nil: none was left to store.
  package var segment: NewSegment?
  package var quarantined: [QuarantinedRow]
  /// Per rule that some stored rows broke.
  package var failing: [FailingRows]
  package var checkRun: String?
  /// The mergeable state of all rules after this append; nil: no rules.
  package var verdictState: [UInt8]?

  package struct NewSegment: Sendable {
    package var rows: Int32
    package var codec: Int16
    package var schemaVersion: Int32
    /// SHA-256 of `bytes`.
    package var digest: [UInt8]
    package var columns: [UInt8]
    package var bytes: [UInt8]
    /// SHA-256(digest of the stream before || `digest`).
    package var streamDigest: [UInt8]

    package init(
      rows: Int32, codec: Int16, schemaVersion: Int32, digest: [UInt8], columns: [UInt8],
      bytes: [UInt8], streamDigest: [UInt8]
    ) {
      self.rows = rows
      self.codec = codec
      self.schemaVersion = schemaVersion
      self.digest = digest
      self.columns = columns
      self.bytes = bytes
      self.streamDigest = streamDigest
    }
  }

  /// Rows of the segment that broke a rule: one bit a row.
  package struct FailingRows: Sendable {
    package var ordinal: Int32
    package var failed: Int32
    package var bits: [UInt8]

    package init(ordinal: Int32, failed: Int32, bits: [UInt8]) {
      self.ordinal = ordinal
      self.failed = failed
      self.bits = bits
    }
  }

  package init(
    writeStream: Int64, epoch: Int64, datasetUID: String, offset: Int64, rows: Int64,
    resumeToken: [UInt8], segment: NewSegment?, quarantined: [QuarantinedRow],
    failing: [FailingRows], checkRun: String?, verdictState: [UInt8]?
  ) {
    self.writeStream = writeStream
    self.epoch = epoch
    self.datasetUID = datasetUID
    self.offset = offset
    self.rows = rows
    self.resumeToken = resumeToken
    self.segment = segment
    self.quarantined = quarantined
    self.failing = failing
    self.checkRun = checkRun
    self.verdictState = verdictState
  }
}

/// What an append became: where the stream and the dataset stand after it.
package struct AppendReceipt: Sendable {
  package let nextOffset: Int64
  package let rowsStored: Int64
  package let rowsQuarantined: Int64
  package let dataRevision: Int64
}

/// The statements of an append: one transaction, one round trip.
package struct AppendStore: Sendable {
  /// The condition that failed: the stream is not at this offset, not in this epoch, or not open.
  package static let atOffset: StorageGuard = "stream_at_offset"

  private let storage: Storage

  package init(_ storage: Storage) { self.storage = storage }

  /// Writes an append, or nothing of it.
  /// - Throws: `guardFailed(atOffset)` when the stream has moved on meanwhile.
  package func commit(
    _ append: StoredAppend, _ unit: UnitOfWork
  ) async throws(StorageError) -> AppendReceipt {
    var unit = unit
    unit.cover(by: LoadCoverage(writeStreamID: append.writeStream, epoch: append.epoch))
    let stored = Int64(append.segment?.rows ?? 0)
    let quarantined = Int64(append.quarantined.count)
    advanceStream(append, stored, quarantined, &unit)
    let slot = advanceDataset(append, stored, quarantined, &unit)
    if let segment = append.segment { insert(segment, append, &unit) }
    if !append.quarantined.isEmpty { insert(append.quarantined, append, &unit) }
    insertVerdicts(append, &unit)
    let rows = try await storage.commit(unit).rows(slot)
    guard let row = rows.first else {
      throw StorageError(.corrupt, "The dataset of the write stream is gone.")
    }
    do throws(PostgresError) {
      return AppendReceipt(
        nextOffset: try row.int64(0), rowsStored: try row.int64(1),
        rowsQuarantined: try row.int64(2), dataRevision: try row.int64(3))
    } catch {
      throw StorageError(error)
    }
  }

  private func advanceStream(
    _ append: StoredAppend, _ stored: Int64, _ quarantined: Int64, _ unit: inout UnitOfWork
  ) {
    let digest = append.segment?.streamDigest
    unit.require(
      """
      UPDATE write_stream SET next_offset = next_offset + \(append.rows), \
      rows_stored = rows_stored + \(stored), \
      rows_quarantined = rows_quarantined + \(quarantined), commits = commits + 1, \
      resume_token = \(append.resumeToken), \
      segments_digest = coalesce(\(digest), segments_digest), \
      last_commit_time = \(time: unit.time) \
      WHERE write_stream_id = \(append.writeStream) AND next_offset = \(append.offset) \
      AND epoch = \(append.epoch) AND state = 1
      """, else: Self.atOffset)
  }

  /// The dataset's row is the lock under which loads of one dataset take turns.
  private func advanceDataset(
    _ append: StoredAppend, _ stored: Int64, _ quarantined: Int64, _ unit: inout UnitOfWork
  ) -> ResultSlot {
    let bytes = Int64(append.segment?.bytes.count ?? 0)
    let uid = append.datasetUID
    unit.add(
      """
      UPDATE dataset SET data_revision = data_revision + 1, \
      next_segment = next_segment + \(append.segment == nil ? 0 : 1), \
      row_count = row_count + \(stored), stored_bytes = stored_bytes + \(bytes), \
      quarantined_count = quarantined_count + \(quarantined) WHERE uid = \(uid: uid)
      """)
    unit.add(
      """
      INSERT INTO dataset_revision (project_id, dataset_id, data_revision, write_stream_id, \
      row_count, stored_bytes, at) SELECT project_id, dataset_id, data_revision, \
      \(append.writeStream), row_count, stored_bytes, \(time: unit.time) \
      FROM dataset WHERE uid = \(uid: uid)
      """)
    return unit.returning(
      """
      UPDATE write_stream w SET data_revision = d.data_revision FROM dataset d \
      WHERE w.write_stream_id = \(append.writeStream) AND d.dataset_id = w.dataset_id \
      RETURNING w.next_offset, w.rows_stored, w.rows_quarantined, w.data_revision
      """)
  }

  private func insert(
    _ segment: StoredAppend.NewSegment, _ append: StoredAppend, _ unit: inout UnitOfWork
  ) {
    let uid = append.datasetUID
    unit.add(
      """
      INSERT INTO segment (project_id, dataset_id, segment, revision_from, first_row, rows, \
      codec, schema_version, digest, bytes, write_stream_id, stream_offset, columns) \
      SELECT project_id, dataset_id, next_segment - 1, data_revision, \
      row_count - \(Int64(segment.rows)), \(segment.rows), \(segment.codec), \
      \(segment.schemaVersion), \(segment.digest), \(Int64(segment.bytes.count)), \
      \(append.writeStream), \(append.offset), \(segment.columns) FROM dataset \
      WHERE uid = \(uid: uid)
      """)
    unit.add(
      """
      INSERT INTO segment_data (project_id, dataset_id, segment, bytes) \
      SELECT project_id, dataset_id, next_segment - 1, \(segment.bytes) \
      FROM dataset WHERE uid = \(uid: uid)
      """)
  }

  private func insert(
    _ rows: [QuarantinedRow], _ append: StoredAppend, _ unit: inout UnitOfWork
  ) {
    // A text array has no nulls here: the flag says which values are null.
    unit.add(
      """
      INSERT INTO quarantined_row (project_id, dataset_id, write_stream_id, stream_offset, \
      rule_id, column_name, value, reason, message, line, body, at) \
      SELECT d.project_id, d.dataset_id, \(append.writeStream), q.stream_offset, q.rule_id, \
      q.column_name, CASE WHEN q.has_value THEN q.value END, q.reason, q.message, q.line, \
      q.body, \(time: unit.time) \
      FROM dataset d, unnest(\(rows.map(\.offset)), \(rows.map(\.ruleID)), \
      \(rows.map(\.column)), \(rows.map { $0.value != nil }), \(rows.map { $0.value ?? "" }), \
      \(rows.map(\.reason)), \(rows.map(\.message)), \(rows.map(\.line)), \(rows.map(\.body))) \
      AS q(stream_offset, rule_id, column_name, has_value, value, reason, message, line, body) \
      WHERE d.uid = \(uid: append.datasetUID)
      """)
  }

  private func insertVerdicts(_ append: StoredAppend, _ unit: inout UnitOfWork) {
    guard let run = append.checkRun else { return }
    let uid = run
    if let state = append.verdictState {
      unit.add(
        """
        INSERT INTO commit_verdict (project_id, check_run_id, stream_offset, state) \
        SELECT project_id, check_run_id, \(append.offset + append.rows), \(state) \
        FROM check_run WHERE uid = \(uid: uid)
        """)
      unit.add(
        """
        DELETE FROM commit_verdict WHERE stream_offset < \(append.offset + append.rows) \
        AND check_run_id = (SELECT check_run_id FROM check_run WHERE uid = \(uid: uid))
        """)
    }
    guard !append.failing.isEmpty else { return }
    unit.add(
      """
      INSERT INTO failing_rows (project_id, check_run_id, ordinal, dataset_id, segment, failed, \
      bits) SELECT c.project_id, c.check_run_id, f.ordinal, d.dataset_id, d.next_segment - 1, \
      f.failed, f.bits FROM check_run c JOIN dataset d USING (dataset_id), \
      unnest(\(append.failing.map(\.ordinal)), \(append.failing.map(\.failed)), \
      \(append.failing.map(\.bits))) AS f(ordinal, failed, bits) WHERE c.uid = \(uid: uid)
      """)
  }
}
