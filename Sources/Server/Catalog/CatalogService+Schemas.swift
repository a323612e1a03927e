package import PurSightAPI
internal import PurSightGovernance
package import PurSightRPC
internal import PurSightServiceKit
internal import PurSightStorage

extension ListSchemaVersionsRequest: PagedRequest {}
extension ListLineageRequest: PagedRequest {}
extension SearchAssetsRequest: PagedRequest {}

extension CatalogService {
  package func getSchemaVersion(
    _ request: GetSchemaVersionRequest, _ context: ServerContext
  ) async throws -> PurSightAPI.SchemaVersion {
    let parsed = try ResourceName(
      parsing: request.name, collection: "assets", child: "schemaVersions", field: "name")
    let (found, scope) = try await asset(
      "projects/\(parsed.project)/assets/\(parsed.id)", field: "name", context)
    let id = parsed.child?.id ?? ""
    guard id == "latest" || Int32(id) != nil else {
      throw RPCError.invalidField("name", "\"\(id)\" is not a version: a number, or latest.")
    }
    let number = id == "latest" ? nil : Int32(id)
    guard
      let version = try await schemas.version(number, ofAsset: found.state.uid, in: scope)
    else { throw RPCError.notFound("schema version", "\(found.fqn.text), version \(id)") }
    return PurSightAPI.SchemaVersion(version, ofAsset: found.state.uid, in: scope)
  }

  package func listSchemaVersions(
    _ request: ListSchemaVersionsRequest, _ context: ServerContext
  ) async throws -> ListSchemaVersionsResponse {
    let (found, scope) = try await asset(request.parent, field: "parent", context)
    let page = try kit.pageTokens.page(request, scope)
    var versions = try await schemas.versions(
      ofAsset: found.state.uid, before: page.after?.first.flatMap { Int32($0) } ?? .max,
      limit: page.limit + 1, in: scope)
    var response = ListSchemaVersionsResponse()
    if versions.count > page.limit {
      versions.removeLast(versions.count - page.limit)
      response.nextPageToken = try kit.pageTokens.token(
        after: ["\(versions.last?.schema.version ?? 0)"], request, scope)
    }
    response.schemaVersions = versions.map {
      PurSightAPI.SchemaVersion($0, ofAsset: found.state.uid, in: scope)
    }
    return response
  }

  package func listLineage(
    _ request: ListLineageRequest, _ context: ServerContext
  ) async throws -> ListLineageResponse {
    let (found, scope) = try await asset(request.asset, field: "asset", context)
    let page = try kit.pageTokens.page(request, scope)
    let after = page.after ?? []
    var edges = try await lineage.edges(
      of: found.state.uid,
      Int16(exactly: request.direction.rawValue).flatMap(LineageDirection.init) ?? .both,
      column: request.columnID, after: after.dropLast().compactMap { Int64($0) },
      job: after.last ?? "", limit: page.limit + 1, in: scope)
    var response = ListLineageResponse()
    if edges.count > page.limit {
      edges.removeLast(edges.count - page.limit)
      let last = edges.last
      response.nextPageToken = try kit.pageTokens.token(
        after: (last?.key.map { "\($0)" } ?? []) + [last?.edge.job ?? ""], request, scope)
    }
    response.edges = edges.map { PurSightAPI.LineageEdge($0.edge, in: scope) }
    return response
  }

  /// Characters of a description in a search hit.
  private static let snippetCharacters = 240

  package func searchAssets(
    _ request: SearchAssetsRequest, _ context: ServerContext
  ) async throws -> SearchAssetsResponse {
    let scope = try context.scope(ofParent: request.parent)
    let page = try kit.pageTokens.page(request, scope)
    let words = Set(SearchWords.of(request.query))
    guard !words.isEmpty else {
      throw RPCError.invalidField("query", "It holds no letters or digits to look for.")
    }
    var hits = try await searches.search(
      request.query, after: Self.position(page.after), limit: page.limit + 1, in: scope)
    var response = SearchAssetsResponse()
    if hits.count > page.limit {
      hits.removeLast(hits.count - page.limit)
      if let last = hits.last?.position {
        response.nextPageToken = try kit.pageTokens.token(
          after: ["\(last.tier.rawValue)", "\(last.rank)", last.fqn], request, scope)
      }
    }
    response.hits = hits.map { hit in
      SearchHit(
        asset: "\(scope.name)/assets/\(hit.uid)", fqn: hit.fqn,
        kind: AssetKind(rawValue: Int32(hit.kind.rawValue)),
        tier: MatchTier(rawValue: hit.position.tier.rawValue),
        columns: hit.columns.filter { !words.isDisjoint(with: SearchWords.of($0)) },
        description: String(hit.description.prefix(Self.snippetCharacters)),
        rowCount: hit.rowCount)
    }
    return response
  }

  private static func position(_ fields: [String]?) -> SearchStore.Position? {
    guard let fields, fields.count == 3, let number = Int32(fields[0]),
      let tier = SearchStore.Tier(rawValue: number), let rank = Int32(fields[1])
    else { return nil }
    return SearchStore.Position(tier: tier, rank: rank, fqn: fields[2])
  }
}
