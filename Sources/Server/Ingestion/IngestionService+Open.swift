package import PurSightAPI
internal import PurSightArrow
internal import PurSightGovernance
package import PurSightRPC
internal import PurSightRows
internal import PurSightServiceKit
internal import PurSightStorage

extension OpenWriteStreamRequest: MutationRequest {}

extension IngestionService {
  /// Times that opening starts over when another load of the same dataset was faster.
  private static let maxOpenAttempts = 3

  package func openWriteStream(
    _ request: OpenWriteStreamRequest, _ context: ServerContext
  ) async throws -> PurSightAPI.WriteStream {
    var attempt = 1
    while true {
      do {
        return try await openOnce(request, context)
      } catch let error as StorageError
        where Self.isRace(error.code) && attempt < Self.maxOpenAttempts
      {
        attempt += 1
      }
    }
  }

  private static func isRace(_ code: StorageError.Code) -> Bool {
    switch code {
    case .guardFailed(SchemaStore.isNewest), .guardFailed(.openLoad),
      .alreadyExists(constraint: AssetStore.taken),
      .alreadyExists(constraint: WriteStreamStore.taken):
      true
    default: false
    }
  }

  private func openOnce(
    _ request: OpenWriteStreamRequest, _ context: ServerContext
  ) async throws -> PurSightAPI.WriteStream {
    let (dataset, scope) = try await dataset(request.parent, field: "parent", context)
    let incoming = try Self.incomingColumns(request.arrowSchema)
    let plan = try await loadPlan(request, dataset, incoming, context)
    let id = request.writeStreamID.isEmpty ? kit.makeUID() : request.writeStreamID
    let existing = try await streams.stream(id, of: .uid(dataset.state.uid), in: scope)
    if let existing {
      guard existing.stream.life == .open, !request.createOnly else {
        throw RPCError.alreadyExists("write stream", id)
          .reason("WRITE_STREAM_\(existing.stream.life == .open ? "OPEN" : "CLOSED")")
      }
      return try await kit.mutate(request, context) { unit in
        takeOver(existing, plan, dataset, request.arrowSchema, scope, &unit)
      }
    }
    return try await kit.mutate(request, context) { unit in
      create(id, request, plan, dataset, scope, &unit)
    }
  }

  private static func incomingColumns(
    _ message: [UInt8]
  ) throws -> [PurSightGovernance.Column] {
    do throws(ArrowError) {
      var decoder = ArrowDecoder()
      guard case .schema(let schema) = try decoder.decode(message: ArrowBuffer(message)) else {
        throw ArrowError(.malformed, "it is not the schema message of an Arrow IPC stream")
      }
      return try schema.datasetColumns()
    } catch {
      throw RPCError.invalidField("arrow_schema", error.description)
    }
  }

  /// What opening a load changes beside the load itself.
  private struct LoadPlan {
    /// The schema that rows are stored in.
    var schema: Schema
    /// Whether it is a further version.
    var isNewVersion: Bool
    var source: String?
    /// The asset that the rows come from, and whether it has to be made.
    var sourceAsset: Asset?
    var isNewSourceAsset = false
    var ruleSet: RuleSet?
    var incoming: [PurSightGovernance.Column]
  }

  private func loadPlan(
    _ request: OpenWriteStreamRequest, _ dataset: Dataset,
    _ incoming: [PurSightGovernance.Column], _ context: ServerContext
  ) async throws -> LoadPlan {
    let scope = try context.scope
    var plan: LoadPlan
    if let schema = dataset.schema {
      switch try schema.evolving(to: incoming, nextColumnID: dataset.nextColumnID) {
      case .unchanged: plan = LoadPlan(schema: schema, isNewVersion: false, incoming: incoming)
      case .extended(let next):
        plan = LoadPlan(schema: next, isNewVersion: true, incoming: incoming)
      }
    } else {
      let first = try Schema.first(incoming, key: dataset.keyColumns, field: "arrow_schema")
      plan = LoadPlan(schema: first, isNewVersion: true, incoming: incoming)
    }
    plan.source = try await sourceSlug(request.source, context)
    try await planSourceAsset(request, &plan, scope)
    let ruleSet =
      try await ruleSetSlug(request.ruleSet, field: "rule_set", context) ?? dataset.ruleSet
    if let ruleSet { plan.ruleSet = try await ruleSets.ruleSet(ruleSet, in: scope) }
    return plan
  }

  private func sourceSlug(_ name: String, _ context: ServerContext) async throws -> String? {
    guard !name.isEmpty else { return nil }
    let full = name.contains("/") ? name : "projects/\(try context.scope.slug)/sources/\(name)"
    let parsed = try ResourceName(parsing: full, collection: "sources", field: "source")
    let scope = try context.scope(inProject: parsed.project, field: "source")
    guard try await sources.source(parsed.id, in: scope) != nil else {
      throw RPCError.notFound("source", parsed.id)
    }
    return parsed.id
  }

