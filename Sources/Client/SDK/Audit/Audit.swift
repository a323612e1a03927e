public import PurSightAPI
internal import PurSightRPC

/// What happened, and the proof of it.
public struct Audit: Sendable {
  let session: CallSession
  var stub: AuditServiceStub { AuditServiceStub(session.channel) }

  init(_ session: CallSession) { self.session = session }

  /// Lists events, newest first.
  ///
  /// - Parameter filter: An expression over the fields of an event, such as
  ///   `"actor = \(principal)"`.
  public func events(where filter: Filter? = nil, limit: Int? = nil) -> PagedSequence<AuditEvent> {
    PagedSequence(limit: limit) { [session, stub] (size, token) async throws(PurSightError) in
      let request = ListAuditEventsRequest(
        parent: session.names.parent, pageSize: size, pageToken: token,
        filter: filter?.inlined ?? "")
      let page = try await session.unary(AuditServiceMethods.listAuditEvents) {
        (options) async throws(RPCError) in try await stub.listAuditEvents(request, options)
      }.message
      return .init(elements: page.events, nextToken: page.nextPageToken)
    }
  }

  /// Follows the log.
  ///
  /// - Parameter start: The first leaf wanted; nil: only what comes from now on.
  public func watch(from start: Int64? = nil) -> AuditEventSequence {
    AuditEventSequence(session, from: start)
  }

  /// The newest checkpoint, not verified.
  ///
  /// - Parameter minimumSize: At least so many events; waits for them.
  public func checkpoint(minimumSize: Int64 = 0) async throws(PurSightError) -> Checkpoint {
    let request = GetCheckpointRequest(minimumSize: minimumSize)
    return try await session.unary(AuditServiceMethods.getCheckpoint) {
      (options) async throws(RPCError) in try await stub.getCheckpoint(request, options)
    }.message
  }

  /// The proof of an event; waits until it is in a checkpoint.
  ///
  /// - Parameter eventID: `auditID` of a receipt.
  /// - Throws: `NOT_FOUND`.
  public func proof(of eventID: String) async throws(PurSightError) -> AuditProof {
    try await proof(GetInclusionProofRequest(eventID: eventID))
  }

  /// The proof of the event at a place in the log.
  public func proof(at index: Int64) async throws(PurSightError) -> AuditProof {
    try await proof(GetInclusionProofRequest(leafIndex: index))
  }

  private func proof(
    _ request: GetInclusionProofRequest
  ) async throws(PurSightError) -> AuditProof {
    try AuditProof(
      await session.unary(AuditServiceMethods.getInclusionProof) {
        (options) async throws(RPCError) in try await stub.getInclusionProof(request, options)
      }.message)
  }
}
