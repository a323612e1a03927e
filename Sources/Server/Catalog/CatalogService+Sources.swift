package import PurSightAPI
internal import PurSightGovernance
package import PurSightRPC
internal import PurSightServiceKit
internal import PurSightStorage

extension CreateSourceRequest: MutationRequest {}
extension UpdateSourceRequest: MutationRequest {}
extension DeleteSourceRequest: MutationRequest {}
extension ListSourcesRequest: PagedRequest {}

extension CatalogService {
  package func createSource(
    _ request: CreateSourceRequest, _ context: ServerContext
  ) async throws -> PurSightAPI.Source {
    let scope = try context.scope(ofParent: request.parent)
    try Slug.check(request.sourceID, field: "source_id")
    let given = request.source ?? PurSightAPI.Source()
    let kind = try Self.kind(given.kind)
    let properties = given.properties.map { Property($0) }
    try Property.check(properties, field: "source.properties")
    do {
      return try await kit.mutate(request, context) { unit in
        let source = Source(
          slug: request.sourceID, kind: kind, displayName: given.displayName,
          description: given.description, uri: given.uri, owners: given.owners,
          properties: properties,
          state: .created(uid: kit.makeUID(), at: unit.time, by: unit.actor))
        let answer = PurSightAPI.Source(source, in: scope)
        sources.insert(source, into: &unit)
        record(
          .source, .create, name: answer.name, body: answer.serialized(), before: 0,
          state: source.state, &unit)
        return answer
      }
    } catch let error as StorageError
      where error.code == .alreadyExists(constraint: SourceStore.taken)
    {
      throw RPCError.alreadyExists("source", request.sourceID)
    }
  }

  private static func kind(_ kind: SourceKind) throws -> Source.Kind {
    guard let number = Int16(exactly: kind.rawValue), let known = Source.Kind(rawValue: number)
    else {
      throw RPCError.invalidField(
        "source.kind",
        "A source needs a kind: \(Source.Kind.allCases.map(\.word).joined(separator: ", ")).")
    }
    return known
  }

  package func getSource(
    _ request: GetSourceRequest, _ context: ServerContext
  ) async throws -> PurSightAPI.Source {
    let (found, scope) = try await source(request.name, field: "name", context)
    return PurSightAPI.Source(found, in: scope)
  }

  package func listSources(
    _ request: ListSourcesRequest, _ context: ServerContext
  ) async throws -> ListSourcesResponse {
    let scope = try context.scope(ofParent: request.parent)
    let page = try kit.pageTokens.page(request, scope)
    var found = try await sources.sources(
      after: page.after?.first ?? "", limit: page.limit + 1,
      filter: try SourceStore.filterFields.render(request.filter), in: scope)
    var response = ListSourcesResponse()
    if found.count > page.limit {
      found.removeLast(found.count - page.limit)
      response.nextPageToken = try kit.pageTokens.token(
        after: [found.last?.slug ?? ""], request, scope)
    }
    response.sources = found.map { PurSightAPI.Source($0, in: scope) }
    return response
  }

  package func updateSource(
    _ request: UpdateSourceRequest, _ context: ServerContext
  ) async throws -> PurSightAPI.Source {
    let wanted = request.source ?? PurSightAPI.Source()
    let (before, scope) = try await source(wanted.name, field: "source.name", context)
    try before.state.checkEtag(request.etag, of: before.slug)
    let (after, changes) = try Self.changed(before, wanted, request.updateMask?.paths ?? [])
    guard !changes.isEmpty else { return PurSightAPI.Source(before, in: scope) }
    return try await kit.mutate(request, context) { unit in
      var next = after
      next.state = before.state.updated(at: unit.time, by: unit.actor)
      let answer = PurSightAPI.Source(next, in: scope)
      sources.update(next, from: before.state.revision, in: &unit)
      record(
        .source, .update, name: answer.name, body: answer.serialized(),
        before: before.state.revision, state: next.state, changes: changes, &unit)
      return answer
    }
  }

  private static func changed(
    _ before: Source, _ wanted: PurSightAPI.Source, _ paths: [String]
  ) throws -> (Source, [FieldChange]) {
    let paths = try UpdateMask.paths(
      paths, known: Source.updatablePaths,
      set: [
        ("kind", wanted.kind != .unspecified), ("display_name", !wanted.displayName.isEmpty),
        ("description", !wanted.description.isEmpty), ("uri", !wanted.uri.isEmpty),
        ("owners", !wanted.owners.isEmpty), ("properties", !wanted.properties.isEmpty),
      ])
    var after = before
    var changes: [FieldChange] = []
    func note(_ path: String, _ old: String, _ new: String) {
      if old != new { changes.append(.text(path, before: old, after: new)) }
    }
    if paths.contains("kind") {
      after.kind = try kind(wanted.kind)
      note("kind", before.kind.word, after.kind.word)
    }
    if paths.contains("display_name") {
      after.displayName = wanted.displayName
      note("display_name", before.displayName, after.displayName)
    }
    if paths.contains("description") {
      after.description = wanted.description
      note("description", before.description, after.description)
    }
    if paths.contains("uri") {
      after.uri = wanted.uri
      note("uri", before.uri, after.uri)
    }
    if paths.contains("owners") {
      after.owners = wanted.owners
      note("owners", before.owners.joined(separator: ","), after.owners.joined(separator: ","))
    }
    if paths.contains("properties") {
      after.properties = wanted.properties.map { Property($0) }
      try Property.check(after.properties, field: "source.properties")
      note("properties", Self.text(before.properties), Self.text(after.properties))
    }
    return (after, changes)
  }

  static func text(_ properties: [Property]) -> String {
    properties.map { "\($0.key)=\($0.value)" }.joined(separator: "\n")
  }

  package func deleteSource(
    _ request: DeleteSourceRequest, _ context: ServerContext
  ) async throws -> Empty {
    let (before, scope) = try await source(request.name, field: "name", context)
    try before.state.checkEtag(request.etag, of: before.slug)
    do {
      return try await kit.mutate(request, context) { unit in
        var gone = before
        gone.state = before.state.updated(at: unit.time, by: unit.actor)
        let last = PurSightAPI.Source(gone, in: scope)
        sources.delete(gone, from: before.state.revision, in: &unit)
        record(
          .source, .delete, name: last.name, body: last.serialized(),
          before: before.state.revision, state: gone.state, &unit)
        return Empty()
      }
    } catch let error as StorageError where error.code == .guardFailed(SourceStore.isUnused) {
      throw RPCError.precondition(
        "SOURCE_IN_USE", before.slug,
        "Assets belong to the source \(before.slug). Delete them first, or move them.")
    }
  }
}
