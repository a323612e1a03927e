public import PurSightAPI
internal import PurSightRPC

/// Events of the audit log in its order, each once, for as long as somebody takes them. A
/// connection that breaks is made anew.
public struct AuditEventSequence: AsyncSequence, Sendable {
  /// What the sequence is made of.
  public typealias Element = AuditEvent
  /// How it can fail.
  public typealias Failure = PurSightError

  private let session: CallSession
  private let start: Int64?

  init(_ session: CallSession, from start: Int64?) {
    self.session = session
    self.start = start
  }

  /// Walks through the sequence once. For one task.
  public struct AsyncIterator: AsyncIteratorProtocol {
    private let session: CallSession
    private var responses: ResponseStream<WatchAuditEventsResponse>.AsyncIterator?
    private var events: ArraySlice<AuditEvent> = []
    private var next: Int64?
    private var failures = 0

    init(_ session: CallSession, _ start: Int64?) {
      self.session = session
      next = start
    }

    /// The next element; nil at the end.
    public mutating func next() async throws(PurSightError) -> AuditEvent? {
      while events.isEmpty {
        do throws(RPCError) {
          guard let response = try await receive() else { return nil }
          failures = 0
          session.noteAnswer()
          next = response.nextIndex
          events = response.events[...]
        } catch {
          responses = nil
          failures += 1
          guard let pause = session.pause(after: failures, error) else {
            throw PurSightError(error)
          }
          try await session.sleep(for: pause)
        }
      }
      return events.removeFirst()
    }

    private mutating func receive() async throws(RPCError) -> WatchAuditEventsResponse? {
      if let responses { return try await responses.next() }
      let request = WatchAuditEventsRequest(parent: session.names.parent, startIndex: next)
      let iterator = try await AuditServiceStub(session.channel)
        .watchAuditEvents(request, session.options()).makeAsyncIterator()
      responses = iterator
      return try await iterator.next()
    }

    /// As `next()`.
    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws(PurSightError) -> AuditEvent? { try await next() }
  }

  /// Begins anew.
  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(session, start) }
}
