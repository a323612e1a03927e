internal import PurSightRPC

/// What a server sends for as long as somebody takes it. Leaving the loop ends it; every iteration
/// begins anew.
public struct ServerStream<Element: RPCMessage>: AsyncSequence, Sendable {
  /// How it can fail.
  public typealias Failure = PurSightError

  private let session: CallSession
  private let open: @Sendable (CallOptions) async throws(RPCError) -> ResponseStream<Element>

  init(
    _ session: CallSession,
    _ open: @escaping @Sendable (CallOptions) async throws(RPCError) -> ResponseStream<Element>
  ) {
    self.session = session
    self.open = open
  }

  /// Walks through the sequence once. For one task.
  public struct AsyncIterator: AsyncIteratorProtocol {
    private let sequence: ServerStream
    private var responses: ResponseStream<Element>.AsyncIterator?
    private var attempts = 0

    init(_ sequence: ServerStream) { self.sequence = sequence }

    /// The next element; nil at the end.
    public mutating func next() async throws(PurSightError) -> Element? {
      while true {
        do throws(RPCError) {
          return try await receive()
        } catch {
          attempts += 1
          // Once something has been given out, only the session knows where to go on.
          guard responses == nil, let pause = sequence.session.pause(after: attempts, error) else {
            throw PurSightError(error)
          }
          try await sequence.session.sleep(for: pause)
        }
      }
    }

    private mutating func receive() async throws(RPCError) -> Element? {
      if let responses { return try await responses.next() }
      let iterator = try await sequence.open(sequence.session.options()).makeAsyncIterator()
      let first = try await iterator.next()
      responses = iterator
      sequence.session.noteAnswer()
      return first
    }

    /// As `next()`.
    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws(PurSightError) -> Element? { try await next() }
  }

  /// Begins anew.
  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(self) }
}
