internal import PurSightAPI
internal import PurSightGovernance
internal import PurSightRPC
internal import PurSightRows
package import PurSightServiceKit
internal import PurSightStorage

/// Keeps rule sets, runs them over stored rows, and shows what they and the loads have found.
package struct QualityService: QualityServiceHandler {
  let kit: ServiceContext
  let ruleSets: RuleSetStore
  let runs: CheckRunStore
  let issues: IssueStore
  let profiles: ProfileStore
  let datasets: DatasetStore
  let schemas: SchemaStore
  let segmentIndex: SegmentIndex
  let segments: any SegmentStore
  let quarantine: QuarantineStore

  package init(_ kit: ServiceContext) {
    self.kit = kit
    ruleSets = RuleSetStore(kit.storage)
    runs = CheckRunStore(kit.storage)
    issues = IssueStore(kit.storage)
    profiles = ProfileStore(kit.storage)
    datasets = DatasetStore(kit.storage)
    schemas = SchemaStore(kit.storage)
    segmentIndex = SegmentIndex(kit.storage)
    segments = PostgresSegmentStore(kit.storage)
    quarantine = QuarantineStore(kit.storage)
  }

  /// The dataset that a request names by uid or fully qualified name, with or without its project.
  func dataset(
    _ name: String, field: String, _ context: ServerContext
  ) async throws -> (dataset: Dataset, scope: Scope) {
    let full =
      name.hasPrefix("projects/") ? name : "projects/\(try context.scope.slug)/datasets/\(name)"
    let parsed = try ResourceName(parsing: full, collection: "datasets", field: field)
    let scope = try context.scope(inProject: parsed.project, field: field)
    guard let found = try await datasets.dataset(AssetStore.Key(parsed), in: scope) else {
      throw RPCError.notFound("dataset", parsed.id)
    }
    return (found, scope)
  }

  /// The rule set that a request names.
  func ruleSet(
    _ name: String, version: Int32? = nil, field: String, _ context: ServerContext
  ) async throws -> (ruleSet: RuleSet, scope: Scope) {
    let full =
      name.contains("/") ? name : "projects/\(try context.scope.slug)/ruleSets/\(name)"
    let parsed = try ResourceName(parsing: full, collection: "ruleSets", field: field)
    let scope = try context.scope(inProject: parsed.project, field: field)
    guard let found = try await ruleSets.ruleSet(parsed.id, version: version, in: scope) else {
      let what = version.map { "\(parsed.id), version \($0)" } ?? parsed.id
      throw RPCError.notFound("rule set", what)
    }
    return (found, scope)
  }

  /// The run that a request names.
  func run(
    _ name: String, field: String, _ context: ServerContext
  ) async throws -> (stored: CheckRunStore.Stored, scope: Scope) {
    let parsed = try ResourceName(parsing: name, collection: "checkRuns", field: field)
    let scope = try context.scope(inProject: parsed.project, field: field)
    guard let found = try await runs.run(parsed.id, in: scope) else {
      throw RPCError.notFound("check run", parsed.id)
    }
    return (found, scope)
  }
}
