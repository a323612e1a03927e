package import PurSightAPI
internal import PurSightGovernance
package import PurSightRPC
internal import PurSightServiceKit
internal import PurSightStorage

extension ListWriteStreamsRequest: PagedRequest {}

extension IngestionService {
  package func getWriteStream(
    _ request: GetWriteStreamRequest, _ context: ServerContext
  ) async throws -> PurSightAPI.WriteStream {
    let (stored, scope) = try await stream(request.name, field: "name", context)
    return PurSightAPI.WriteStream(stored.stream, in: scope)
  }

  package func listWriteStreams(
    _ request: ListWriteStreamsRequest, _ context: ServerContext
  ) async throws -> ListWriteStreamsResponse {
    var key: AssetStore.Key?
    let scope: Scope
    if request.parent.split(separator: "/").count > 2 {
      let (found, itsScope) = try await dataset(request.parent, field: "parent", context)
      key = .uid(found.state.uid)
      scope = itsScope
    } else {
      scope = try context.scope(ofParent: request.parent)
    }
    let page = try kit.pageTokens.page(request, scope)
    var found = try await streams.streams(
      of: key, life: Int16(exactly: request.state.rawValue).flatMap(WriteStream.Life.init),
      before: page.after?.first.flatMap { Int64($0) } ?? .max, limit: page.limit + 1, in: scope)
    var response = ListWriteStreamsResponse()
    if found.count > page.limit {
      found.removeLast(found.count - page.limit)
      response.nextPageToken = try kit.pageTokens.token(
        after: ["\(found.last?.number ?? 0)"], request, scope)
    }
    response.writeStreams = found.map { PurSightAPI.WriteStream($0.stream, in: scope) }
    return response
  }

  // MARK: Ending

  package func abortWriteStream(
    _ request: AbortWriteStreamRequest, _ context: ServerContext
  ) async throws -> PurSightAPI.WriteStream {
    let (stored, scope) = try await stream(request.name, field: "name", context)
    if stored.stream.life == .aborted { return PurSightAPI.WriteStream(stored.stream, in: scope) }
    guard stored.stream.life == .open else { throw Self.isClosed(stored.stream) }
    await sessions.remove(stored.number)
    return try await close(stored, as: .aborted, note: request.reason, scope, context) { unit in
      guard let run = stored.stream.checkRunUID else { return }
      runs.finish(
        run, as: .cancelled, rows: stored.stream.nextOffset,
        dataRevision: stored.stream.dataRevision,
        error: "The load was aborted: \(request.reason)", verdicts: [], in: &unit)
    }
  }

  /// Ends a stream in one unit with whatever else ends with it.
  func close(
    _ stored: WriteStreamStore.Stored, as life: WriteStream.Life,
    note: String, _ scope: Scope, _ context: ServerContext,
    _ more: (inout UnitOfWork) throws -> Void
  ) async throws -> PurSightAPI.WriteStream {
    let identity = try context.identity
    var unit = UnitOfWork(scope, identity.actor, at: kit.now)
    unit.deadline = context.deadline?.instant
    var after = stored.stream
    after.life = life
    after.state = after.state.updated(at: unit.time, by: unit.actor)
    let answer = PurSightAPI.WriteStream(after, in: scope)
    streams.close(stored, as: life, in: &unit)
    try more(&unit)
    unit.record(
      ResourceVersion(
        .writeStream, uid: after.state.uid, revision: after.state.revision, operation: .update,
        body: answer.serialized()))
    let counts =
      "\(after.rowsStored) rows stored, \(after.rowsQuarantined) in quarantine, "
      + "\(after.commits) commits"
    unit.audit(
      AuditRecord(
        life == .finished ? .finish : .abort,
        resources: [
          AuditedResource(
            answer.name, revisionBefore: stored.stream.state.revision,
            revisionAfter: after.state.revision)
        ], note: note.isEmpty ? counts : "\(counts). \(note)"))
    do throws(StorageError) {
      let commit = try await kit.storage.commit(unit)
      if let id = commit.eventID { context.addTrailer(MetadataKey.auditID, id) }
    } catch {
      guard error.code == .guardFailed(.openLoad) else { throw error }
      throw RPCError(
        .aborted, "The write stream \(stored.stream.id) has moved on meanwhile. Read it again.")
    }
    return answer
  }

  static func isClosed(_ stream: WriteStream) -> RPCError {
    RPCError.precondition(
      "WRITE_STREAM_CLOSED", stream.id,
      "The write stream \(stream.id) is \(stream.life) and takes no more rows. Open another one.")
  }
}
