package import PurSightAPI
internal import PurSightArrow
internal import PurSightCompute
internal import PurSightGovernance
package import PurSightRPC
internal import PurSightRows
internal import PurSightServiceKit
internal import PurSightStorage

extension RunChecksRequest: MutationRequest {}
extension ListCheckRunsRequest: PagedRequest {}

extension QualityService {
  package func runChecks(
    _ request: RunChecksRequest, _ context: ServerContext
  ) async throws -> PurSightAPI.CheckRun {
    let (dataset, scope) = try await dataset(request.dataset, field: "dataset", context)
    let slug = request.ruleSet.isEmpty ? dataset.ruleSet ?? "" : request.ruleSet
    guard !slug.isEmpty else {
      throw RPCError.precondition(
        "NO_RULES", dataset.fqn.text,
        "No rule set is bound to \(dataset.fqn.text). Name one, or bind one with UpdateDataset.")
    }
    let (ruleSet, _) = try await ruleSet(slug, field: "rule_set", context)
    let uid = kit.makeUID()
    let started: PurSightAPI.CheckRun = try await kit.mutate(request, context) { unit in
      let run = CheckRun(
        ruleSet: ruleSet.slug, ruleSetVersion: ruleSet.version, datasetUID: dataset.state.uid,
        datasetFQN: dataset.fqn.text, writeStream: nil, dataRevision: dataset.dataRevision,
        life: .running, rows: 0, error: "",
        state: .created(uid: uid, at: unit.time, by: unit.actor))
      runs.insert(run, into: &unit)
      let answer = try PurSightAPI.CheckRun(
        CheckRunStore.Stored(number: 0, run: run, verdicts: []), in: scope)
      unit.record(
        ResourceVersion(
          .checkRun, uid: uid, revision: 1, operation: .create, body: answer.serialized()))
      unit.audit(
        AuditRecord(
          .create, resources: [AuditedResource(answer.name, revisionBefore: 0, revisionAfter: 1)],
          note: "rules \(ruleSet.slug) over \(dataset.fqn.text)"))
      return answer
    }
    // A repeated request finds the run of the first one, whatever has become of it.
    guard started.name.hasSuffix(uid) else {
      let (stored, scope) = try await run(started.name, field: "name", context)
      return try PurSightAPI.CheckRun(stored, in: scope)
    }
    let job = CheckJob(self, uid, dataset, ruleSet, scope, try context.identity.actor)
    try await job.run()
    let (stored, _) = try await run(started.name, field: "name", context)
    return try PurSightAPI.CheckRun(stored, in: scope)
  }

  package func getCheckRun(
    _ request: GetCheckRunRequest, _ context: ServerContext
  ) async throws -> PurSightAPI.CheckRun {
    let (stored, scope) = try await run(request.name, field: "name", context)
    return try PurSightAPI.CheckRun(stored, in: scope)
  }

  package func listCheckRuns(
    _ request: ListCheckRunsRequest, _ context: ServerContext
  ) async throws -> ListCheckRunsResponse {
    let scope = try context.scope(ofParent: request.parent)
    var key: AssetStore.Key?
    if !request.dataset.isEmpty {
      key = .uid(try await dataset(request.dataset, field: "dataset", context).dataset.state.uid)
    }
    let page = try kit.pageTokens.page(request, scope)
    var found = try await runs.runs(
      of: key, before: page.after?.first.flatMap { Int64($0) } ?? .max, limit: page.limit + 1,
      in: scope)
    var response = ListCheckRunsResponse()
    if found.count > page.limit {
      found.removeLast(found.count - page.limit)
      response.nextPageToken = try kit.pageTokens.token(
        after: ["\(found.last?.number ?? 0)"], request, scope)
    }
    for stored in found {
      let whole = try await runs.run(stored.run.state.uid, in: scope) ?? stored
      response.checkRuns.append(try PurSightAPI.CheckRun(whole, in: scope))
    }
    return response
  }
}

/// One evaluation of a rule set over a whole revision.
struct CheckJob {
  private let service: QualityService
  private let uid: String
  private let dataset: Dataset
  private let ruleSet: RuleSet
  private let scope: Scope
  private let actor: Actor

  init(
    _ service: QualityService, _ uid: String, _ dataset: Dataset, _ ruleSet: RuleSet,
    _ scope: Scope, _ actor: Actor
  ) {
    self.service = service
    self.uid = uid
    self.dataset = dataset
    self.ruleSet = ruleSet
    self.scope = scope
    self.actor = actor
  }

