package import PurSightExpression
package import PurSightGovernance
internal import PurSightPostgres

/// The statements on sources.
package struct SourceStore: Sendable {
  package static let taken = "source_slug"

  private let storage: Storage

  package init(_ storage: Storage) { self.storage = storage }

  // MARK: Reading

  private static let columns: SQL = """
    s.uid, s.slug, s.kind, s.display_name, s.description, s.uri, s.owners, s.property_keys, \
    s.property_values, s.revision, s.create_time, s.update_time, s.delete_time, s.purge_time, \
    s.creator, s.updater
    """

  /// The living source of this slug, nil where there is none.
  package func source(_ slug: String, in scope: Scope) async throws(StorageError) -> Source? {
    let rows = try await storage.read(
      scope,
      """
      SELECT \(fragment: Self.columns) FROM source s \
      WHERE s.project_id = \(scope.project) AND s.slug = \(slug) AND s.delete_time IS NULL
      """)
    return try rows.first.map { row throws(StorageError) in try Self.source(row) }
  }

  /// The living sources behind `after`, by slug.
  /// - Parameter filter: A condition over `filterColumns`, rendered; nil: all.
  package func sources(
    after: String, limit: Int, filter: SQLFragment?, in scope: Scope
  ) async throws(StorageError) -> [Source] {
    let rows = try await storage.read(
      scope,
      """
      SELECT \(fragment: Self.columns) FROM source s \
      WHERE s.project_id = \(scope.project) AND s.slug > \(after) AND s.delete_time IS NULL \
      AND \(fragment: SQL(filter: filter)) ORDER BY s.slug LIMIT \(limit)
      """)
    return try rows.map { row throws(StorageError) in try Self.source(row) }
  }

  private static func source(_ row: PostgresRow) throws(StorageError) -> Source {
    do throws(PostgresError) {
      return Source(
        slug: try row.string(1), kind: Source.Kind(rawValue: try row.int16(2)) ?? .file,
        displayName: try row.string(3), description: try row.string(4), uri: try row.string(5),
        owners: try row.stringArray(6),
        properties: zip(try row.stringArray(7), try row.stringArray(8)).map {
          Property(key: $0, value: $1)
        },
        state: ResourceState(
          uid: try row.uid(0), revision: try row.int64(9), createTime: try row.time(10),
          updateTime: try row.time(11), deleteTime: try row.optionalTime(12),
          purgeTime: try row.optionalTime(13), creator: try row.string(14),
          updater: try row.string(15)))
    } catch {
      throw StorageError(error)
    }
  }

  // MARK: Writing

  /// Adds a source to the unit. Its slug being taken fails the unit with `alreadyExists(taken)`.
  package func insert(_ source: Source, into unit: inout UnitOfWork) {
    let state = source.state
    unit.add(
      """
      INSERT INTO source (project_id, uid, slug, kind, display_name, description, uri, owners, \
      property_keys, property_values, revision, create_time, update_time, creator, updater) \
      VALUES (\(unit.scope.project), \(uid: state.uid), \(source.slug), \
      \(source.kind.rawValue), \(source.displayName), \(source.description), \(source.uri), \
      \(source.owners), \(source.properties.map(\.key)), \(source.properties.map(\.value)), \
      \(state.revision), \(time: state.createTime), \
      \(time: state.updateTime), \(state.creator), \(state.updater))
      """)
  }

  /// Writes a source as it is after a change of the one at `revision`.
  package func update(_ source: Source, from revision: Int64, in unit: inout UnitOfWork) {
    let state = source.state
    unit.require(
      """
      UPDATE source SET kind = \(source.kind.rawValue), display_name = \(source.displayName), \
      description = \(source.description), uri = \(source.uri), owners = \(source.owners), \
      property_keys = \(source.properties.map(\.key)), \
      property_values = \(source.properties.map(\.value)), revision = \(state.revision), \
      update_time = \(time: state.updateTime), updater = \(state.updater) \
      WHERE uid = \(uid: state.uid) AND revision = \(revision) \
      AND delete_time IS NULL
      """, else: .revision)
  }

  /// The condition that failed because living assets belong to the source.
  package static let isUnused: StorageGuard = "source_unused"

  /// Marks a source as deleted; `isUnused` fails the unit while living assets belong to it.
  package func delete(_ source: Source, from revision: Int64, in unit: inout UnitOfWork) {
    let uid = source.state.uid
    unit.require(
      that: """
        NOT EXISTS (SELECT 1 FROM asset a JOIN source s USING (source_id) \
        WHERE s.uid = \(uid: uid) AND a.delete_time IS NULL)
        """, else: Self.isUnused)
    unit.require(
      """
      UPDATE source SET revision = \(source.state.revision), \
      update_time = \(time: source.state.updateTime), \
      delete_time = \(time: source.state.updateTime), \
      updater = \(source.state.updater) \
      WHERE uid = \(uid: uid) AND revision = \(revision) AND delete_time IS NULL
      """, else: .revision)
  }
}
