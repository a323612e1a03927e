internal import PurSightGRPC
internal import PurSightHTTP2
internal import PurSightNet
internal import PurSightRPC
internal import Synchronization

/// One call on a client's connection.
///
/// `@unchecked Sendable`: callers hand themselves to the loop, and everything mutable is touched
/// there. One reader and one writer may wait at a time.
@safe final class TransportCall: ClientCall, @unchecked Sendable {
  let transport: TransportCore
  let loop: EventLoop
  let method: MethodInfo
  let options: CallOptions
  let stream = HTTP2Stream()
  let deadline: Deadline?

  @safe @exclusivity(unchecked) var connection: ClientConnection?
  @safe @exclusivity(unchecked) var inbox = MessageInbox()
  @safe @exclusivity(unchecked) var opener: Waiter<Void>?
  @safe @exclusivity(unchecked) var reader: Waiter<[UInt8]?>?
  @safe @exclusivity(unchecked) var writer: Waiter<Void>?
  @safe @exclusivity(unchecked) var headWaiter: Waiter<Metadata>?
  @safe @exclusivity(unchecked) var head: Metadata?
  /// How the call ended: nil while it goes on, then nil inside for a good end.
  @safe @exclusivity(unchecked) var end: RPCError??
  @safe @exclusivity(unchecked) var status: GRPCTrailers?
  @safe @exclusivity(unchecked) var timer: LoopTimer?
  @safe @exclusivity(unchecked) var isQueued = false
  private let headers = HeaderList()
  private let endedTrailers = Mutex(Metadata())
  private let neverProcessed = Mutex(false)

  init(
    _ transport: TransportCore, _ loop: EventLoop, _ method: MethodInfo, _ options: CallOptions,
    _ deadline: Deadline?
  ) {
    self.transport = transport
    self.loop = loop
    self.method = method
    self.options = options
    self.deadline = deadline
    unsafe stream.owner = UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque())
    inbox.maxMessageBytes = transport.configuration.maxMessageBytes
  }

  var waitsForReady: Bool { options.waitForReady }

  /// Whether it is certain that no handler of the server has seen the call.
  var wasNeverProcessed: Bool { neverProcessed.withLock { $0 } }

  var trailers: Metadata { endedTrailers.withLock { $0 } }

  var lastMessageWasCompressed: Bool { inbox.lastWasCompressed }

  // MARK: From any task

  /// Runs `body` on the loop and waits for what it resumes; a cancelled task cancels the call.
  func onLoop<Value: Sendable>(
    _ body: @escaping @Sendable (Waiter<Value>) -> Void
  ) async throws(RPCError) -> Value {
    let result = await withTaskCancellationHandler {
      await unsafe withUnsafeContinuation { continuation in
        let waiter = unsafe Waiter<Value>(continuation)
        if loop.isCurrent { return body(waiter) }
        if !transport.submit({ body(waiter) }) {
          waiter.resume(.failure(RPCError(.cancelled, "The client was closed.")))
        }
      }
    } onCancel: {
      cancel()
    }
    return try result.get()
  }

  func open() async throws(RPCError) {
    try await onLoop { (waiter: Waiter<Void>) in
      self.opener = waiter
      self.beginOnLoop()
    }
  }

  func unary(_ request: [UInt8]) async throws(RPCError) -> UnaryResponse {
    let message = try await onLoop { (waiter: Waiter<[UInt8]?>) in
      self.reader = waiter
      self.append(request, isCompressed: true)
      self.stream.isOutboundFinished = true
      self.beginOnLoop()
    }
    guard let message else {
      throw RPCError(.internal, "The server ended \(method.path) well but sent no response.")
    }
    if try await receive() != nil {
      cancel()
      throw RPCError(.internal, "The server sent two responses to \(method.path).")
    }
    return UnaryResponse(
      message: message, initialMetadata: try await initialMetadata(), trailers: trailers)
  }

  func send(_ message: [UInt8], isCompressed: Bool) async throws(RPCError) {
    try await onLoop { (waiter: Waiter<Void>) in
      if let end = self.end {
        // The reader learns how the call ended; a writer only that it has.
        let error = end ?? RPCError(.cancelled, "The server has ended \(self.method.path).")
        return waiter.resume(.failure(error))
      }
      self.append(message, isCompressed: isCompressed)
      self.resumeOutput()
      if self.stream.outbound.count > self.transport.configuration.maxBufferedBytes {
        self.stream.awaitsDrain = true
        self.writer = waiter
      } else {
        waiter.resume(.success(()))
      }
    }
  }

  func finishSending() async throws(RPCError) {
    try await onLoop { (waiter: Waiter<Void>) in
      self.stream.isOutboundFinished = true
      self.resumeOutput()
      waiter.resume(.success(()))
    }
  }

  func receive() async throws(RPCError) -> [UInt8]? {
    try await onLoop { (waiter: Waiter<[UInt8]?>) in
      self.reader = waiter
      self.serveReader()
    }
  }

  func initialMetadata() async throws(RPCError) -> Metadata {
    try await onLoop { (waiter: Waiter<Metadata>) in
      if let head = self.head { return waiter.resume(.success(head)) }
      if let end = self.end {
        return waiter.resume(end.map { .failure($0) } ?? .success(Metadata()))
      }
      self.headWaiter = waiter
    }
  }

  func cancel() {
    // Where the loop is gone, so is the call.
    _ = transport.submit {
      guard self.end == nil else { return }
      self.fail(RPCError(.cancelled, "\(self.method.path) was cancelled."), wasProcessed: true)
    }
  }

  // MARK: On the loop

  private func beginOnLoop() {
    // Cancelled before it began.
    if let end { return settle(end) }
    if let deadline {
      let timer = LoopTimer { [weak self] in self?.deadlinePassed() }
      self.timer = timer
      loop.schedule(timer, after: deadline.remaining)
    }
    isQueued = true
    transport.begin(self)
  }

  private func deadlinePassed() {
    guard end == nil else { return }
    let timeout = options.timeout ?? method.defaultDeadline ?? .zero
    fail(
      RPCError(.deadlineExceeded, "\(method.path) did not end within \(timeout)."),
      wasProcessed: true)
  }

  private func append(_ message: [UInt8], isCompressed: Bool) {
    let isCompressed = isCompressed && options.compressesMessages
    let bytes =
      isCompressed
      ? unsafe message.withUnsafeBytes { unsafe MessageEncoding.compress($0) } : message
    let prefix = unsafe stream.outbound.extend(MessageFraming.prefixBytes)
    unsafe MessageFraming.putPrefix(prefix, length: bytes.count, isCompressed: isCompressed)
    stream.outbound.append(bytes)
  }

  private func resumeOutput() {
    connection?.session.resume(stream)
    connection?.channel?.requestFlush()
  }

  func requestHeaders(_ authority: String, _ isEncrypted: Bool) -> HeaderList {
    GRPCRequest.fill(
      headers, path: method.path, isEncrypted: isEncrypted, authority: authority,
      userAgent: transport.configuration.userAgent,
      timeout: deadline.map { nanoseconds($0.remaining) },
      encoding: options.compressesMessages ? .gzip : .identity, metadata: options.metadata)
    return headers
  }

  func started(on connection: ClientConnection) {
    isQueued = false
    self.connection = connection
    if let opener = opener {
      self.opener = nil
      opener.resume(.success(()))
    }
  }
}

extension TransportCall {
  func setTrailers(_ metadata: Metadata) { endedTrailers.withLock { $0 = metadata } }

  func markNeverProcessed() { neverProcessed.withLock { $0 = true } }
}
