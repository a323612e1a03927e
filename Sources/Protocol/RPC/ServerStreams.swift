/// The request messages of a client or bidirectional stream, in order.
///
/// Taking an element is what reopens the sender's window: a handler that does not ask holds the client
/// back, all the way to its `await`.
public struct RequestStream<Message: RPCMessage>: AsyncSequence {
  public typealias Element = Message
  public typealias Failure = RPCError

  private let call: any ServerCall

  public init(_ call: any ServerCall) { self.call = call }

  /// The next message, nil after the last one.
  /// - Throws: how the call ended, or `INVALID_ARGUMENT` for a message that is malformed or breaks a
  ///   rule of its fields.
  public nonisolated(nonsending) func next() async throws(RPCError) -> Message? {
    guard let bytes = unsafe try await call.nextMessage() else { return nil }
    let message = try unsafe Message(decoding: bytes)
    try message.validate()
    return message
  }

  public struct AsyncIterator: AsyncIteratorProtocol {
    let stream: RequestStream

    public mutating func next() async throws(RPCError) -> Message? { try await stream.next() }

    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws(RPCError) -> Message? { try await stream.next() }
  }

  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(stream: self) }
}

/// Where a server or bidirectional stream's handler writes its messages.
public struct ResponseWriter<Message: RPCMessage> {
  private let call: any ServerCall

  public init(_ call: any ServerCall) { self.call = call }

  /// Sends one message; suspends while the receiver does not keep up.
  /// - Throws: `CANCELLED` or `DEADLINE_EXCEEDED` when nobody waits for it any more.
  public nonisolated(nonsending) func write(_ message: Message) async throws(RPCError) {
    unsafe message.encode { unsafe call.reserveMessage($0) }
    try await call.sendMessage()
  }
}

extension ServerCall {
  /// The only message of a unary or server-streaming request.
  /// - Throws: `INTERNAL` when there is none or more than one, `INVALID_ARGUMENT` when it is malformed or
  ///   breaks a rule of its fields.
  @inlinable
  public nonisolated(nonsending) func onlyMessage<Message: RPCMessage>(
    _ type: Message.Type = Message.self
  ) async throws(RPCError) -> Message {
    // Nearly always there already: then nothing here suspends.
    if let bytes = unsafe try readyMessage() { return try unsafe decodeRequest(bytes) }
    guard let bytes = unsafe try await nextMessage() else {
      throw RPCError(.internal, "The request of \(method.path) ended without its message.")
    }
    return try unsafe decodeRequest(bytes)
  }

  @inlinable
  func decodeRequest<Message: RPCMessage>(
    _ bytes: UnsafeRawBufferPointer
  ) throws(RPCError) -> Message {
    let message = try unsafe Message(decoding: bytes)
    try message.validate()
    return message
  }

  /// Sends the only response of a unary or client-streaming call.
  @inlinable
  public func reply<Message: RPCMessage>(_ message: Message) {
    unsafe message.encode { unsafe reserveMessage($0) }
    replyMessage()
  }
}
