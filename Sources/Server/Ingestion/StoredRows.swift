internal import PurSightAPI
internal import PurSightArrow
internal import PurSightCompute
internal import PurSightGovernance
internal import PurSightRPC
internal import PurSightRows
internal import PurSightServiceKit
internal import PurSightStorage

/// What rules have to know of rows that are stored already: keys, parents, and their own counts.
///
/// Every failure is told as a `ComputeError`, since it keeps the rules from being evaluated.
struct StoredRows {
  private let service: IngestionService
  private let scope: Scope

  init(_ service: IngestionService, _ scope: Scope) {
    self.service = service
    self.scope = scope
  }

  /// The keys of unique rules over all rows of the dataset, by the rule's name.
  func keys(
    of rules: [Rule], _ dataset: Dataset, _ schema: Schema
  ) async throws(ComputeError) -> [String: KeyIndex] {
    let unique = rules.filter { if case .unique = $0.kind { true } else { false } }
    guard !unique.isEmpty, dataset.rowCount > 0 else { return [:] }
    let names = Set(unique.flatMap(\.kind.columns))
    let columns = schema.columns.filter { names.contains($0.name) }
    let plain = unique.map { Rule($0.name, $0.kind) }
    let fields = ArrowSchema(columns.map(\.arrowField))
    var evaluator = try RuleEvaluator(try RuleProgram.compile(plain, schema: fields))
    var keys: [String: KeyIndex] = [:]
    var hashes = BatchHashes()
    try await eachBatch(dataset, columns) { (batch) throws(ComputeError) in
      hashes.begin(batch)
      let outcome = evaluator.evaluate(batch, hashes: &hashes)
      for (name, prints) in outcome.newKeys {
        var index = keys.removeValue(forKey: name) ?? KeyIndex()
        index.insert(KeyRun(prints))
        keys[name] = index
      }
    }
    return keys
  }

  /// The parents of reference rules, by the rule's name. A dataset that is missing leaves its rule
  /// without one, and the verdict says so.
  func references(of program: RuleProgram) async throws(ComputeError) -> [String: ReferenceSet] {
    var sets: [String: ReferenceSet] = [:]
    for reference in program.references {
      guard let parent = try await parent(reference.dataset) else { continue }
      let columns = (parent.schema?.columns ?? []).filter { reference.columns.contains($0.name) }
      guard columns.count == reference.columns.count else { continue }
      var set = ReferenceSet(columns: reference.columns)
      try await eachBatch(parent, columns) { (batch) throws(ComputeError) in try set.add(batch) }
      sets[reference.rule] = set
    }
    return sets
  }

  private func parent(_ name: String) async throws(ComputeError) -> Dataset? {
    do throws(StorageError) {
      return try await service.datasets.dataset(AssetStore.Key(reference: name), in: scope)
    } catch {
      throw ComputeError(.invalidRule, "the dataset \(name) cannot be read: \(error.message)")
    }
  }

  /// The rules' own state after the load's newest commit; nil before the first.
  func verdictState(ofRun run: String) async throws(ComputeError) -> [UInt8]? {
    do throws(StorageError) {
      return try await service.runs.state(ofRun: run, in: scope)?.state
    } catch {
      throw ComputeError(.invalidRule, "what the rules have found so far cannot be read: \(error)")
    }
  }

  private func eachBatch(
    _ dataset: Dataset, _ columns: [PurSightGovernance.Column],
    _ body: (RecordBatch) throws(ComputeError) -> Void
  ) async throws(ComputeError) {
    var scan = DatasetScan(
      dataset, columns: columns, at: dataset.dataRevision, index: service.segmentIndex,
      store: service.segments, schemas: service.schemas, in: scope)
    do {
      while let segment = try await scan.nextSegment() {
        let fetched = try await scan.fetch(segment)
        let batch = try await service.kit.compute { () throws(ArrowError) in try fetched.batch() }
        try body(batch)
      }
    } catch let error as ComputeError {
      throw error
    } catch {
      throw ComputeError(.invalidRule, "the rows of \(dataset.fqn.text) cannot be read: \(error)")
    }
  }
}
