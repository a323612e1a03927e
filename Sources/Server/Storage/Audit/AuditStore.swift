package import PurSightCrypto
internal import PurSightPostgres
package import PurSightTransparencyLog

/// The statements on the audit log: its events, leaves, nodes and checkpoints.
package struct AuditStore: Sendable {
  /// Events that the sequencer takes at once.
  package static let maxBatch = 10_000

  let storage: Storage

  package init(_ storage: Storage) { self.storage = storage }

  // MARK: Sequencing

  /// How long the log is, and what is needed to append to it.
  package struct Head: Sendable {
    package let size: UInt64
    package let frontier: [UInt8]
  }

  /// An event that has no leaf yet.
  package struct Pending: Sendable {
    package let eventID: UUID
    package let body: [UInt8]
  }

  package func head() async throws(StorageError) -> Head {
    let rows = try await storage.readSystem("SELECT size, frontier FROM audit_head WHERE id = 1")
    guard let row = rows.first else { throw StorageError(.corrupt, "The log has no head.") }
    do throws(PostgresError) {
      return Head(size: UInt64(try row.int64(0)), frontier: try row.bytes(1))
    } catch {
      throw StorageError(error)
    }
  }

  /// Events without a leaf, in the order in which they were committed.
  ///
  /// One snapshot: if an event's transaction saw another one's effects, that one is here too, or
  /// has its leaf. Inside of it commit timestamps decide, then ids. The limit comes after the
  /// order: no event overtakes its cause.
  package func pending() async throws(StorageError) -> [Pending] {
    let rows = try await storage.readSystem(
      """
      SELECT p.event_id, e.body FROM (SELECT event_id, at, \
      CASE WHEN current_setting('track_commit_timestamp') = 'on' \
      THEN pg_xact_commit_timestamp(xmin) END AS committed, xmin::text::bigint AS writer \
      FROM audit_pending ORDER BY 3, 4, 1 LIMIT \(Self.maxBatch)) p \
      JOIN audit_event e ON e.event_id = p.event_id AND e.at = p.at \
      ORDER BY p.committed, p.writer, p.event_id
      """)
    do throws(PostgresError) {
      return try rows.map { row throws(PostgresError) in
        let id = try row.uuid(0)
        return Pending(eventID: UUID(high: id.high, low: id.low), body: try row.bytes(1))
      }
    } catch {
      throw StorageError(error)
    }
  }

  /// The condition that failed because another sequencer was faster.
  package static let isHead: StorageGuard = "audit_head_is_newest"

  /// A batch of leaves with the checkpoint that covers it.
  package struct Batch: Sendable {
    package let before: UInt64
    package let after: UInt64
    package let events: [UUID]
    package let hashes: [SHA256Digest]
    /// Nodes of level 1 and above that became complete.
    package let nodes: [StoredNode]
    package let frontier: [UInt8]
    package let root: SHA256Digest
    package let note: String
    /// Microseconds since 1970-01-01T00:00:00Z.
    package let time: Int64

    package init(
      before: UInt64, after: UInt64, events: [UUID], hashes: [SHA256Digest],
      nodes: [StoredNode], frontier: [UInt8], root: SHA256Digest, note: String, time: Int64
    ) {
      self.before = before
      self.after = after
      self.events = events
      self.hashes = hashes
      self.nodes = nodes
      self.frontier = frontier
      self.root = root
      self.note = note
      self.time = time
    }
  }

  /// Appends a batch: leaves, nodes, head and checkpoint in one transaction.
  /// - Throws: `guardFailed(isHead)` when another sequencer was faster; nothing was written.
  package func append(_ batch: Batch) async throws(StorageError) {
    let ids = batch.events.map { PostgresUUID($0) }
    let indices = (0..<batch.events.count).map { Int64(batch.before) + Int64($0) }
    let size = Int64(batch.after)
    try await storage.executeSystem([
      """
      WITH moved AS (UPDATE audit_head SET size = \(size), root = \(batch.root.bytes), \
      frontier = \(batch.frontier) WHERE id = 1 AND size = \(Int64(batch.before)) RETURNING 1) \
      SELECT pursight_require((SELECT count(*) FROM moved) = 1, \(Self.isHead.rawValue))
      """,
      """
      WITH taken AS (DELETE FROM audit_pending WHERE event_id = ANY (\(ids)) \
      RETURNING project_id, event_id, at), written AS (INSERT INTO audit_leaf (project_id, \
      leaf_index, event_id, at, leaf_hash) SELECT t.project_id, n.leaf_index, t.event_id, t.at, \
      n.leaf_hash FROM taken t JOIN unnest(\(ids), \(indices), \(batch.hashes.map(\.bytes))) \
      AS n(event_id, leaf_index, leaf_hash) USING (event_id) RETURNING 1) \
      SELECT pursight_require((SELECT count(*) FROM written) = \(Int64(ids.count)), \
      \(Self.isHead.rawValue))
      """,
      """
      INSERT INTO audit_node (level, node_index, hash) \
      SELECT n.level, n.node_index, n.hash FROM unnest(\(batch.nodes.map { Int32($0.level) }), \
      \(batch.nodes.map { Int64($0.index) }), \(batch.nodes.map(\.hash.bytes))) \
      AS n(level, node_index, hash)
      """,
      """
      INSERT INTO audit_checkpoint (size, root, note, at) \
      VALUES (\(size), \(batch.root.bytes), \(batch.note), \(time: batch.time))
      """,
    ])
  }

  /// Makes the partitions of this month and the two after it.
  package func makeMonths() async throws(StorageError) {
    try await storage.executeSystem([
      """
      SELECT audit_make_month((date_trunc('month', now()) + make_interval(months => m))::date) \
      FROM generate_series(0, 2) AS m
      """
    ])
  }

  // MARK: Checkpoints and proofs

  /// A checkpoint as it was published.
  package struct StoredCheckpoint: Sendable {
    package let size: UInt64
    package let root: [UInt8]
    package let note: String
    /// Microseconds since 1970-01-01T00:00:00Z.
    package let time: Int64
  }

  /// The checkpoint of this size, or the newest one; nil where there is none.
  package func checkpoint(size: UInt64? = nil) async throws(StorageError) -> StoredCheckpoint? {
    let rows = try await storage.readSystem(
      """
      SELECT size, root, note, at FROM audit_checkpoint \
      WHERE \(size == nil) OR size = \(Int64(size ?? 0)) ORDER BY size DESC LIMIT 1
      """)
    do throws(PostgresError) {
      return try rows.first.map { row throws(PostgresError) in
        StoredCheckpoint(
          size: UInt64(try row.int64(0)), root: try row.bytes(1), note: try row.string(2),
          time: try row.time(3))
      }
    } catch {
      throw StorageError(error)
    }
  }

  /// Events that have no leaf yet.
  package func pendingCount() async throws(StorageError) -> Int64 {
    let rows = try await storage.readSystem("SELECT count(*) FROM audit_pending")
    do throws(PostgresError) {
      return try rows.first?.int64(0) ?? 0
    } catch {
      throw StorageError(error)
    }
  }

  /// The hashes of ranges of nodes, in order.
  /// - Throws: `corrupt` when one of them is missing.
  package func hashes(_ reads: [NodeRange]) async throws(StorageError) -> [[SHA256Digest]] {
    var all: [[SHA256Digest]] = []
    for read in reads {
      let (first, last) = (Int64(read.indexes.lowerBound), Int64(read.indexes.upperBound))
      let rows = try await storage.readSystem(
        read.level == 0
          ? """
          SELECT leaf_hash FROM audit_leaf WHERE leaf_index >= \(first) AND leaf_index < \(last) \
          ORDER BY leaf_index
          """
          : """
          SELECT hash FROM audit_node WHERE level = \(Int16(read.level)) \
          AND node_index >= \(first) AND node_index < \(last) ORDER BY node_index
          """)
      var hashes: [SHA256Digest] = []
      do throws(PostgresError) {
        for row in rows { hashes += SHA256Digest(bytes: try row.bytes(0)).map { [$0] } ?? [] }
      } catch {
        throw StorageError(error)
      }
      guard hashes.count == read.indexes.count else {
        throw StorageError(
          .corrupt, "Hashes of the log are missing. Verify the log, and restore it from a backup.")
      }
      all.append(hashes)
    }
    return all
  }
}
