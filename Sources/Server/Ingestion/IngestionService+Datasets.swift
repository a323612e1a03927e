package import PurSightAPI
internal import PurSightExpression
internal import PurSightGovernance
package import PurSightRPC
internal import PurSightServiceKit
internal import PurSightStorage

extension CreateDatasetRequest: MutationRequest {}
extension UpdateDatasetRequest: MutationRequest {}
extension DeleteDatasetRequest: MutationRequest {}
extension ListDatasetsRequest: PagedRequest {}

extension IngestionService {
  package func createDataset(
    _ request: CreateDatasetRequest, _ context: ServerContext
  ) async throws -> PurSightAPI.Dataset {
    let scope = try context.scope(ofParent: request.parent)
    let declared = request.dataset ?? PurSightAPI.Dataset()
    let fqn = try FullyQualifiedName(parsing: declared.fqn, field: "dataset.fqn")
    let ruleSet = try await ruleSetSlug(declared.ruleSet, field: "dataset.rule_set", context)
    do {
      return try await kit.mutate(request, context) { unit in
        let dataset = try newDataset(declared, fqn, ruleSet: ruleSet, &unit)
        let answer = PurSightAPI.Dataset(dataset, in: scope)
        unit.record(
          ResourceVersion(
            .dataset, uid: dataset.state.uid, revision: 1, operation: .create,
            body: answer.serialized()))
        unit.audit(
          AuditRecord(
            .create, resources: [AuditedResource(answer.name, revisionBefore: 0, revisionAfter: 1)],
            note: "dataset \(fqn.text)"))
        return answer
      }
    } catch let error as StorageError
      where error.code == .alreadyExists(constraint: AssetStore.taken)
    {
      throw RPCError.alreadyExists("asset", fqn.text)
    }
  }

  /// Adds a dataset with its asset, and its schema where columns are declared.
  private func newDataset(
    _ declared: PurSightAPI.Dataset, _ fqn: FullyQualifiedName, ruleSet: String?,
    _ unit: inout UnitOfWork
  ) throws -> Dataset {
    var schema: Schema?
    if !declared.columns.isEmpty {
      let columns = try declared.columns.enumerated().map { index, column in
        try Column(declared: column, field: "dataset.columns[\(index)]")
      }
      schema = try Schema.first(columns, key: declared.keyColumns, field: "dataset.columns")
    }
    let state = ResourceState.created(uid: kit.makeUID(), at: unit.time, by: unit.actor)
    let dataset = Dataset(
      fqn: fqn, description: declared.description, keyColumns: declared.keyColumns,
      schema: schema, nextColumnID: 1, dataRevision: 0, rowCount: 0, storedBytes: 0,
      quarantinedCount: 0, ruleSet: ruleSet, state: state)
    let asset = Asset(
      fqn: fqn, kind: .dataset, source: nil, displayName: "",
      facets: Facets(curated: Facet(description: declared.description)), properties: [],
      schemaVersion: 0, rowCount: 0, state: state)
    assets.insert(asset, columns: schema?.columns ?? [], into: &unit)
    datasets.insert(dataset, into: &unit)
    if let schema { insert(schema, after: nil, ofAsset: state.uid, into: &unit) }
    return dataset
  }

  /// Adds a schema version under a uid of its own.
  func insert(
    _ schema: Schema, after previous: Schema?, ofAsset uid: String, into unit: inout UnitOfWork
  ) {
    schemas.insert(schema, uid: kit.makeUID(), after: previous, ofAsset: uid, into: &unit)
  }

  /// The slug of a rule set that a request names; nil for an empty name.
  func ruleSetSlug(
    _ name: String, field: String, _ context: ServerContext
  ) async throws -> String? {
    guard !name.isEmpty else { return nil }
    let full = name.contains("/") ? name : "projects/\(try context.scope.slug)/ruleSets/\(name)"
    let parsed = try ResourceName(parsing: full, collection: "ruleSets", field: field)
    let scope = try context.scope(inProject: parsed.project, field: field)
    guard try await ruleSets.ruleSet(parsed.id, in: scope) != nil else {
      throw RPCError.notFound("rule set", parsed.id)
    }
    return parsed.id
  }

  package func getDataset(
    _ request: GetDatasetRequest, _ context: ServerContext
  ) async throws -> PurSightAPI.Dataset {
    let (found, scope) = try await dataset(request.name, field: "name", context)
    return PurSightAPI.Dataset(found, in: scope)
  }

  package func listDatasets(
    _ request: ListDatasetsRequest, _ context: ServerContext
  ) async throws -> ListDatasetsResponse {
    let scope = try context.scope(ofParent: request.parent)
    let page = try kit.pageTokens.page(request, scope)
    var found = try await datasets.datasets(
      after: page.after?.first ?? "", limit: page.limit + 1,
      filter: try DatasetStore.filterFields.render(request.filter), in: scope)
    var response = ListDatasetsResponse()
    if found.count > page.limit {
      found.removeLast(found.count - page.limit)
      let last = found.last?.fqn.text ?? ""
      response.nextPageToken = try kit.pageTokens.token(after: [last], request, scope)
    }
    response.datasets = found.map { PurSightAPI.Dataset($0, in: scope) }
    return response
  }

