package import PurSightAPI
internal import PurSightArrow
internal import PurSightGovernance
package import PurSightRPC
internal import PurSightRows
internal import PurSightServiceKit
internal import PurSightStorage

extension QualityService {
  /// Segments and rows in quarantine that are looked at between two responses.
  private static let page = 64

  /// First the stored rows by segment, then those that went to quarantine.
  package func readFailingRows(
    _ request: ReadFailingRowsRequest,
    _ responses: ResponseWriter<ReadFailingRowsResponse>, _ context: ServerContext
  ) async throws {
    let (stored, scope) = try await run(request.run, field: "run", context)
    let run = stored.run
    let ordinal = try await ordinal(of: request.ruleID, in: run, scope)
    let (dataset, _) = try await dataset(
      "\(scope.name)/datasets/\(run.datasetUID)", field: "run", context)
    try await kit.auditRead(
      context,
      [
        AuditedResource(
          "\(scope.name)/datasets/\(run.datasetUID)", revisionBefore: dataset.state.revision,
          revisionAfter: dataset.state.revision)
      ], note: "rows that break \(request.ruleID)")
    let all = dataset.schema?.columns ?? []
    let columns =
      try request.columns.isEmpty
      ? all
      : request.columns.enumerated().map { i, name in
        guard let column = all.first(where: { $0.name == name }) else {
          throw RPCError.invalidField(
            "columns[\(i)]", "\(dataset.fqn.text) has no column \"\(name)\".",
            reason: "UNKNOWN_COLUMN")
        }
        return column
      }
    var position = try FailingPosition(request.resumeToken)
    var left = request.limit == 0 ? Int64.max : request.limit
    let schema = Schema(version: 0, columns: columns).arrowSchema
    try await responses.write(
      ReadFailingRowsResponse(
        arrowSchema: ArrowEncoder.message(of: schema).encapsulated, resumeToken: position.token))
    try await sendStored(run, ordinal, dataset, columns, scope, &position, &left, responses)
    try await sendQuarantined(run, request.ruleID, scope, &position, &left, responses)
    try await responses.write(ReadFailingRowsResponse(resumeToken: position.token, end: true))
  }

  private func ordinal(of rule: String, in run: CheckRun, _ scope: Scope) async throws -> Int32 {
    let set = try await ruleSets.ruleSet(run.ruleSet, version: run.ruleSetVersion, in: scope)
    let rules = try set.map { try PurSightAPI.RuleSet(serialized: $0.body).rules } ?? []
    guard let index = rules.firstIndex(where: { $0.id == rule }) else {
      throw RPCError.invalidField(
        "rule_id",
        "The run has no rule \"\(rule)\". Its rules: \(rules.map(\.id).joined(separator: ", ")).",
        reason: "UNKNOWN_RULE")
    }
    return Int32(index)
  }

  private func sendStored(
    _ run: CheckRun, _ ordinal: Int32, _ dataset: Dataset, _ columns: [Column], _ scope: Scope,
    _ position: inout FailingPosition, _ left: inout Int64,
    _ responses: ResponseWriter<ReadFailingRowsResponse>
  ) async throws {
    while left > 0, !position.isInQuarantine {
      let page = try await runs.failingSegments(
        ofRun: run.state.uid, ordinal: ordinal, after: position.segment, limit: Self.page,
        in: scope)
      for (number, bits) in page where left > 0 {
        var scan = DatasetScan(
          dataset, columns: columns, at: dataset.dataRevision, after: number - 1,
          index: segmentIndex, store: segments, schemas: schemas, in: scope)
        guard let segment = try await scan.nextSegment(), segment.number == number else {
          position.segment = number
          continue
        }
        let fetched = try await fetch(segment, &scan)
        let wanted = left
        let found = try await kit.compute { () throws(ArrowError) in
          let batch = try fetched.batch()
          let mask = Bitmap(ArrowBuffer(bits), count: batch.rowCount)
          var rows: [Int32] = []
          for row in 0..<batch.rowCount where mask[row] && Int64(rows.count) < wanted {
            rows.append(Int32(row))
          }
          var encoder = ArrowEncoder(batch.schema, compression: .none)
          return (rows: rows, message: try encoder.encode(batch.taking(rows)).encapsulated)
        }
        position.segment = number
        left -= Int64(found.rows.count)
        try await responses.write(
          ReadFailingRowsResponse(
            arrowBatch: found.message,
            rowIds: found.rows.map {
              RowId(revision: segment.revision, segment: number, row: $0)
            }, resumeToken: position.token))
      }
      if page.count < Self.page { position.isInQuarantine = true }
    }
  }

  private func sendQuarantined(
    _ run: CheckRun, _ rule: String, _ scope: Scope, _ position: inout FailingPosition,
    _ left: inout Int64, _ responses: ResponseWriter<ReadFailingRowsResponse>
  ) async throws {
    // A run over a whole revision looks at stored rows only.
    guard let stream = run.writeStream else { return }
    let selection = QuarantineStore.Selection(ruleID: rule, writeStream: stream)
    while left > 0 {
      let wanted = Int(min(Int64(Self.page), left))
      let page = try await quarantine.rows(
        ofDataset: run.datasetUID, selection, after: position.quarantined, limit: wanted,
        in: scope)
      guard let last = page.last else { return }
      position.quarantined = last.number
      left -= Int64(page.count)
      try await responses.write(
        ReadFailingRowsResponse(
          quarantined: page.map {
            PurSightAPI.QuarantinedRow($0, dataset: run.datasetUID, in: scope)
          }, resumeToken: position.token))
      guard page.count == wanted else { return }
    }
  }
}

/// Where a stream of failing rows stands. Nothing that it says lets anybody see more than the call
/// does.
struct FailingPosition: Hashable, Sendable {
  var segment: Int64 = 0
  var isInQuarantine = false
  var quarantined: Int64 = 0

  /// - Throws: `INVALID_ARGUMENT` for a token that is none.
  init(_ token: String) throws(RPCError) {
    guard !token.isEmpty else { return }
    let fields = token.split(separator: ".").compactMap { Int64($0) }
    guard fields.count == 3, fields.allSatisfy({ $0 >= 0 }) else {
      throw RPCError.invalidField(
        "resume_token", "It is no token of this stream. Leave it out to begin anew.",
        reason: "BAD_RESUME_TOKEN")
    }
    segment = fields[0]
    isInQuarantine = fields[1] == 1
    quarantined = fields[2]
  }

  var token: String { "\(segment).\(isInQuarantine ? 1 : 0).\(quarantined)" }
}