  /// The file, table or topic that rows come from is an asset of its own: lineage begins there.
  private func planSourceAsset(
    _ request: OpenWriteStreamRequest, _ plan: inout LoadPlan, _ scope: Scope
  ) async throws {
    guard !request.sourceURI.isEmpty else { return }
    let leaf = request.sourceURI.split(separator: "/").last.map(String.init) ?? request.sourceURI
    let text = "\(plan.source ?? "files")/\(FullyQualifiedName.escape(leaf))"
    let fqn = try FullyQualifiedName(parsing: text, field: "source_uri")
    if let known = try await assets.asset(.fqn(fqn.text), in: scope) {
      plan.sourceAsset = known
      return
    }
    plan.isNewSourceAsset = true
    plan.sourceAsset = Asset(
      fqn: fqn, kind: .file, source: plan.source, displayName: "", facets: Facets(),
      properties: [Property(key: "uri", value: request.sourceURI)], schemaVersion: 0,
      rowCount: 0,
      state: .created(uid: kit.makeUID(), at: kit.now, by: .system("ingestion")))
  }

  // MARK: Deciding the unit

  private func create(
    _ id: String, _ request: OpenWriteStreamRequest, _ plan: LoadPlan,
    _ dataset: Dataset, _ scope: Scope, _ unit: inout UnitOfWork
  ) -> PurSightAPI.WriteStream {
    writeSchemas(plan, dataset, &unit)
    let stream = WriteStream(
      id: id, datasetUID: dataset.state.uid, datasetFQN: dataset.fqn.text, source: plan.source,
      sourceURI: request.sourceURI, life: .open, epoch: 1, nextOffset: 0, rowsStored: 0,
      rowsQuarantined: 0, commits: 0,
      onBadRow: request.onBadRow == .rejectBatch ? .rejectBatch : .quarantine,
      ruleSet: plan.ruleSet?.slug, ruleSetVersion: plan.ruleSet?.version ?? 0,
      checkRunUID: plan.ruleSet.map { _ in kit.makeUID() }, arrowSchema: request.arrowSchema,
      schemaVersion: plan.schema.version, resumeToken: [], dataRevision: 0,
      segmentsDigest: [UInt8](repeating: 0, count: 32), lastCommitTime: nil,
      state: .created(uid: kit.makeUID(), at: unit.time, by: unit.actor))
    streams.insert(stream, sourceAsset: plan.sourceAsset?.state.uid, into: &unit)
    if let ruleSet = plan.ruleSet, let run = stream.checkRunUID {
      runs.insert(
        CheckRun(
          ruleSet: ruleSet.slug, ruleSetVersion: ruleSet.version, datasetUID: dataset.state.uid,
          datasetFQN: dataset.fqn.text, writeStream: id, dataRevision: dataset.dataRevision,
          life: .running, rows: 0, error: "",
          state: .created(uid: run, at: unit.time, by: unit.actor)), into: &unit)
    }
    return opened(stream, previous: 0, scope, &unit)
  }

  private func takeOver(
    _ stored: WriteStreamStore.Stored, _ plan: LoadPlan,
    _ dataset: Dataset, _ arrowSchema: [UInt8], _ scope: Scope,
    _ unit: inout UnitOfWork
  ) -> PurSightAPI.WriteStream {
    writeSchemas(plan, dataset, &unit)
    streams.takeOver(
      stored, arrowSchema: arrowSchema, schemaVersion: plan.schema.version, in: &unit)
    var stream = stored.stream
    stream.epoch += 1
    stream.arrowSchema = arrowSchema
    stream.schemaVersion = plan.schema.version
    stream.state = stream.state.updated(at: unit.time, by: unit.actor)
    return opened(stream, previous: stored.stream.state.revision, scope, &unit)
  }

  private func writeSchemas(
    _ plan: LoadPlan, _ dataset: Dataset, _ unit: inout UnitOfWork
  ) {
    if plan.isNewVersion {
      insert(plan.schema, after: dataset.schema, ofAsset: dataset.state.uid, into: &unit)
      let asset = Asset(
        fqn: dataset.fqn, kind: .dataset, source: nil, displayName: "",
        facets: Facets(curated: Facet(description: dataset.description)), properties: [],
        schemaVersion: plan.schema.version, rowCount: dataset.rowCount, state: dataset.state)
      assets.writeSearch(of: asset, columns: plan.schema.columns, into: &unit)
    }
    guard plan.isNewSourceAsset, let asset = plan.sourceAsset else { return }
    var columns = plan.incoming
    for index in columns.indices { columns[index].id = Int32(index + 1) }
    assets.insert(asset, columns: columns, into: &unit)
    insert(
      Schema(version: 1, columns: columns), after: nil, ofAsset: asset.state.uid, into: &unit)
  }

  private func opened(
    _ stream: WriteStream, previous: Int64, _ scope: Scope,
    _ unit: inout UnitOfWork
  ) -> PurSightAPI.WriteStream {
    let answer = PurSightAPI.WriteStream(stream, in: scope)
    unit.record(
      ResourceVersion(
        .writeStream, uid: stream.state.uid, revision: stream.state.revision,
        operation: previous == 0 ? .create : .update, body: answer.serialized()))
    unit.audit(
      AuditRecord(
        .open,
        resources: [
          AuditedResource(
            answer.name, revisionBefore: previous, revisionAfter: stream.state.revision)
        ],
        note: "load into \(stream.datasetFQN) at offset \(stream.nextOffset), epoch \(stream.epoch)"
      ))
    return answer
  }
}
