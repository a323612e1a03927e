package import PurSightExpression
package import PurSightGovernance
internal import PurSightPostgres

/// The statements on assets, their facets and their search row.
package struct AssetStore: Sendable {
  package static let taken = "asset_fqn"

  private let storage: Storage

  package init(_ storage: Storage) { self.storage = storage }

  /// How a caller names an asset.
  package enum Key: Hashable, Sendable {
    case uid(String)
    case fqn(String)

    package init(_ name: ResourceName) { self = name.hasUID ? .uid(name.id) : .fqn(name.id) }

    /// A dataset as rules name it: by its fully qualified name, its uid, or
    /// `projects/{project}/datasets/{uid}`.
    package init(reference: String) {
      let last = reference.split(separator: "/").last.map(String.init) ?? ""
      let isUID = UIDText.isValid(last) && (last == reference || reference.hasPrefix("projects/"))
      self = isUID ? .uid(last) : .fqn(reference)
    }

    /// The condition on `asset a`.
    var condition: SQL {
      switch self {
      case .uid(let uid): "a.uid = \(uid: uid)"
      case .fqn(let fqn): "a.fqn_key = \(fqn)"
      }
    }
  }

  // MARK: Reading

  private static let columns: SQL = """
    a.uid, a.kind, a.fqn, s.slug, a.display_name, a.property_keys, a.property_values, \
    a.schema_version, a.row_count, a.revision, a.create_time, a.update_time, a.delete_time, \
    a.purge_time, a.creator, a.updater, \
    ARRAY(SELECT f.layer::int FROM asset_facet f WHERE f.asset_id = a.asset_id ORDER BY f.layer), \
    ARRAY(SELECT f.description FROM asset_facet f WHERE f.asset_id = a.asset_id \
    ORDER BY f.layer), \
    ARRAY(SELECT f.layer::int FROM asset_facet f, unnest(f.owners) WHERE f.asset_id = a.asset_id \
    ORDER BY f.layer), \
    ARRAY(SELECT o FROM asset_facet f, unnest(f.owners) WITH ORDINALITY AS u(o, n) \
    WHERE f.asset_id = a.asset_id ORDER BY f.layer, n), \
    ARRAY(SELECT c.layer::int FROM column_facet c WHERE c.asset_id = a.asset_id \
    ORDER BY c.layer, c.column_id), \
    ARRAY(SELECT c.column_id FROM column_facet c WHERE c.asset_id = a.asset_id \
    ORDER BY c.layer, c.column_id), \
    ARRAY(SELECT c.description FROM column_facet c WHERE c.asset_id = a.asset_id \
    ORDER BY c.layer, c.column_id)
    """

  /// The living asset of this name, nil where there is none.
  package func asset(_ key: Key, in scope: Scope) async throws(StorageError) -> Asset? {
    let rows = try await storage.read(
      scope,
      """
      SELECT \(fragment: Self.columns) FROM asset a LEFT JOIN source s USING (source_id) \
      WHERE a.project_id = \(scope.project) AND \(fragment: key.condition) \
      AND a.delete_time IS NULL
      """)
    return try rows.first.map { row throws(StorageError) in try Self.asset(row) }
  }

  /// Assets behind `after`, by fully qualified name.
  /// - Parameters:
  ///   - after: The last name of the page before; empty for the first page.
  ///   - prefix: Only names that begin with it.
  package func assets(
    after: String, prefix: String, limit: Int, filter: SQLFragment?, showDeleted: Bool,
    in scope: Scope
  ) async throws(StorageError) -> [Asset] {
    let rows = try await storage.read(
      scope,
      """
      SELECT \(fragment: Self.columns) FROM asset a LEFT JOIN source s USING (source_id) \
      WHERE a.project_id = \(scope.project) AND a.fqn > \(after) \
      AND (\(prefix) = '' OR starts_with(a.fqn, \(prefix))) \
      AND (\(showDeleted) OR a.delete_time IS NULL) \
      AND \(fragment: SQL(filter: filter)) ORDER BY a.fqn LIMIT \(limit)
      """)
    return try rows.map { row throws(StorageError) in try Self.asset(row) }
  }

  private static func asset(_ row: PostgresRow) throws(StorageError) -> Asset {
    do throws(PostgresError) {
      return Asset(
        fqn: try name(row.string(2)), kind: Asset.Kind(rawValue: try row.int16(1)) ?? .file,
        source: try row.optionalString(3), displayName: try row.string(4),
        facets: try facets(row),
        properties: zip(try row.stringArray(5), try row.stringArray(6)).map {
          Property(key: $0, value: $1)
        },
        schemaVersion: try row.int32(7), rowCount: try row.int64(8),
        state: ResourceState(
          uid: try row.uid(0), revision: try row.int64(9), createTime: try row.time(10),
          updateTime: try row.time(11), deleteTime: try row.optionalTime(12),
          purgeTime: try row.optionalTime(13), creator: try row.string(14),
          updater: try row.string(15)))
    } catch {
      throw StorageError(error)
    }
  }

  /// A stored name was parsed when it was written.
  static func name(_ text: String) throws(PostgresError) -> FullyQualifiedName {
    do throws(GovernanceError) {
      return try FullyQualifiedName(parsing: text, field: "fqn")
    } catch {
      throw PostgresError(.decoding, error.message)
    }
  }

  private static func facets(_ row: PostgresRow) throws(PostgresError) -> Facets {
    var facets = Facets()
    func layer(_ number: Int32) -> Facets.Layer { Facets.Layer(rawValue: Int16(number)) ?? .source }
    for (number, description) in zip(try row.int32Array(16), try row.stringArray(17)) {
      facets[layer(number)].description = description
    }
    for (number, owner) in zip(try row.int32Array(18), try row.stringArray(19)) {
      facets[layer(number)].owners.append(owner)
    }
    let notes = zip(zip(try row.int32Array(20), try row.int32Array(21)), try row.stringArray(22))
    for ((number, column), description) in notes {
      facets[layer(number)].columns[column] = description
    }
    return facets
  }
}