  /// What the rules have found in some segment.
  private typealias Failing = (ordinal: Int32, segment: Int64, failed: Int32, bits: [UInt8])

  /// Evaluates the rules and ends the run, well or with the reason why not.
  func run() async throws {
    do {
      try await evaluate()
    } catch {
      let text = (ErrorTable.status(for: error)?.message) ?? "\(error)"
      var unit = UnitOfWork(scope, actor, at: service.kit.now)
      service.runs.finish(
        uid, as: error is CancellationError ? .cancelled : .failed, rows: 0,
        dataRevision: dataset.dataRevision, error: text, verdicts: [], in: &unit)
      unit.audit(ended("failed: \(text)"))
      _ = try await service.kit.storage.commit(unit)
      throw error
    }
  }

  private func ended(_ note: String) -> AuditRecord {
    AuditRecord(
      .finish,
      resources: [
        AuditedResource("\(scope.name)/checkRuns/\(uid)", revisionBefore: 1, revisionAfter: 2)
      ], note: note)
  }

  private func evaluate() async throws {
    let rules = try Rule.rules(
      try PurSightAPI.RuleSet(serialized: ruleSet.body).rules, field: "rule_set.rules")
    let schema = dataset.schema ?? Schema(version: 0, columns: [])
    let references = StoredParents(service, scope)
    let program: RuleProgram
    var evaluator: RuleEvaluator
    do {
      program = try RuleProgram.compile(rules, schema: schema.arrowSchema)
      evaluator = try RuleEvaluator(program, references: try await references.sets(of: program))
    } catch let error as ComputeError {
      throw RPCError.precondition("RULES_DO_NOT_FIT", ruleSet.slug, error.message)
    }
    var failing: [Failing] = []
    var rows: Int64 = 0
    var scan = DatasetScan(
      dataset, columns: schema.columns, at: dataset.dataRevision, index: service.segmentIndex,
      store: service.segments, schemas: service.schemas, in: scope)
    while let segment = try await scan.nextSegment() {
      let fetched = try await service.fetch(segment, &scan)
      let current = evaluator
      let step = try await service.kit.compute { () throws(RPCError) in
        try Self.step(fetched, current)
      }
      evaluator = step.evaluator
      rows += Int64(segment.rows)
      failing += step.failing
    }
    try await finish(evaluator.results, rules, failing, rows)
  }

  private struct Step: Sendable {
    var evaluator: RuleEvaluator
    var failing: [Failing]
  }

  private static func step(
    _ fetched: DatasetScan.Fetched, _ current: RuleEvaluator
  ) throws(RPCError) -> Step {
    var evaluator = current
    let batch: RecordBatch
    do throws(ArrowError) { batch = try fetched.batch() } catch {
      throw QualityService.damaged(error)
    }
    var hashes = BatchHashes()
    hashes.begin(batch)
    let outcome = evaluator.evaluate(batch, hashes: &hashes, isStored: true)
    let failing = outcome.outcomes.enumerated().compactMap { ordinal, found -> Failing? in
      guard let bits = found.failing else { return nil }
      return (Int32(ordinal), fetched.segment.number, Int32(found.failed), bits.packedBytes)
    }
    return Step(evaluator: evaluator, failing: failing)
  }

  private func finish(
    _ results: [RuleResult], _ rules: [Rule], _ failing: [Failing], _ rows: Int64
  ) async throws {
    let verdicts = zip(results, rules).map { PurSightAPI.Verdict($0, of: $1) }
    var unit = UnitOfWork(scope, actor, at: service.kit.now)
    service.runs.insertFailing(failing, ofRun: uid, into: &unit)
    service.runs.finish(
      uid, as: .succeeded, rows: rows, dataRevision: dataset.dataRevision,
      verdicts: verdicts.enumerated().map { StoredVerdict($0.element, ordinal: $0.offset) },
      in: &unit)
    let broken = verdicts.filter { $0.outcome == .fail || $0.outcome == .error }
    service.issues.record(
      broken.map { verdict in
        IssueStore.Finding(
          uid: service.kit.makeUID(), ruleID: verdict.ruleID,
          severity: Int16(verdict.severity.rawValue), summary: verdict.summary,
          failingRows: verdict.failed)
      },
      resolved: verdicts.filter { $0.outcome == .pass }.map(\.ruleID),
      dataset: dataset.state.uid, ruleSet: ruleSet.slug, run: uid, in: &unit)
    unit.audit(ended("\(rows) rows, \(broken.count) of \(verdicts.count) rules broken"))
    _ = try await service.kit.storage.commit(unit)
  }
}
