package import PurSightGovernance
internal import PurSightPostgres

/// The statements on rows in quarantine.
package struct QuarantineStore: Sendable {
  private let storage: Storage

  package init(_ storage: Storage) { self.storage = storage }

  /// A row in quarantine with its place in the list.
  package struct Stored: Sendable {
    package let number: Int64
    package let writeStream: String
    /// Microseconds since 1970-01-01T00:00:00Z.
    package let time: Int64
    package let row: QuarantinedRow
  }

  /// Which rows are wanted; empty texts ask for all.
  package struct Selection: Hashable, Sendable {
    package var ruleID: String
    package var writeStream: String

    package init(ruleID: String = "", writeStream: String = "") {
      self.ruleID = ruleID
      self.writeStream = writeStream
    }
  }

  /// Rows of a dataset behind `after`, oldest first.
  package func rows(
    ofDataset uid: String, _ selection: Selection, after: Int64, limit: Int, in scope: Scope
  ) async throws(StorageError) -> [Stored] {
    let rows = try await storage.read(
      scope,
      """
      SELECT q.quarantined_row_id, w.stream_id, q.at, q.stream_offset, q.rule_id, \
      q.column_name, q.value, q.reason, q.message, q.line, q.body \
      FROM quarantined_row q JOIN dataset d USING (dataset_id) \
      JOIN write_stream w USING (write_stream_id) \
      WHERE d.uid = \(uid: uid) AND q.quarantined_row_id > \(after) \
      AND (\(selection.ruleID) = '' OR q.rule_id = \(selection.ruleID)) \
      AND (\(selection.writeStream) = '' OR w.stream_id = \(selection.writeStream)) \
      ORDER BY q.quarantined_row_id LIMIT \(limit)
      """)
    return try rows.map { row throws(StorageError) in try Self.stored(row) }
  }

  private static func stored(_ row: PostgresRow) throws(StorageError) -> Stored {
    do throws(PostgresError) {
      return Stored(
        number: try row.int64(0), writeStream: try row.string(1), time: try row.time(2),
        row: QuarantinedRow(
          offset: try row.int64(3), ruleID: try row.string(4), column: try row.string(5),
          value: try row.optionalString(6), reason: try row.string(7),
          message: try row.string(8), line: try row.int64(9), body: try row.bytes(10)))
    } catch {
      throw StorageError(error)
    }
  }
}
