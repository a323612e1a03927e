public import PurSightAPI
internal import PurSightRPC

/// What data exists. An asset is named by its uid or its fully qualified name.
public struct Assets: Sendable {
  private let session: CallSession
  private var stub: CatalogServiceStub { CatalogServiceStub(session.channel) }

  init(_ session: CallSession) { self.session = session }

  /// Lists assets by fully qualified name.
  ///
  /// - Parameters:
  ///   - filter: An expression over the fields of an asset, such as `kind = 'dataset'`.
  ///   - prefix: How the fully qualified name begins.
  ///   - showDeleted: Also those that were deleted.
  public func list(
    where filter: Filter? = nil, prefix: String = "", showDeleted: Bool = false
  ) -> PagedSequence<Asset> {
    PagedSequence { [session, stub] (size, token) async throws(PurSightError) in
      let request = ListAssetsRequest(
        parent: session.names.parent, pageSize: size, pageToken: token,
        filter: filter?.inlined ?? "", fqnPrefix: prefix, showDeleted: showDeleted)
      let page = try await session.unary(CatalogServiceMethods.listAssets) {
        (options) async throws(RPCError) in try await stub.listAssets(request, options)
      }.message
      return .init(elements: page.assets, nextToken: page.nextPageToken)
    }
  }

  /// - Throws: `NOT_FOUND`.
  public func get(_ name: String) async throws(PurSightError) -> Asset {
    let request = GetAssetRequest(name: session.names.asset(name))
    return try await session.unary(CatalogServiceMethods.getAsset) {
      (options) async throws(RPCError) in try await stub.getAsset(request, options)
    }.message
  }

  /// Creates an asset; `fqn` and `kind` have to be set. Datasets are created by `datasets`.
  ///
  /// - Parameters:
  ///   - columns: Its columns; none: not known.
  ///   - dryRun: Checks everything and writes nothing.
  /// - Throws: `ALREADY_EXISTS`.
  @discardableResult public func create(
    _ asset: Asset, columns: [Column] = [], dryRun: Bool = false
  ) async throws(PurSightError) -> Receipt<Asset> {
    try await session.mutate(CatalogServiceMethods.createAsset) {
      (requestID, options) async throws(RPCError) in
      try await stub.createAsset(
        CreateAssetRequest(
          parent: session.names.parent, asset: asset, columns: columns, requestID: requestID,
          validateOnly: dryRun), options)
    }
  }

  /// Changes what people say of an asset: `displayName`, `curatedFacet`, `properties`. Other fields
  /// of what `change` leaves are not looked at.
  @discardableResult public func update(
    _ name: String, dryRun: Bool = false, _ change: (inout Asset) -> Void
  ) async throws(PurSightError) -> Receipt<Asset> {
    try await session.change(
      read: { () async throws(PurSightError) in try await get(name) }, change
    ) { (old, new) async throws(PurSightError) in
      try await session.mutate(CatalogServiceMethods.updateAsset) {
        (requestID, options) async throws(RPCError) in
        try await stub.updateAsset(
          UpdateAssetRequest(
            asset: new, updateMask: FieldMask(paths: Self.mask), etag: old.meta?.etag ?? "",
            requestID: requestID, validateOnly: dryRun), options)
      }
    }
  }

  private static let mask = ["display_name", "curated_facet", "properties"]

  /// Deletes an asset. A dataset is deleted by `datasets`.
  @discardableResult public func delete(
    _ name: String, dryRun: Bool = false
  ) async throws(PurSightError) -> Receipt<Void> {
    let asset = try await get(name)
    return try await session.mutate(CatalogServiceMethods.deleteAsset) {
      (requestID, options) async throws(RPCError) in
      try await stub.deleteAsset(
        DeleteAssetRequest(name: asset.name, requestID: requestID, validateOnly: dryRun), options)
    }.map { _ in }
  }
}

// What is known beside the asset itself.
extension Assets {
  /// Finds assets by words, best first.
  ///
  /// - Parameter limit: How many at the most; nil: all.
  public func search(_ words: String, limit: Int? = nil) -> PagedSequence<SearchHit> {
    PagedSequence(limit: limit) { [session, stub] (size, token) async throws(PurSightError) in
      let request = SearchAssetsRequest(
        parent: session.names.parent, query: words, pageSize: size, pageToken: token)
      let page = try await session.unary(CatalogServiceMethods.searchAssets) {
        (options) async throws(RPCError) in try await stub.searchAssets(request, options)
      }.message
      return .init(elements: page.hits, nextToken: page.nextPageToken)
    }
  }

  /// One version of an asset's columns.
  ///
  /// - Parameter version: nil: the newest.
  public func schema(
    of asset: String, version: Int? = nil
  ) async throws(PurSightError) -> SchemaVersion {
    let which = version.map { "\($0)" } ?? "latest"
    let request = GetSchemaVersionRequest(
      name: session.names.asset(asset) + "/schemaVersions/" + which)
    return try await session.unary(CatalogServiceMethods.getSchemaVersion) {
      (options) async throws(RPCError) in try await stub.getSchemaVersion(request, options)
    }.message
  }

  /// The versions of an asset's columns, newest first.
  public func schemaVersions(of asset: String) -> PagedSequence<SchemaVersion> {
    PagedSequence { [session, stub] (size, token) async throws(PurSightError) in
      let request = ListSchemaVersionsRequest(
        parent: session.names.asset(asset), pageSize: size, pageToken: token)
      let page = try await session.unary(CatalogServiceMethods.listSchemaVersions) {
        (options) async throws(RPCError) in try await stub.listSchemaVersions(request, options)
      }.message
      return .init(elements: page.schemaVersions, nextToken: page.nextPageToken)
    }
  }

  /// The edges that touch an asset: one step up or down.
  ///
  /// - Parameter columnID: Only edges of this column; 0: of the asset and all its columns.
  public func lineage(
    of asset: String, _ direction: LineageDirection = .unspecified, columnID: Int32 = 0
  ) -> PagedSequence<LineageEdge> {
    PagedSequence { [session, stub] (size, token) async throws(PurSightError) in
      let request = ListLineageRequest(
        asset: session.names.asset(asset), direction: direction, columnID: columnID,
        pageSize: size, pageToken: token)
      let page = try await session.unary(CatalogServiceMethods.listLineage) {
        (options) async throws(RPCError) in try await stub.listLineage(request, options)
      }.message
      return .init(elements: page.edges, nextToken: page.nextPageToken)
    }
  }
}
