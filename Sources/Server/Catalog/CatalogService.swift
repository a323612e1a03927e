internal import PurSightAPI
internal import PurSightGovernance
internal import PurSightRPC
package import PurSightServiceKit
internal import PurSightStorage

/// Keeps sources and assets, their schemas, lineage and search.
package struct CatalogService: CatalogServiceHandler {
  let kit: ServiceContext
  let sources: SourceStore
  let assets: AssetStore
  let schemas: SchemaStore
  let lineage: LineageStore
  let searches: SearchStore

  package init(_ kit: ServiceContext) {
    self.kit = kit
    sources = SourceStore(kit.storage)
    assets = AssetStore(kit.storage)
    schemas = SchemaStore(kit.storage)
    lineage = LineageStore(kit.storage)
    searches = SearchStore(kit.storage)
  }

  /// The source that a request names.
  func source(
    _ name: String, field: String, _ context: ServerContext
  ) async throws -> (source: Source, scope: Scope) {
    let full = name.contains("/") ? name : "projects/\(try context.scope.slug)/sources/\(name)"
    let parsed = try ResourceName(parsing: full, collection: "sources", field: field)
    let scope = try context.scope(inProject: parsed.project, field: field)
    guard let found = try await sources.source(parsed.id, in: scope) else {
      throw RPCError.notFound("source", parsed.id)
    }
    return (found, scope)
  }

  /// The asset that a request names by uid or fully qualified name.
  func asset(
    _ name: String, field: String, _ context: ServerContext
  ) async throws -> (asset: Asset, scope: Scope) {
    let parsed = try ResourceName(parsing: name, collection: "assets", field: field)
    let scope = try context.scope(inProject: parsed.project, field: field)
    guard let found = try await assets.asset(AssetStore.Key(parsed), in: scope) else {
      throw RPCError.notFound("asset", parsed.id)
    }
    return (found, scope)
  }

  /// Adds what every change of a resource leaves behind: a version and an event.
  func record(
    _ kind: ResourceVersion.Kind, _ activity: AuditRecord.Activity, name: String,
    body: [UInt8], before: Int64, state: ResourceState, changes: [FieldChange] = [],
    _ unit: inout UnitOfWork
  ) {
    let operation: ResourceVersion.Operation =
      switch activity {
      case .create: .create
      case .delete: .delete
      default: .update
      }
    unit.record(
      ResourceVersion(
        kind, uid: state.uid, revision: state.revision, operation: operation, body: body))
    unit.audit(
      AuditRecord(
        activity,
        resources: [
          AuditedResource(
            name, revisionBefore: before, revisionAfter: activity == .delete ? 0 : state.revision)
        ], changes: changes))
  }
}
