internal import PurSightAPI
internal import PurSightArrow
internal import PurSightCompute
internal import PurSightGovernance
internal import PurSightRPC
internal import PurSightRows
internal import PurSightServiceKit
internal import PurSightStorage

// A session is made when a load's first append comes, and again after a crash or a take-over: all
// that it holds follows from what is stored.
extension IngestionService {
  /// The session of a load, from memory or made anew.
  func session(
    _ stored: WriteStreamStore.Stored, _ scope: Scope
  ) async throws -> LoadSession {
    let stream = stored.stream
    if let session = await sessions.take(
      stored.number, epoch: stream.epoch, offset: stream.nextOffset)
    {
      return session
    }
    guard let dataset = try await datasets.dataset(.uid(stream.datasetUID), in: scope),
      let version = try await schemas.version(
        stream.schemaVersion, ofAsset: stream.datasetUID, in: scope)
    else { throw RPCError.notFound("dataset", stream.datasetFQN) }
    let schema = version.schema
    var decoder = ArrowDecoder()
    let shape = try Self.shape(stream, schema, &decoder)
    let rules = try await rules(of: stream, in: scope)
    let evaluator = try await evaluator(rules, stream, dataset, schema, scope)
    let profile = try await storedProfile(stored, dataset, schema, scope)
    return LoadSession(
      number: stored.number, stream: stream, shape: shape, rules: rules, evaluator: evaluator,
      profile: profile, decoder: decoder)
  }

  private static func shape(
    _ stream: WriteStream, _ schema: Schema, _ decoder: inout ArrowDecoder
  ) throws -> BatchShape {
    do throws(ArrowError) {
      guard
        case .schema(let incoming) = try decoder.decode(
          message: ArrowBuffer(stream.arrowSchema))
      else { throw ArrowError(.malformed, "the stream's schema is no schema message") }
      return try BatchShape(schema, from: incoming)
    } catch {
      throw RPCError.precondition("SCHEMA_MISMATCH", stream.id, error.description)
    }
  }

  /// The rules of the version that the load was opened with.
  func rules(
    of stream: WriteStream, in scope: Scope
  ) async throws -> [Rule] {
    guard let slug = stream.ruleSet,
      let set = try await ruleSets.ruleSet(slug, version: stream.ruleSetVersion, in: scope)
    else { return [] }
    let stored = try PurSightAPI.RuleSet(serialized: set.body)
    return try Rule.rules(stored.rules, field: "rule_set.rules")
  }

  private func evaluator(
    _ rules: [Rule], _ stream: WriteStream,
    _ dataset: Dataset, _ schema: Schema, _ scope: Scope
  ) async throws -> RuleEvaluator? {
    guard !rules.isEmpty, let run = stream.checkRunUID else { return nil }
    let rows = StoredRows(self, scope)
    do throws(ComputeError) {
      let program = try RuleProgram.compile(rules, schema: schema.arrowSchema)
      let keys = try await rows.keys(of: rules, dataset, schema)
      let references = try await rows.references(of: program)
      let state = try await rows.verdictState(ofRun: run)
      return try RuleEvaluator(
        program, restoring: state, keys: keys, references: references)
    } catch {
      throw RPCError.precondition(
        "RULES_DO_NOT_FIT", stream.ruleSet ?? "",
        "The rules of \(stream.ruleSet ?? "") do not fit \(dataset.fqn.text): \(error.message)")
    }
  }

  /// The profile of the rows that the load has stored so far.
  private func storedProfile(
    _ stored: WriteStreamStore.Stored, _ dataset: Dataset,
    _ schema: Schema, _ scope: Scope
  ) async throws -> PurSightCompute.Profile {
    var profile = PurSightCompute.Profile(schema: schema.arrowSchema)
    var scan = DatasetScan(
      dataset, columns: schema.columns, at: dataset.dataRevision, index: segmentIndex,
      store: segments, schemas: schemas, in: scope)
    var after: Int64 = 0
    while true {
      let page = try await segmentIndex.segments(
        ofStream: stored.number, after: after, limit: 64, in: scope)
      for segment in page {
        let fetched: DatasetScan.Fetched
        do throws(SegmentReader.Failure) { fetched = try await scan.fetch(segment) } catch {
          throw Self.status(error)
        }
        let current = profile
        profile = try await kit.compute { () throws(ArrowError) in
          var next = current
          var hashes = BatchHashes()
          let batch = try fetched.batch()
          hashes.begin(batch)
          next.add(batch, hashes: &hashes)
          return next
        }
        after = segment.number
      }
      guard page.count == 64 else { return profile }
    }
  }
}
