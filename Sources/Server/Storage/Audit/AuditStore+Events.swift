package import PurSightCrypto
package import PurSightExpression
package import PurSightGovernance
internal import PurSightPostgres

extension AuditStore {
  /// The fields of the filter of `events`.
  package static let filterFields = FilterFields([
    .init("actor", .string, "e.actor"),
    .init("method", .string, "e.method"),
    .init("activity", .string, "e.activity"),
    .init("outcome", .integer, "e.outcome::bigint"),
    .init("time", .timestamp, "e.at"),
  ])

  /// An event with its place in the log.
  package struct StoredEvent: Sendable {
    /// UUIDv7 in its 36-character form.
    package let id: String
    /// Nil: committed, but without a leaf yet.
    package let leafIndex: UInt64?
    package let body: [UInt8]
  }

  /// Events of a project before `before`, newest first.
  /// - Parameter before: The id of the last event of the page before; empty for the first page.
  package func events(
    before: String, limit: Int, filter: SQLFragment?, in scope: Scope
  ) async throws(StorageError) -> [StoredEvent] {
    let rows = try await storage.read(
      scope,
      """
      SELECT e.event_id, l.leaf_index, e.body FROM audit_event e \
      LEFT JOIN audit_leaf l ON l.event_id = e.event_id \
      WHERE e.project_id = \(scope.project) \
      AND (\(before) = '' OR e.event_id < \(uid: before)) \
      AND \(fragment: SQL(filter: filter)) ORDER BY e.event_id DESC LIMIT \(limit)
      """)
    return try Self.stored(rows)
  }

  /// Events of a project from a place of the log on, in its order.
  package func events(
    from index: UInt64, limit: Int, in scope: Scope
  ) async throws(StorageError) -> [StoredEvent] {
    let rows = try await storage.read(
      scope,
      """
      SELECT e.event_id, l.leaf_index, e.body FROM audit_leaf l \
      JOIN audit_event e ON e.event_id = l.event_id AND e.at = l.at \
      WHERE l.project_id = \(scope.project) AND l.leaf_index >= \(Int64(index)) \
      ORDER BY l.leaf_index LIMIT \(limit)
      """)
    return try Self.stored(rows)
  }

  private static func stored(_ rows: PostgresRows) throws(StorageError) -> [StoredEvent] {
    do throws(PostgresError) {
      return try rows.map { row throws(PostgresError) in
        StoredEvent(
          id: try row.uid(0), leafIndex: try row.optionalInt64(1).map { UInt64($0) },
          body: try row.bytes(2))
      }
    } catch {
      throw StorageError(error)
    }
  }

  /// A leaf as it is stored; its body is empty when the event is gone.
  package struct StoredLeaf: Sendable {
    package let index: UInt64
    package let body: [UInt8]
    package let hash: [UInt8]
  }

  /// Leaves of all projects from `from` up to, not including, `to`, in order.
  package func leaves(
    from: UInt64, to: UInt64, limit: Int
  ) async throws(StorageError) -> [StoredLeaf] {
    let rows = try await storage.readSystem(
      """
      SELECT l.leaf_index, coalesce(e.body, ''), l.leaf_hash FROM audit_leaf l \
      LEFT JOIN audit_event e ON e.event_id = l.event_id AND e.at = l.at \
      WHERE l.leaf_index >= \(Int64(from)) AND l.leaf_index < \(Int64(to)) \
      ORDER BY l.leaf_index LIMIT \(limit)
      """)
    do throws(PostgresError) {
      return try rows.map { row throws(PostgresError) in
        StoredLeaf(
          index: UInt64(try row.int64(0)), body: try row.bytes(1), hash: try row.bytes(2))
      }
    } catch {
      throw StorageError(error)
    }
  }

  /// Whether an event is there, and the place of its leaf.
  package enum Place: Sendable {
    case unknown
    case pending
    case leaf(UInt64)
  }

  /// Where an event of a project stands.
  package func place(ofEvent id: String, in scope: Scope) async throws(StorageError) -> Place {
    let rows = try await storage.read(
      scope,
      """
      SELECT l.leaf_index FROM audit_event e LEFT JOIN audit_leaf l ON l.event_id = e.event_id \
      WHERE e.project_id = \(scope.project) AND e.event_id = \(uid: id)
      """)
    guard let row = rows.first else { return .unknown }
    do throws(PostgresError) {
      return try row.optionalInt64(0).map { .leaf(UInt64($0)) } ?? .pending
    } catch {
      throw StorageError(error)
    }
  }

  /// The key of a person's sealed fields; nil when it is unknown or erased.
  package func subjectKey(
    _ id: String, in scope: Scope
  ) async throws(StorageError) -> SymmetricKey? {
    let rows = try await storage.read(
      scope,
      """
      SELECT wrapped_key FROM subject_key WHERE project_id = \(scope.project) \
      AND key_id = \(uid: id) AND wrapped_key IS NOT NULL
      """)
    do throws(PostgresError) {
      guard let wrapped = try rows.first?.optionalBytes(0) else { return nil }
      return try? AESKeyWrap.unwrap(wrapped, with: storage.keys.keyEncryptionKey)
    } catch {
      throw StorageError(error)
    }
  }
}
