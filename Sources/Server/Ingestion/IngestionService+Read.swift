package import PurSightAPI
internal import PurSightArrow
internal import PurSightCompute
internal import PurSightCrypto
internal import PurSightExpression
internal import PurSightGovernance
package import PurSightRPC
internal import PurSightRows
internal import PurSightServiceKit
internal import PurSightStorage

extension IngestionService {
  package func readRows(
    _ request: ReadRowsRequest, _ responses: ResponseWriter<ReadRowsResponse>,
    _ context: ServerContext
  ) async throws {
    let (dataset, scope) = try await dataset(request.dataset, field: "dataset", context)
    let plan = try await readPlan(request, dataset, scope)
    try await kit.auditRead(
      context,
      [
        AuditedResource(
          "\(scope.name)/datasets/\(dataset.state.uid)",
          revisionBefore: dataset.state.revision, revisionAfter: dataset.state.revision)
      ],
      note: "rows of \(dataset.fqn.text) at revision \(plan.revision)")
    var scan = DatasetScan(
      dataset, columns: plan.columns, at: plan.revision, after: plan.position.segment - 1,
      index: segmentIndex, store: segments, schemas: schemas, in: scope)
    var reader = RowReader(plan, request)
    try await responses.write(reader.header)
    while !reader.isDone, let segment = try await scan.nextSegment() {
      let fetched: DatasetScan.Fetched
      do throws(SegmentReader.Failure) { fetched = try await scan.fetch(segment) } catch {
        throw Self.status(error)
      }
      let state = reader
      let step = try await kit.compute { () throws(RPCError) in try state.step(fetched) }
      reader = step.reader
      for response in step.responses { try await responses.write(response) }
    }
    try await responses.write(reader.end)
  }

  static func status(_ failure: SegmentReader.Failure) -> any Error {
    switch failure {
    case .storage(let error): error
    case .arrow(let error):
      RPCError(.dataLoss, "Stored rows cannot be read: \(error.description)")
        .reason("SEGMENT_DAMAGED")
    }
  }

  private func readPlan(
    _ request: ReadRowsRequest, _ dataset: Dataset, _ scope: Scope
  ) async throws -> ReadPlan {
    let tokenKey = try kit.storage.keys.derivedKey(for: "read token")
    let position = try ReadPosition(request, key: tokenKey)
    let revision =
      position?.revision ?? (request.revision == 0 ? dataset.dataRevision : request.revision)
    guard revision <= dataset.dataRevision else {
      throw RPCError.invalidField(
        "revision",
        "\(dataset.fqn.text) has no revision \(revision); its newest is \(dataset.dataRevision).")
    }
    let total =
      try await segmentIndex.rowCount(ofDataset: dataset.state.uid, at: revision, in: scope) ?? 0
    let all = dataset.schema?.columns ?? []
    let wanted = try Self.columns(request.columns, of: all, in: dataset.fqn.text)
    var needed = wanted
    var filter: ExpressionProgram?
    if !request.filter.isEmpty {
      let schema = ExpressionSchema(Schema(version: 0, columns: all).arrowSchema)
      do throws(ExpressionError) {
        filter = try ExpressionProgram.filter(
          request.filter, schema: schema, parameters: try Self.parameters(request.parameters))
      } catch {
        throw ErrorTable.status(for: error, field: "filter")
      }
      let names = filter?.columns.map(\.name) ?? []
      needed += all.filter { column in
        names.contains(column.name) && !wanted.contains { $0.id == column.id }
      }
    }
    return ReadPlan(
      columns: needed, outputCount: wanted.count, filter: filter, revision: revision,
      rowsTotal: total, position: position ?? ReadPosition(revision: revision),
      tokenKey: tokenKey)
  }

  private static func columns(
    _ names: [String], of all: [PurSightGovernance.Column], in dataset: String
  ) throws -> [PurSightGovernance.Column] {
    guard !names.isEmpty else { return all }
    return try names.enumerated().map { index, name in
      guard let column = all.first(where: { $0.name == name }) else {
        let advice = Suggestion.clause(for: name, among: all.map(\.name))
        throw RPCError.invalidField(
          "columns[\(index)]", "\(dataset) has no column \"\(name)\"\(advice)",
          reason: "UNKNOWN_COLUMN")
      }
      return column
    }
  }

  private static func parameters(
    _ parameters: [String: Parameter]
  ) throws(ExpressionError) -> [String: ExpressionValue] {
    parameters.mapValues { parameter in
      let values = parameter.values.map(ExpressionValue.init(api:))
      return parameter.isList || values.count != 1 ? .list(values) : values[0]
    }
  }

  // MARK: Quarantine

  package func readQuarantine(
    _ request: ReadQuarantineRequest,
    _ responses: ResponseWriter<PurSightAPI.QuarantinedRow>, _ context: ServerContext
  ) async throws {
    let (dataset, scope) = try await dataset(request.dataset, field: "dataset", context)
    try await kit.auditRead(
      context,
      [
        AuditedResource(
          "\(scope.name)/datasets/\(dataset.state.uid)",
          revisionBefore: dataset.state.revision, revisionAfter: dataset.state.revision)
      ], note: "rows in quarantine of \(dataset.fqn.text)")
    let stream = request.writeStream.split(separator: "/").last.map(String.init) ?? ""
    let selection = QuarantineStore.Selection(ruleID: request.ruleID, writeStream: stream)
    var left = request.limit == 0 ? Int64.max : request.limit
    var after: Int64 = 0
    while left > 0 {
      let wanted = Int(min(Int64(limits.quarantinePage), left))
      let page = try await quarantine.rows(
        ofDataset: dataset.state.uid, selection, after: after, limit: wanted, in: scope)
      for row in page {
        try await responses.write(PurSightAPI.QuarantinedRow(row, dataset: dataset, in: scope))
      }
      guard page.count == wanted, let last = page.last else { return }
      after = last.number
      left -= Int64(page.count)
    }
  }

}

extension ExpressionValue {
  /// A parameter's value as the language knows it.
  init(api value: PurSightAPI.Value) {
    switch value.kind {
    case .boolValue(let value): self = .boolean(value)
    case .intValue(let value): self = .integer(value)
    case .doubleValue(let value): self = .double(value)
    case .stringValue(let value): self = .string(value)
    case .bytesValue(let value): self = .bytes(value)
    case .timestampValue(let value): self = value.microseconds.map { .timestamp($0) } ?? .null
    case .dateValue(let value): self = .date(value)
    case nil: self = .null
    }
  }
}
