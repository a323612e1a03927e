package import PurSightAPI
internal import PurSightGovernance
package import PurSightRPC
internal import PurSightServiceKit
internal import PurSightStorage

extension CreateAssetRequest: MutationRequest {}
extension UpdateAssetRequest: MutationRequest {}
extension DeleteAssetRequest: MutationRequest {}
extension ListAssetsRequest: PagedRequest {}

extension CatalogService {
  package func createAsset(
    _ request: CreateAssetRequest, _ context: ServerContext
  ) async throws -> PurSightAPI.Asset {
    let scope = try context.scope(ofParent: request.parent)
    let given = request.asset ?? PurSightAPI.Asset()
    let fqn = try FullyQualifiedName(parsing: given.fqn, field: "asset.fqn")
    let kind = try Self.kind(given.kind)
    let properties = given.properties.map { Property($0) }
    try Property.check(properties, field: "asset.properties")
    var slug: String?
    if !given.source.isEmpty {
      slug = try await source(given.source, field: "asset.source", context).source.slug
    }
    let schema = try Self.schema(request.columns)
    do {
      return try await kit.mutate(request, context) { unit in
        var asset = Asset(
          fqn: fqn, kind: kind, source: slug, displayName: given.displayName,
          facets: Facets(
            source: Facet(given.sourceFacet ?? PurSightAPI.Facet()),
            curated: Facet(given.curatedFacet ?? PurSightAPI.Facet())),
          properties: properties, schemaVersion: 0, rowCount: 0,
          state: .created(uid: kit.makeUID(), at: unit.time, by: unit.actor))
        assets.insert(asset, columns: schema?.columns ?? [], into: &unit)
        if let schema {
          schemas.insert(
            schema, uid: kit.makeUID(), after: nil, ofAsset: asset.state.uid, into: &unit)
          asset.schemaVersion = schema.version
        }
        let answer = PurSightAPI.Asset(asset, in: scope)
        record(
          .asset, .create, name: answer.name, body: answer.serialized(), before: 0,
          state: asset.state, &unit)
        return answer
      }
    } catch let error as StorageError
      where error.code == .alreadyExists(constraint: AssetStore.taken)
    {
      throw RPCError.alreadyExists("asset", fqn.text)
    }
  }

  private static func kind(_ kind: AssetKind) throws -> Asset.Kind {
    guard let number = Int16(exactly: kind.rawValue), let known = Asset.Kind(rawValue: number)
    else {
      throw RPCError.invalidField(
        "asset.kind",
        "An asset needs a kind: \(Asset.Kind.allCases.map(\.word).joined(separator: ", ")).")
    }
    guard known != .dataset else {
      throw RPCError.invalidField(
        "asset.kind", "A dataset is made through IngestionService.CreateDataset.")
    }
    return known
  }

  private static func schema(_ columns: [PurSightAPI.Column]) throws -> Schema? {
    guard !columns.isEmpty else { return nil }
    let declared = try columns.enumerated().map { index, column in
      guard let number = Int16(exactly: column.type.rawValue),
        let type = ColumnType(rawValue: number)
      else {
        throw RPCError.invalidField(
          "columns[\(index)].type", "The column \"\(column.name)\" needs a type.")
      }
      return Column(
        name: column.name, type: type, isNullable: column.nullable,
        precision: column.precision, scale: column.scale, nativeType: column.nativeType)
    }
    return try Schema.first(declared, key: [], field: "columns")
  }

  package func getAsset(
    _ request: GetAssetRequest, _ context: ServerContext
  ) async throws -> PurSightAPI.Asset {
    let (found, scope) = try await asset(request.name, field: "name", context)
    return PurSightAPI.Asset(found, in: scope)
  }

  package func lookupAsset(
    _ request: LookupAssetRequest, _ context: ServerContext
  ) async throws -> PurSightAPI.Asset {
    let scope = try context.scope(ofParent: request.parent)
    let fqn = try FullyQualifiedName(parsing: request.fqn, field: "fqn")
    guard let found = try await assets.asset(.fqn(fqn.text), in: scope) else {
      throw RPCError.notFound("asset", fqn.text)
    }
    return PurSightAPI.Asset(found, in: scope)
  }

