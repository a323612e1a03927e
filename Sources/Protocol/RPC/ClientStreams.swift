/// The response messages of a server or bidirectional stream, in order. Iterate it once.
///
/// Leaving the loop early cancels the call.
public struct ResponseStream<Message: RPCMessage>: AsyncSequence, Sendable {
  /// What the stream is made of.
  public typealias Element = Message
  /// How it can end.
  public typealias Failure = RPCError

  /// The call under it, for metadata.
  public let call: any ClientCall

  /// The responses of an open call.
  public init(_ call: any ClientCall) { self.call = call }

  /// Takes the responses one by one. Single-owner.
  public final class AsyncIterator: AsyncIteratorProtocol {
    private let call: any ClientCall
    private var hasEnded = false

    init(_ call: any ClientCall) { self.call = call }

    deinit { if !hasEnded { call.cancel() } }

    /// The next response, nil after the last one.
    public func next() async throws(RPCError) -> Message? {
      guard !hasEnded else { return nil }
      do throws(RPCError) {
        guard let bytes = try await call.receive() else {
          hasEnded = true
          return nil
        }
        return try Message(serialized: bytes)
      } catch {
        hasEnded = true
        call.cancel()
        throw error
      }
    }

    /// The next response, nil after the last one.
    public func next(isolation actor: isolated (any Actor)?) async throws(RPCError) -> Message? {
      try await next()
    }
  }

  /// Begins the only iteration.
  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(call) }
}

/// Where a client writes the messages of a client or bidirectional stream.
public struct RequestWriter<Message: RPCMessage>: Sendable {
  /// The call under it, for metadata and cancellation.
  public let call: any ClientCall

  /// The requests of an open call.
  public init(_ call: any ClientCall) { self.call = call }

  /// Sends one message; suspends while the server does not keep up.
  ///
  /// - Parameter isCompressed: See `ClientCall.send`.
  public func write(_ message: Message, isCompressed: Bool = true) async throws(RPCError) {
    try await call.send(message.serialized(), isCompressed: isCompressed)
  }

  /// Says that no more messages follow.
  public func finish() async throws(RPCError) { try await call.finishSending() }
}
