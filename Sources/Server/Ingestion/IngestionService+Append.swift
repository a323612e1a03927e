package import PurSightAPI
internal import PurSightGovernance
package import PurSightRPC
internal import PurSightServiceKit
internal import PurSightStorage

extension IngestionService {
  /// While one append is being stored, the next one, if it is here, is decoded and checked; no more
  /// than these two are in memory. Taking a request is what reopens the writer's window, so a slow
  /// database holds it back.
  package func appendRows(
    _ requests: RequestStream<AppendRowsRequest>,
    _ responses: ResponseWriter<AppendRowsResponse>, _ context: ServerContext
  ) async throws {
    guard let first = try await requests.next() else { return }
    let (stored, scope) = try await stream(first.writeStream, field: "write_stream", context)
    let actor = try context.identity.actor
    if case .fenced(let epoch) = AppendDecision(
      offset: nil, epoch: first.epoch, to: stored.stream)
    {
      throw AppendRefusal.fenced(stored.stream.id, epoch).status
    }
    guard stored.stream.life == .open else { throw Self.isClosed(stored.stream) }
    var writer = AppendWriter(
      service: self, session: try await session(stored, scope), scope: scope, actor: actor)
    var request: AppendRowsRequest? = first
    do {
      while let current = request {
        for response in try await writer.append(current) { try await responses.write(response) }
        request = try requests.ready()
        if request == nil {
          // The writer may be waiting for this answer before it sends more.
          for response in try await writer.settle() { try await responses.write(response) }
          request = try await requests.next()
        }
      }
      for response in try await writer.finish() { try await responses.write(response) }
    } catch {
      // What is on its way to the database is waited for, so that no session is kept that knows
      // less.
      _ = try? await writer.finish()
      throw error
    }
  }
}

/// The two stages of an append call: check on the compute executor, store in the database.
struct AppendWriter {
  private let service: IngestionService
  private let scope: Scope
  private let actor: Actor
  private let epoch: Int64
  private var session: LoadSession
  private var storing: Task<Result<AppendReceipt, StorageError>, Never>?
  private var last: AppendRowsResponse
  /// Told with the first answer.
  private var limits: AppendLimits?

  init(service: IngestionService, session: LoadSession, scope: Scope, actor: Actor) {
    self.service = service
    self.session = session
    self.scope = scope
    self.actor = actor
    epoch = session.stream.epoch
    last = AppendRowsResponse(
      committedOffset: session.stream.nextOffset, rowsStored: session.stream.rowsStored,
      rowsQuarantined: session.stream.rowsQuarantined, revision: session.stream.dataRevision)
    limits = AppendLimits(
      maxBatchBytes: Int64(service.limits.maxBatchBytes),
      maxBatchRows: Int64(service.limits.maxBatchRows),
      maxInFlight: Int32(service.limits.maxInFlight))
  }

  /// An answer as it goes out.
  private mutating func stamped(_ answer: AppendRowsResponse) -> AppendRowsResponse {
    var answer = answer
    answer.limits = limits
    answer.draining = service.kit.isDraining()
    limits = nil
    return answer
  }

  /// Checks an append and starts to store it. Returns the answers that are due by then: one a
  /// request, in the order of the requests.
  mutating func append(_ request: AppendRowsRequest) async throws -> [AppendRowsResponse] {
    let (session, epoch, limits) = (
      session, request.epoch == 0 ? epoch : request.epoch, service.limits
    )
    if request.arrowBatch.isEmpty, request.unparsedRows.isEmpty, request.resumeToken.isEmpty {
      // Brings no rows: only asks where the stream stands.
      let answers = try await settle()
      return answers + [stamped(last)]
    }
    let checked = await service.kit.compute {
      session.check(request, epoch: epoch, limits: limits)
    }
    var answers = try await settle()
    switch checked {
    case .store(let append): store(append)
    case .refuse(let refusal):
      if refusal.endsCall { throw refusal.status }
      answers.append(stamped(refused(refusal)))
    }
    return answers
  }

  private mutating func store(_ append: StoredAppend) {
    let (service, scope, actor) = (service, scope, actor)
    storing = Task {
      do throws(StorageError) {
        let unit = UnitOfWork(scope, actor, at: service.kit.now)
        return .success(try await service.appends.commit(append, unit))
      } catch {
        return .failure(error)
      }
    }
  }

  /// Waits for the append that is being stored.
  /// - Throws: what the database says; the session is then thrown away.
  mutating func settle() async throws -> [AppendRowsResponse] {
    guard let storing else { return [] }
    self.storing = nil
    let receipt: AppendReceipt
    do throws(StorageError) {
      receipt = try await storing.value.get()
    } catch {
      throw failed(error)
    }
    last = AppendRowsResponse(
      committedOffset: receipt.nextOffset, rowsStored: receipt.rowsStored,
      rowsQuarantined: receipt.rowsQuarantined, revision: receipt.dataRevision)
    session.stream.dataRevision = receipt.dataRevision
    return [stamped(last)]
  }

  private func failed(_ error: StorageError) -> any Error {
    switch error.code {
    case .guardFailed(AppendStore.atOffset), .guardFailed(.openLoad):
      RPCError(
        .aborted,
        "Another writer has moved the write stream on. Open it again; the answer says where to go "
          + "on."
      ).reason("WRITER_FENCED")
    default: error
    }
  }

  private func refused(_ refusal: AppendRefusal) -> AppendRowsResponse {
    var response = last
    response.error = AppendError(
      status: Status(refusal.status),
      expectedOffset: refusal.expectedOffset ?? session.stream.nextOffset, rows: refusal.rows)
    return response
  }

  /// Waits for what is on its way, and keeps the session for the next call.
  mutating func finish() async throws -> [AppendRowsResponse] {
    let answers = try await settle()
    await service.sessions.put(session)
    return answers
  }
}

extension Status {
  init(_ error: RPCError) {
    self.init(
      code: error.code.rawValue, message: error.message,
      details: error.details.map {
        ProtoAny(typeURL: "type.googleapis.com/" + $0.typeName, value: $0.value)
      })
  }
}
