internal import PurSightGovernance
package import PurSightRPC
package import PurSightStorage

/// A request that changes something. Generated requests have these fields.
package protocol MutationRequest: RPCMessage {
  /// A UUID of the caller's; empty: none.
  var requestID: String { get }
  /// Checks everything and writes nothing.
  var validateOnly: Bool { get }
}

extension MutationRequest {
  package var validateOnly: Bool { false }
}

extension ServiceContext {
  /// Does one mutation: gives a repeated request its first answer, else lets `decide` fill the unit
  /// of work, commits it and puts the audit event's id into the answer's metadata.
  ///
  /// A unit that `decide` leaves empty changes nothing and is not committed; the answer then says
  /// what is there already.
  /// - Parameter decide: Reads what is there, decides, fills the unit and returns the answer.
  package func mutate<Answer: RPCMessage>(
    _ request: some MutationRequest, _ context: ServerContext,
    _ decide: (inout UnitOfWork) async throws -> Answer
  ) async throws -> Answer {
    try await mutate(request, context, decide) { answer, _ in answer }
  }

  /// Does one mutation whose answer needs rows that only the flush gives.
  ///
  /// The answer that a repetition gets is that of `decide`: without those rows.
  /// - Parameter complete: Puts the rows into the answer.
  package func mutate<Answer: RPCMessage>(
    _ request: some MutationRequest, _ context: ServerContext,
    _ decide: (inout UnitOfWork) async throws -> Answer,
    complete: (Answer, Commit) throws -> Answer
  ) async throws -> Answer {
    let identity = try context.identity
    var unit = UnitOfWork(identity.scope, identity.actor, at: now)
    unit.validateOnly = request.validateOnly
    unit.deadline = context.deadline?.instant
    var key: RequestKey?
    if !request.requestID.isEmpty {
      let found = RequestKey(
        id: request.requestID, method: identity.actor.method, request: request.serialized())
      if let answer = try await storage.answer(to: found, identity.scope, identity.actor) {
        return try Answer(serialized: answer)
      }
      key = found
    }
    let answer = try await decide(&unit)
    guard !unit.isEmpty else { return answer }
    key?.answer = answer.serialized()
    unit.requestKey = key
    let commit = try await storage.commit(unit)
    if let replayed = commit.replayedAnswer { return try Answer(serialized: replayed) }
    if let id = commit.eventID { context.addTrailer(MetadataKey.auditID, id) }
    return try complete(answer, commit)
  }
}