  package func updateDataset(
    _ request: UpdateDatasetRequest, _ context: ServerContext
  ) async throws -> PurSightAPI.Dataset {
    let wanted = request.dataset ?? PurSightAPI.Dataset()
    let (before, scope) = try await dataset(wanted.name, field: "dataset.name", context)
    guard
      let asset = try await assets.asset(AssetStore.Key.uid(before.state.uid), in: scope)
    else { throw RPCError.notFound("dataset", before.fqn.text) }
    try before.state.checkEtag(request.etag, of: before.fqn.text)
    let change = try await datasetChange(request, before, context)
    return try await kit.mutate(request, context) { unit in
      var (after, described) = (change.after, asset)
      after.state = before.state.updated(at: unit.time, by: unit.actor)
      described.state = after.state
      described.facets.curated.description = after.description
      assets.update(
        described, columns: after.schema?.columns ?? [], from: before.state.revision, in: &unit)
      datasets.update(after, in: &unit)
      if let schema = change.schema {
        insert(schema, after: before.schema, ofAsset: before.state.uid, into: &unit)
      }
      let answer = PurSightAPI.Dataset(after, in: scope)
      record(.update, answer, before: before.state.revision, changes: change.fields, &unit)
      return answer
    }
  }

  private struct DatasetChange {
    var after: Dataset
    /// A further schema version, where the key changed.
    var schema: Schema?
    var fields: [FieldChange] = []
  }

  private func datasetChange(
    _ request: UpdateDatasetRequest, _ before: Dataset,
    _ context: ServerContext
  ) async throws -> DatasetChange {
    let wanted = request.dataset ?? PurSightAPI.Dataset()
    let paths = try UpdateMask.paths(
      request.updateMask?.paths ?? [],
      known: Dataset.updatablePaths,
      set: [
        ("description", !wanted.description.isEmpty), ("key_columns", !wanted.keyColumns.isEmpty),
        ("rule_set", !wanted.ruleSet.isEmpty),
      ])
    var change = DatasetChange(after: before)
    if paths.contains("description"), wanted.description != before.description {
      change.after.description = wanted.description
      change.fields.append(
        .text("description", before: before.description, after: wanted.description))
    }
    if paths.contains("rule_set") {
      change.after.ruleSet = try await ruleSetSlug(
        wanted.ruleSet, field: "dataset.rule_set", context)
      change.fields.append(
        .text("rule_set", before: before.ruleSet ?? "", after: change.after.ruleSet ?? ""))
    }
    if paths.contains("key_columns"), wanted.keyColumns != before.keyColumns {
      change.after.keyColumns = wanted.keyColumns
      change.fields.append(
        .text(
          "key_columns", before: before.keyColumns.joined(separator: ","),
          after: wanted.keyColumns.joined(separator: ",")))
      if let schema = before.schema {
        let rekeyed = try schema.keyed(by: wanted.keyColumns)
        change.schema = rekeyed
        change.after.schema = rekeyed
      }
    }
    return change
  }

  private func record(
    _ activity: AuditRecord.Activity, _ answer: PurSightAPI.Dataset, before: Int64,
    changes: [FieldChange], _ unit: inout UnitOfWork
  ) {
    let revision = answer.meta?.revision ?? before + 1
    unit.record(
      ResourceVersion(
        .dataset, uid: answer.meta?.uid ?? "", revision: revision,
        operation: activity == .delete ? .delete : .update, body: answer.serialized()))
    unit.audit(
      AuditRecord(
        activity,
        resources: [
          AuditedResource(
            answer.name, revisionBefore: before, revisionAfter: activity == .delete ? 0 : revision)
        ], changes: changes))
  }

  package func deleteDataset(
    _ request: DeleteDatasetRequest, _ context: ServerContext
  ) async throws -> Empty {
    let (before, scope) = try await dataset(request.name, field: "name", context)
    guard
      let asset = try await assets.asset(AssetStore.Key.uid(before.state.uid), in: scope)
    else { throw RPCError.notFound("dataset", before.fqn.text) }
    try before.state.checkEtag(request.etag, of: before.fqn.text)
    do {
      return try await kit.mutate(request, context) { unit in
        var gone = asset
        gone.state = asset.state.updated(at: unit.time, by: unit.actor)
        datasets.delete(before, in: &unit)
        assets.delete(gone, from: before.state.revision, in: &unit)
        var answer = PurSightAPI.Dataset(before, in: scope)
        answer.meta = ResourceMeta(gone.state)
        record(.delete, answer, before: before.state.revision, changes: [], &unit)
        return Empty()
      }
    } catch let error as StorageError
      where error.code == .guardFailed(DatasetStore.hasNoOpenStream)
    {
      throw RPCError.precondition(
        "OPEN_WRITE_STREAM", before.fqn.text,
        "\(before.fqn.text) has an open write stream. Finish or abort it, then delete the dataset.")
    }
  }
}
