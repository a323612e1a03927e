package import PurSightAPI
internal import PurSightCompute
internal import PurSightGovernance
package import PurSightRPC
internal import PurSightRows
internal import PurSightServiceKit
internal import PurSightStorage

extension IngestionService {
  /// Times that finishing starts over when another load of the same dataset ended at once.
  private static let maxFinishAttempts = 5

  package func finishWriteStream(
    _ request: FinishWriteStreamRequest, _ context: ServerContext
  ) async throws -> PurSightAPI.WriteStream {
    let (stored, scope) = try await stream(request.name, field: "name", context)
    let stream = stored.stream
    if stream.life == .finished { return PurSightAPI.WriteStream(stream, in: scope) }
    guard stream.life == .open else { throw Self.isClosed(stream) }
    if request.epoch != 0, request.epoch != stream.epoch {
      throw AppendRefusal.fenced(stream.id, stream.epoch).status
    }
    if let expected = request.expectedOffset, expected != stream.nextOffset {
      throw RPCError.precondition(
        "ROWS_MISSING", stream.id,
        "The write stream \(stream.id) stands at offset \(stream.nextOffset), not at \(expected). "
          + "Send the rows that are missing, then finish it.")
    }
    let session = try await session(stored, scope)
    var attempt = 1
    while true {
      do {
        return try await finish(stored, session, scope, context)
      } catch let error as StorageError
        where error.code == .guardFailed(ProfileStore.isNewest)
        && attempt < Self.maxFinishAttempts
      {
        attempt += 1
      }
    }
  }

  private func finish(
    _ stored: WriteStreamStore.Stored, _ session: LoadSession, _ scope: Scope,
    _ context: ServerContext
  ) async throws -> PurSightAPI.WriteStream {
    let stream = stored.stream
    guard let dataset = try await datasets.dataset(.uid(stream.datasetUID), in: scope) else {
      throw RPCError.notFound("dataset", stream.datasetFQN)
    }
    let profile = try await mergedProfile(session.profile, stream, dataset, scope)
    let source = try await sourceAsset(of: stream, dataset, scope)
    return try await close(stored, as: .finished, note: "", scope, context) { unit in
      profiles.write(profile, ofDataset: stream.datasetUID, in: &unit)
      assets.setRowCount(ofDataset: stream.datasetUID, in: &unit)
      writeVerdicts(session, &unit)
      if let source {
        lineage.record(
          from: source.uid, to: stream.datasetUID, columns: source.columns,
          job: "\(scope.name)/datasets/\(stream.datasetUID)/writeStreams/\(stream.id)", in: &unit)
      }
    }
  }

  /// The dataset's profile with the load's rows in it.
  private func mergedProfile(
    _ load: PurSightCompute.Profile, _ stream: WriteStream, _ dataset: Dataset, _ scope: Scope
  ) async throws -> ProfileStore.Stored {
    let before = try await profiles.profile(ofDataset: dataset.state.uid, in: scope)
    let newest = dataset.schema ?? Schema(version: stream.schemaVersion, columns: [])
    var old: Schema?
    if let before {
      old = try await schemas.version(
        before.schemaVersion, ofAsset: dataset.state.uid, in: scope)?.schema
    }
    let (fields, oldFields) = (newest.arrowSchema, (old ?? newest).arrowSchema)
    let state = try await kit.compute { () throws(ComputeError) -> [UInt8] in
      var load = load
      try load.extend(to: fields)
      guard let before else { return load.bytes }
      var merged = try PurSightCompute.Profile(decoding: before.state, schema: oldFields)
      try merged.extend(to: fields)
      try merged.merge(load)
      return merged.bytes
    }
    return ProfileStore.Stored(
      version: (before?.version ?? 0) + 1, dataRevision: dataset.dataRevision,
      schemaVersion: newest.version, state: state, updateTime: kit.now)
  }

  private func writeVerdicts(_ session: LoadSession, _ unit: inout UnitOfWork) {
    guard let run = session.stream.checkRunUID, let ruleSet = session.stream.ruleSet,
      let evaluator = session.evaluator
    else { return }
    let results = evaluator.results
    let verdicts = zip(results, session.rules).map { PurSightAPI.Verdict($0, of: $1) }
    runs.finish(
      run, as: .succeeded, rows: session.stream.nextOffset,
      dataRevision: session.stream.dataRevision,
      verdicts: verdicts.enumerated().map { StoredVerdict($0.element, ordinal: $0.offset) },
      in: &unit)
    let broken = verdicts.filter { $0.outcome == .fail || $0.outcome == .error }
    issues.record(
      broken.map { verdict in
        IssueStore.Finding(
          uid: kit.makeUID(), ruleID: verdict.ruleID, severity: Int16(verdict.severity.rawValue),
          summary: verdict.summary, failingRows: verdict.failed)
      },
      resolved: verdicts.filter { $0.outcome == .pass }.map(\.ruleID),
      dataset: session.stream.datasetUID, ruleSet: ruleSet, run: run, in: &unit)
  }

  private struct Origin: Sendable {
    let uid: String
    /// Column ids of equal names.
    let columns: [(from: Int32, to: Int32)]
  }

  private func sourceAsset(
    of stream: WriteStream, _ dataset: Dataset,
    _ scope: Scope
  ) async throws -> Origin? {
    guard !stream.sourceURI.isEmpty else { return nil }
    let leaf = stream.sourceURI.split(separator: "/").last.map(String.init) ?? stream.sourceURI
    let fqn = "\(stream.source ?? "files")/\(FullyQualifiedName.escape(leaf))"
    guard let asset = try await assets.asset(.fqn(fqn), in: scope) else { return nil }
    let known = try await schemas.version(nil, ofAsset: asset.state.uid, in: scope)
    let columns = (dataset.schema?.columns ?? []).compactMap { column in
      known?.schema.column(named: column.name).map { (from: $0.id, to: column.id) }
    }
    return Origin(uid: asset.state.uid, columns: columns)
  }
}
