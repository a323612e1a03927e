/// The request messages of a client or bidirectional stream, in order.
///
/// Taking an element is what reopens the sender's window: a handler that does not ask holds the
/// client back, all the way to its `await`.
public struct RequestStream<Message: RPCMessage>: AsyncSequence {
  /// What the stream is made of.
  public typealias Element = Message
  /// How it can end.
  public typealias Failure = RPCError

  @usableFromInline let call: any ServerCall

  /// The requests of a call.
  public init(_ call: any ServerCall) { self.call = call }

  /// The next message, nil after the last one.
  /// - Throws: how the call ended, or `INVALID_ARGUMENT` for a message that is malformed or breaks
  ///   a rule of its fields.
  @inlinable @inline(__always)
  public nonisolated(nonsending) func next() async throws(RPCError) -> Message? {
    // Small messages arrive many at a time: only the last of a batch has to be waited for.
    if let bytes = unsafe try call.readyMessage() { return try unsafe call.decodeRequest(bytes) }
    guard let bytes = unsafe try await call.nextMessage() else { return nil }
    return try unsafe call.decodeRequest(bytes)
  }

  /// The next message if it is here already; nil says nothing about the end.
  /// - Throws: as `next`.
  public func ready() throws(RPCError) -> Message? {
    guard let bytes = unsafe try call.readyMessage() else { return nil }
    return try unsafe call.decodeRequest(bytes)
  }

  /// Takes the requests one by one.
  public struct AsyncIterator: AsyncIteratorProtocol {
    let stream: RequestStream

    /// The next request, nil after the last one.
    public mutating func next() async throws(RPCError) -> Message? { try await stream.next() }

    /// The next request, nil after the last one.
    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws(RPCError) -> Message? { try await stream.next() }
  }

  /// Begins the only iteration.
  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(stream: self) }
}

/// Where a server or bidirectional stream's handler writes its messages.
public struct ResponseWriter<Message: RPCMessage> {
  @usableFromInline let call: any ServerCall

  /// Writes into a call.
  public init(_ call: any ServerCall) { self.call = call }

  /// Sends one message; suspends while the receiver does not keep up.
  /// - Throws: `CANCELLED` or `DEADLINE_EXCEEDED` when nobody waits for it any more.
  @inlinable @inline(__always)
  public nonisolated(nonsending) func write(_ message: Message) async throws(RPCError) {
    unsafe message.encode { unsafe call.reserveMessage($0) }
    // Without a suspension as long as there is room.
    if try call.postMessage() { return }
    try await call.sendMessage()
  }
}

extension ServerCall {
  /// The only message of a unary or server-streaming request.
  /// - Throws: `INTERNAL` when there is none or more than one, `INVALID_ARGUMENT` when it is
  ///   malformed or breaks a rule of its fields.
  @inlinable @inline(__always)
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

  @inlinable @inline(__always)
  func decodeRequest<Message: RPCMessage>(
    _ bytes: UnsafeRawBufferPointer
  ) throws(RPCError) -> Message {
    let message = try unsafe Message(decoding: bytes)
    try message.validate()
    return message
  }

  /// Sends the only response of a unary or client-streaming call.
  @inlinable @inline(__always)
  public func reply<Message: RPCMessage>(_ message: Message) {
    unsafe message.encode { unsafe reserveMessage($0) }
    replyMessage()
  }
}
