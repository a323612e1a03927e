package import PurSightGovernance
internal import PurSightPostgres

/// The statements on lineage.
package struct LineageStore: Sendable {
  private let storage: Storage

  package init(_ storage: Storage) { self.storage = storage }

  /// Where a page of edges ends.
  package struct Position: Hashable, Sendable {
    package let edge: LineageEdge
    /// The key of the edge: numbers of assets and columns.
    package let key: [Int64]
  }

  /// Edges that touch an asset, behind `after`.
  /// - Parameters:
  ///   - column: Only edges of this column; 0: of the asset and all its columns.
  ///   - after: The key of the last edge of the page before; empty for the first page.
  package func edges(
    of uid: String, _ direction: LineageDirection, column: Int32, after: [Int64], job: String,
    limit: Int, in scope: Scope
  ) async throws(StorageError) -> [Position] {
    let start = after.count == 4 ? after : [-1, -1, -1, -1]
    let rows = try await storage.read(
      scope,
      """
      SELECT f.uid, f.fqn, e.from_column, coalesce(fc.name, ''), t.uid, t.fqn, e.to_column, \
      coalesce(tc.name, ''), e.job, e.first_seen, e.last_seen, e.from_asset, e.to_asset \
      FROM lineage_edge e JOIN asset f ON f.asset_id = e.from_asset \
      JOIN asset t ON t.asset_id = e.to_asset \
      LEFT JOIN schema_column fc ON fc.asset_id = f.asset_id AND fc.column_id = e.from_column \
      AND fc.version_to = 2147483647 \
      LEFT JOIN schema_column tc ON tc.asset_id = t.asset_id AND tc.column_id = e.to_column \
      AND tc.version_to = 2147483647 \
      WHERE e.project_id = \(scope.project) AND ((\(direction.rawValue) <> 2 \
      AND t.uid = \(uid: uid) AND (\(column) = 0 OR e.to_column = \(column))) \
      OR (\(direction.rawValue) <> 1 AND f.uid = \(uid: uid) \
      AND (\(column) = 0 OR e.from_column = \(column)))) \
      AND (e.from_asset, e.to_asset, e.from_column, e.to_column, e.job) > (\(start[0]), \
      \(start[1]), \(start[2]), \(start[3]), \(job)) \
      ORDER BY e.from_asset, e.to_asset, e.from_column, e.to_column, e.job LIMIT \(limit)
      """)
    return try rows.map { row throws(StorageError) in try Self.position(row) }
  }

  private static func position(_ row: PostgresRow) throws(StorageError) -> Position {
    do throws(PostgresError) {
      let (fromColumn, toColumn) = (try row.int32(2), try row.int32(6))
      let edge = LineageEdge(
        from: LineageEdge.Node(
          assetUID: try row.uid(0), fqn: try row.string(1), columnID: fromColumn,
          column: try row.string(3)),
        to: LineageEdge.Node(
          assetUID: try row.uid(4), fqn: try row.string(5), columnID: toColumn,
          column: try row.string(7)),
        job: try row.string(8), firstSeen: try row.time(9), lastSeen: try row.time(10))
      let key = [
        try row.int64(11), try row.int64(12), Int64(fromColumn), Int64(toColumn),
      ]
      return Position(edge: edge, key: key)
    } catch {
      throw StorageError(error)
    }
  }

  /// Records that a load moved data: from asset to asset, and from column to column of equal name.
  package func record(
    from: String, to: String, columns: [(from: Int32, to: Int32)], job: String,
    in unit: inout UnitOfWork
  ) {
    let all = [(from: Int32(0), to: Int32(0))] + columns
    unit.add(
      """
      INSERT INTO lineage_edge (project_id, from_asset, from_column, to_asset, to_column, job, \
      first_seen, last_seen) SELECT f.project_id, f.asset_id, c.from_column, t.asset_id, \
      c.to_column, \(job), \(time: unit.time), \(time: unit.time) \
      FROM asset f, asset t, unnest(\(all.map(\.from)), \(all.map(\.to))) \
      AS c(from_column, to_column) WHERE f.uid = \(uid: from) AND t.uid = \(uid: to) \
      ON CONFLICT (from_asset, to_asset, from_column, to_column, job) \
      DO UPDATE SET last_seen = EXCLUDED.last_seen
      """)
  }
}
