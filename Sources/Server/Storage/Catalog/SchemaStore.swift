internal import PurSightCrypto
package import PurSightGovernance
internal import PurSightPostgres

/// The statements on schema versions and their columns.
package struct SchemaStore: Sendable {
  private let storage: Storage

  package init(_ storage: Storage) { self.storage = storage }

  /// A schema version with its history.
  package struct Version: Hashable, Sendable {
    package let schema: Schema
    /// SHA-256 over the columns' canonical text.
    package let fingerprint: [UInt8]
    package let uid: String
    /// Microseconds since 1970-01-01T00:00:00Z.
    package let createTime: Int64
    package let creator: String
  }

  // MARK: Reading

  /// The columns of one version as arrays, for a row of `schema_version v`.
  private static let columns: SQL = """
    v.version, v.fingerprint, v.uid, v.create_time, v.creator, \
    array_agg(c.column_id ORDER BY c.ordinal), array_agg(c.name ORDER BY c.ordinal), \
    array_agg(c.type::int ORDER BY c.ordinal), array_agg(c.nullable ORDER BY c.ordinal), \
    array_agg(c."precision" ORDER BY c.ordinal), array_agg(c.scale ORDER BY c.ordinal), \
    array_agg(c.native_type ORDER BY c.ordinal), array_agg(c.key_ordinal ORDER BY c.ordinal)
    """

  /// One version of an asset's schema; nil asks for the newest. Nil where there is none.
  package func version(
    _ version: Int32?, ofAsset uid: String, in scope: Scope
  ) async throws(StorageError) -> Version? {
    let rows = try await storage.read(
      scope,
      """
      SELECT \(fragment: Self.columns) FROM schema_version v JOIN asset a USING (asset_id) \
      JOIN schema_column c ON c.asset_id = v.asset_id AND c.version_from <= v.version \
      AND c.version_to > v.version \
      WHERE a.uid = \(uid: uid) \
      AND v.version = coalesce(\(version), a.schema_version) \
      GROUP BY v.asset_id, v.version
      """)
    return try rows.first.map { row throws(StorageError) in try Self.version(row) }
  }

  /// Versions of an asset's schema below `before`, newest first.
  package func versions(
    ofAsset uid: String, before: Int32, limit: Int, in scope: Scope
  ) async throws(StorageError) -> [Version] {
    let rows = try await storage.read(
      scope,
      """
      SELECT \(fragment: Self.columns) FROM schema_version v JOIN asset a USING (asset_id) \
      JOIN schema_column c ON c.asset_id = v.asset_id AND c.version_from <= v.version \
      AND c.version_to > v.version \
      WHERE a.uid = \(uid: uid) AND v.version < \(before) \
      GROUP BY v.asset_id, v.version ORDER BY v.version DESC LIMIT \(limit)
      """)
    return try rows.map { row throws(StorageError) in try Self.version(row) }
  }

  private static func version(_ row: PostgresRow) throws(StorageError) -> Version {
    do throws(PostgresError) {
      let (ids, names) = (try row.int32Array(5), try row.stringArray(6))
      let (types, nullable) = (try row.int32Array(7), try row.boolArray(8))
      let (precisions, scales) = (try row.int32Array(9), try row.int32Array(10))
      let (natives, keys) = (try row.stringArray(11), try row.int32Array(12))
      let columns = ids.indices.map { index in
        Column(
          id: ids[index], name: names[index],
          type: ColumnType(rawValue: Int16(types[index])) ?? .string,
          isNullable: nullable[index], precision: precisions[index], scale: scales[index],
          nativeType: natives[index], keyOrdinal: keys[index])
      }
      return Version(
        schema: Schema(version: try row.int32(0), columns: columns),
        fingerprint: try row.bytes(1), uid: try row.uid(2), createTime: try row.time(3),
        creator: try row.string(4))
    } catch {
      throw StorageError(error)
    }
  }

  // MARK: Writing

  /// Adds a schema version to the unit, and makes it the asset's newest.
  ///
  /// Columns that stay as they were keep their row; the others end at this version and begin anew.
  /// - Parameters:
  ///   - uid: The schema version's own uid.
  ///   - previous: The version before; nil: this is the first.
  package func insert(
    _ schema: Schema, uid: String, after previous: Schema?, ofAsset asset: String,
    into unit: inout UnitOfWork
  ) {
    let fingerprint = SHA256.hash(Array(schema.canonicalText.utf8)).bytes
    let assetUID = asset
    unit.add(
      """
      INSERT INTO schema_version (project_id, asset_id, version, fingerprint, uid, create_time, \
      creator) SELECT project_id, asset_id, \(schema.version), \(fingerprint), \
      \(uid: uid), \(time: unit.time), \(unit.actor.principal) \
      FROM asset WHERE uid = \(uid: assetUID)
      """)
    let before = Array((previous?.columns ?? []).enumerated())
    let kept = Set(
      schema.columns.enumerated().filter { entry in
        before.contains { $0.offset == entry.offset && $0.element == entry.element }
      }.map(\.element.id))
    if previous != nil {
      unit.add(
        """
        UPDATE schema_column SET version_to = \(schema.version) \
        WHERE asset_id = (SELECT asset_id FROM asset WHERE uid = \(uid: assetUID)) \
        AND version_to = 2147483647 AND NOT column_id = ANY (\(Array(kept).sorted()))
        """)
    }
    let new = schema.columns.enumerated().filter { !kept.contains($0.element.id) }
    unit.add(
      """
      INSERT INTO schema_column (project_id, asset_id, column_id, version_from, ordinal, name, \
      type, nullable, "precision", scale, native_type, key_ordinal) \
      SELECT a.project_id, a.asset_id, n.column_id, \(schema.version), n.ordinal, n.name, \
      n.type, n.nullable, n."precision", n.scale, n.native_type, n.key_ordinal \
      FROM asset a, unnest(\(new.map(\.element.id)), \(new.map { Int32($0.offset) }), \
      \(new.map(\.element.name)), \(new.map { Int32($0.element.type.rawValue) }), \
      \(new.map(\.element.isNullable)), \(new.map(\.element.precision)), \
      \(new.map(\.element.scale)), \(new.map(\.element.nativeType)), \
      \(new.map(\.element.keyOrdinal))) AS n(column_id, ordinal, name, type, nullable, \
      "precision", scale, native_type, key_ordinal) WHERE a.uid = \(uid: assetUID)
      """)
    unit.require(
      """
      UPDATE asset SET schema_version = \(schema.version), \
      next_column_id = greatest(next_column_id, \((schema.columns.map(\.id).max() ?? 0) + 1)) \
      WHERE uid = \(uid: assetUID) AND schema_version = \(previous?.version ?? 0)
      """, else: Self.isNewest)
  }

  /// The condition that failed because somebody else wrote a schema version meanwhile.
  package static let isNewest: StorageGuard = "schema_is_newest"
}
