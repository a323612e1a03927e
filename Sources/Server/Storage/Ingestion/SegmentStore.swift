package import PurSightGovernance
internal import PurSightPostgres

/// Where the bytes of segments are kept. PostgreSQL is the first; an object store can be another.
package protocol SegmentStore: Sendable {
  /// Byte ranges of one segment, in the order asked for.
  /// - Throws: `corrupt` when the segment is shorter than it should be.
  func bytes(
    of segment: Int64, dataset uid: String, ranges: [Range<Int64>], in scope: Scope
  ) async throws(StorageError) -> [[UInt8]]
}

/// Segments in the database itself: a row of `segment`, and its bytes out of line in
/// `segment_data`.
package struct PostgresSegmentStore: SegmentStore {
  private let storage: Storage

  package init(_ storage: Storage) { self.storage = storage }

  package func bytes(
    of segment: Int64, dataset uid: String, ranges: [Range<Int64>], in scope: Scope
  ) async throws(StorageError) -> [[UInt8]] {
    let rows = try await storage.read(
      scope,
      """
      SELECT array_agg(substr(s.bytes, r.start::int + 1, r.length::int) ORDER BY r.n) \
      FROM segment_data s JOIN dataset d USING (dataset_id), \
      unnest(\(ranges.map(\.lowerBound)), \(ranges.map { Int64($0.count) })) \
      WITH ORDINALITY AS r(start, length, n) \
      WHERE d.uid = \(uid: uid) AND s.segment = \(segment) GROUP BY s.segment
      """)
    guard let row = rows.first else {
      throw StorageError(.corrupt, "Segment \(segment) has no bytes.")
    }
    let parts: [[UInt8]]
    do throws(PostgresError) { parts = try row.bytesArray(0) } catch { throw StorageError(error) }
    guard zip(parts, ranges).allSatisfy({ $0.count == $1.count }) else {
      throw StorageError(.corrupt, "Segment \(segment) is shorter than its columns say.")
    }
    return parts
  }
}

/// The statements on the rows that say where segments are.
package struct SegmentIndex: Sendable {
  private let storage: Storage

  package init(_ storage: Storage) { self.storage = storage }

  /// Segments of a dataset at a revision behind `after`, in order.
  package func segments(
    ofDataset uid: String, at revision: Int64, after: Int64, limit: Int, in scope: Scope
  ) async throws(StorageError) -> [StoredSegment] {
    let rows = try await storage.read(
      scope,
      """
      SELECT s.segment, s.revision_from, s.first_row, s.rows, s.codec, s.schema_version, \
      s.digest, s.bytes, s.stream_offset, s.columns \
      FROM segment s JOIN dataset d USING (dataset_id) \
      WHERE d.uid = \(uid: uid) AND s.segment > \(after) \
      AND s.revision_from <= \(revision) AND s.revision_to > \(revision) \
      ORDER BY s.segment LIMIT \(limit)
      """)
    return try rows.map { row throws(StorageError) in try Self.segment(row) }
  }

  /// Segments that a load has stored, behind `after`, in order.
  package func segments(
    ofStream number: Int64, after: Int64, limit: Int, in scope: Scope
  ) async throws(StorageError) -> [StoredSegment] {
    let rows = try await storage.read(
      scope,
      """
      SELECT s.segment, s.revision_from, s.first_row, s.rows, s.codec, s.schema_version, \
      s.digest, s.bytes, s.stream_offset, s.columns FROM segment s \
      WHERE s.write_stream_id = \(number) AND s.segment > \(after) \
      ORDER BY s.segment LIMIT \(limit)
      """)
    return try rows.map { row throws(StorageError) in try Self.segment(row) }
  }

  /// Rows of a dataset at a revision; nil where there is no such revision.
  package func rowCount(
    ofDataset uid: String, at revision: Int64, in scope: Scope
  ) async throws(StorageError) -> Int64? {
    let rows = try await storage.read(
      scope,
      """
      SELECT v.row_count FROM dataset_revision v JOIN dataset d USING (dataset_id) \
      WHERE d.uid = \(uid: uid) AND v.data_revision = \(revision)
      """)
    do throws(PostgresError) {
      return try rows.first?.int64(0)
    } catch {
      throw StorageError(error)
    }
  }

  private static func segment(_ row: PostgresRow) throws(StorageError) -> StoredSegment {
    do throws(PostgresError) {
      return StoredSegment(
        number: try row.int64(0), revision: try row.int64(1), firstRow: try row.int64(2),
        rows: try row.int32(3), codec: try row.int16(4), schemaVersion: try row.int32(5),
        digest: try row.bytes(6), bytes: try row.int64(7), streamOffset: try row.int64(8),
        columns: try row.bytes(9))
    } catch {
      throw StorageError(error)
    }
  }
}
