internal import PurSightAPI
internal import PurSightRPC
package import PurSightServiceKit
internal import PurSightGovernance
internal import PurSightRows
internal import PurSightStorage

/// Takes rows in and gives them out: datasets, write streams, reads, quarantine.
package struct IngestionService: IngestionServiceHandler {
  let kit: ServiceContext
  let limits: IngestionLimits
  let assets: AssetStore
  let schemas: SchemaStore
  let datasets: DatasetStore
  let streams: WriteStreamStore
  let appends: AppendStore
  let segmentIndex: SegmentIndex
  let segments: any SegmentStore
  let quarantine: QuarantineStore
  let ruleSets: RuleSetStore
  let runs: CheckRunStore
  let issues: IssueStore
  let profiles: ProfileStore
  let lineage: LineageStore
  let sources: SourceStore
  let sessions: LoadSessions

  package init(_ kit: ServiceContext, limits: IngestionLimits = IngestionLimits()) {
    self.kit = kit
    self.limits = limits
    assets = AssetStore(kit.storage)
    schemas = SchemaStore(kit.storage)
    datasets = DatasetStore(kit.storage)
    streams = WriteStreamStore(kit.storage)
    appends = AppendStore(kit.storage)
    segmentIndex = SegmentIndex(kit.storage)
    segments = PostgresSegmentStore(kit.storage)
    quarantine = QuarantineStore(kit.storage)
    ruleSets = RuleSetStore(kit.storage)
    runs = CheckRunStore(kit.storage)
    issues = IssueStore(kit.storage)
    profiles = ProfileStore(kit.storage)
    lineage = LineageStore(kit.storage)
    sources = SourceStore(kit.storage)
    sessions = LoadSessions(limit: limits.maxOpenLoads)
  }

  /// The dataset that a request names by uid or fully qualified name.
  /// - Throws: `NOT_FOUND`, with the nearest name where one is near.
  func dataset(
    _ name: String, field: String, _ context: ServerContext
  ) async throws -> (dataset: Dataset, scope: Scope) {
    let parsed = try ResourceName(parsing: name, collection: "datasets", field: field)
    let scope = try context.scope(inProject: parsed.project, field: field)
    guard let found = try await datasets.dataset(AssetStore.Key(parsed), in: scope) else {
      throw RPCError.notFound("dataset", parsed.id)
    }
    return (found, scope)
  }

  /// The write stream that a request names.
  func stream(
    _ name: String, field: String, _ context: ServerContext
  ) async throws -> (stored: WriteStreamStore.Stored, scope: Scope) {
    let parsed = try ResourceName(
      parsing: name, collection: "datasets", child: "writeStreams", field: field)
    let scope = try context.scope(inProject: parsed.project, field: field)
    let id = parsed.child?.id ?? ""
    guard let found = try await streams.stream(id, of: AssetStore.Key(parsed), in: scope) else {
      throw RPCError.notFound("write stream", name)
    }
    return (found, scope)
  }
}

/// What writers and readers have to keep to.
package struct IngestionLimits: Sendable {
  /// The largest record batch of one append, in bytes.
  package var maxBatchBytes = 16 << 20
  /// The most rows of one append.
  package var maxBatchRows = 262_144
  /// Appends that a writer may have under way without an answer.
  package var maxInFlight = 8
  /// Loads whose state is kept in memory at once.
  package var maxOpenLoads = 256
  /// Rows of one response of a read, unless a segment is larger.
  package var readBatchRows = 65_536
  /// Rows in quarantine that are fetched at once.
  package var quarantinePage = 500
  /// Row errors in one answer.
  package var maxRowErrors = 100

  package init() {}
}