  package func listAssets(
    _ request: ListAssetsRequest, _ context: ServerContext
  ) async throws -> ListAssetsResponse {
    let scope = try context.scope(ofParent: request.parent)
    let page = try kit.pageTokens.page(request, scope)
    var found = try await assets.assets(
      after: page.after?.first ?? "", prefix: request.fqnPrefix, limit: page.limit + 1,
      filter: try AssetStore.filterFields.render(request.filter),
      showDeleted: request.showDeleted, in: scope)
    var response = ListAssetsResponse()
    if found.count > page.limit {
      found.removeLast(found.count - page.limit)
      response.nextPageToken = try kit.pageTokens.token(
        after: [found.last?.fqn.text ?? ""], request, scope)
    }
    response.assets = found.map { PurSightAPI.Asset($0, in: scope) }
    return response
  }

  package func updateAsset(
    _ request: UpdateAssetRequest, _ context: ServerContext
  ) async throws -> PurSightAPI.Asset {
    let wanted = request.asset ?? PurSightAPI.Asset()
    let (before, scope) = try await asset(wanted.name, field: "asset.name", context)
    try before.state.checkEtag(request.etag, of: before.fqn.text)
    let (after, changes) = try Self.changed(before, wanted, request.updateMask?.paths ?? [])
    guard !changes.isEmpty else { return PurSightAPI.Asset(before, in: scope) }
    let columns = try await schemas.version(nil, ofAsset: before.state.uid, in: scope)
    return try await kit.mutate(request, context) { unit in
      var next = after
      next.state = before.state.updated(at: unit.time, by: unit.actor)
      let answer = PurSightAPI.Asset(next, in: scope)
      assets.update(
        next, columns: columns?.schema.columns ?? [], from: before.state.revision, in: &unit)
      record(
        .asset, .update, name: answer.name, body: answer.serialized(),
        before: before.state.revision, state: next.state, changes: changes, &unit)
      return answer
    }
  }

  private static func changed(
    _ before: Asset, _ wanted: PurSightAPI.Asset, _ paths: [String]
  ) throws -> (Asset, [FieldChange]) {
    let facet = wanted.curatedFacet ?? PurSightAPI.Facet()
    let paths = try UpdateMask.paths(
      paths, known: Asset.updatablePaths,
      set: [
        ("display_name", !wanted.displayName.isEmpty),
        ("curated_facet.description", !facet.description.isEmpty),
        ("curated_facet.owners", !facet.owners.isEmpty),
        ("curated_facet.columns", !facet.columns.isEmpty),
        ("properties", !wanted.properties.isEmpty),
      ])
    var after = before
    var changes: [FieldChange] = []
    func note(_ path: String, _ old: String, _ new: String) {
      if old != new { changes.append(.text(path, before: old, after: new)) }
    }
    func holds(_ path: String) -> Bool {
      paths.contains(path) || path.hasPrefix("curated_facet.") && paths.contains("curated_facet")
    }
    if holds("display_name") {
      after.displayName = wanted.displayName
      note("display_name", before.displayName, after.displayName)
    }
    let (old, new) = (before.facets.curated, Facet(facet))
    if holds("curated_facet.description") {
      after.facets.curated.description = new.description
      note("curated_facet.description", old.description, new.description)
    }
    if holds("curated_facet.owners") {
      after.facets.curated.owners = new.owners
      note(
        "curated_facet.owners", old.owners.joined(separator: ","),
        new.owners.joined(separator: ","))
    }
    if holds("curated_facet.columns") {
      after.facets.curated.columns = new.columns
      note("curated_facet.columns", notes(old.columns), notes(new.columns))
    }
    if holds("properties") {
      after.properties = wanted.properties.map { Property($0) }
      try Property.check(after.properties, field: "asset.properties")
      note("properties", text(before.properties), text(after.properties))
    }
    return (after, changes)
  }

  private static func notes(_ columns: [Int32: String]) -> String {
    columns.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "\n")
  }

  package func deleteAsset(
    _ request: DeleteAssetRequest, _ context: ServerContext
  ) async throws -> Empty {
    let (before, scope) = try await asset(request.name, field: "name", context)
    guard before.kind != .dataset else {
      throw RPCError.precondition(
        "ASSET_IS_DATASET", before.fqn.text,
        "\(before.fqn.text) is a dataset with rows. Delete it with IngestionService.DeleteDataset.")
    }
    try before.state.checkEtag(request.etag, of: before.fqn.text)
    return try await kit.mutate(request, context) { unit in
      var gone = before
      gone.state = before.state.updated(at: unit.time, by: unit.actor)
      let last = PurSightAPI.Asset(gone, in: scope)
      assets.delete(gone, from: before.state.revision, in: &unit)
      record(
        .asset, .delete, name: last.name, body: last.serialized(),
        before: before.state.revision, state: gone.state, &unit)
      return Empty()
    }
  }
}
