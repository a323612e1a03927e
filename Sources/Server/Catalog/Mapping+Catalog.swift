internal import PurSightAPI
internal import PurSightGovernance
internal import PurSightServiceKit
internal import PurSightStorage

// Catalog resources between the API and Governance.

extension PurSightAPI.Source {
  init(_ source: Source, in scope: Scope) {
    self.init(
      name: "\(scope.name)/sources/\(source.slug)",
      kind: SourceKind(rawValue: Int32(source.kind.rawValue)), displayName: source.displayName,
      description: source.description, uri: source.uri, owners: source.owners,
      properties: source.properties.map { PurSightAPI.Property(key: $0.key, value: $0.value) },
      meta: ResourceMeta(source.state))
  }
}

extension PurSightAPI.Asset {
  init(_ asset: Asset, in scope: Scope) {
    self.init(
      name: "\(scope.name)/assets/\(asset.state.uid)", fqn: asset.fqn.text,
      kind: AssetKind(rawValue: Int32(asset.kind.rawValue)),
      source: asset.source.map { "\(scope.name)/sources/\($0)" } ?? "",
      displayName: asset.displayName.isEmpty ? asset.fqn.leaf : asset.displayName,
      sourceFacet: PurSightAPI.Facet(asset.facets.source),
      curatedFacet: PurSightAPI.Facet(asset.facets.curated),
      derivedFacet: PurSightAPI.Facet(asset.facets.derived),
      effective: PurSightAPI.Facet(asset.facets.effective) ?? PurSightAPI.Facet(),
      schemaVersion: asset.schemaVersion, rowCount: asset.rowCount,
      properties: asset.properties.map { PurSightAPI.Property(key: $0.key, value: $0.value) },
      meta: ResourceMeta(asset.state))
  }
}

extension PurSightAPI.Facet {
  /// Nil for a layer that says nothing.
  init?(_ facet: Facet) {
    guard !facet.isEmpty else { return nil }
    self.init(
      description: facet.description, owners: facet.owners,
      columns: facet.columns.sorted { $0.key < $1.key }.map {
        ColumnNote(columnID: $0.key, description: $0.value)
      })
  }
}

extension Facet {
  init(_ facet: PurSightAPI.Facet) {
    self.init(
      description: facet.description, owners: facet.owners,
      columns: Dictionary(
        facet.columns.map { ($0.columnID, $0.description) }, uniquingKeysWith: { _, last in last }))
  }
}

extension Property {
  init(_ property: PurSightAPI.Property) {
    self.init(key: property.key, value: property.value)
  }
}

extension PurSightAPI.SchemaVersion {
  init(_ version: SchemaStore.Version, ofAsset uid: String, in scope: Scope) {
    let state = ResourceState(
      uid: version.uid, revision: 1, createTime: version.createTime,
      updateTime: version.createTime, creator: version.creator, updater: version.creator)
    self.init(
      name: "\(scope.name)/assets/\(uid)/schemaVersions/\(version.schema.version)",
      version: version.schema.version,
      columns: version.schema.columns.enumerated().map {
        PurSightAPI.Column($0.element, ordinal: $0.offset)
      },
      fingerprint: Self.hexadecimal(version.fingerprint), meta: ResourceMeta(state))
  }

  private static func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}

extension PurSightAPI.Column {
  init(_ column: Column, ordinal: Int) {
    self.init(
      columnID: column.id, name: column.name,
      type: PurSightAPI.ColumnType(rawValue: Int32(column.type.rawValue)),
      nullable: column.isNullable, ordinal: Int32(ordinal), precision: column.precision,
      scale: column.scale, nativeType: column.nativeType, keyOrdinal: column.keyOrdinal)
  }
}

extension PurSightAPI.LineageEdge {
  init(_ edge: LineageEdge, in scope: Scope) {
    self.init(
      from: LineageNode(edge.from, in: scope), to: LineageNode(edge.to, in: scope),
      job: edge.job, firstSeen: Timestamp(microseconds: edge.firstSeen),
      lastSeen: Timestamp(microseconds: edge.lastSeen))
  }
}

extension LineageNode {
  init(_ node: LineageEdge.Node, in scope: Scope) {
    self.init(
      asset: "\(scope.name)/assets/\(node.assetUID)", fqn: node.fqn, columnID: node.columnID,
      column: node.column)
  }
}
