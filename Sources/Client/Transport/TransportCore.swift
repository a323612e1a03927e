internal import PurSightHTTP2
internal import PurSightNet
internal import PurSightRPC
internal import PurSightTLS
internal import Synchronization

/// What `ClientTransport` is a handle of: the connections to one target and the calls that wait for
/// one.
///
/// One thread runs the loop on which everything happens; it starts with the first call. Connections
/// and calls own the core, so it lives until its last connection is closed.
/// `@unchecked Sendable`: `lifecycle` is a mutex, everything below it is touched on the loop only.
@safe final class TransportCore: @unchecked Sendable {
  let configuration: ClientTransportConfiguration
  private let lifecycle = Mutex(Lifecycle.new)

  private enum Lifecycle {
    case new
    case running(EventLoop, Thread)
    case closed
  }

  /// What there is to connect with. On the loop only.
  enum Link {
    case idle
    case connecting
    case ready(ClientConnection)
    /// The last attempt failed; the next one is under way when the pause is over.
    case waiting(RPCError)
  }

  @safe @exclusivity(unchecked) var link = Link.idle
  @safe @exclusivity(unchecked) var attempts = 0
  @safe @exclusivity(unchecked) var queue: [TransportCall] = []
  /// Connections that take no new calls and still have open ones.
  @safe @exclusivity(unchecked) var retired: [ObjectIdentifier: ClientConnection] = [:]
  @safe @exclusivity(unchecked) var workspaces: Workspaces?
  @safe @exclusivity(unchecked) var backoffTimer: LoopTimer?
  @safe @exclusivity(unchecked) var tlsContext: TLSContext?
  @safe @exclusivity(unchecked) var isClosing = false

  /// What all connections of the loop share.
  @safe final class Workspaces {
    let http2 = HTTP2Workspace()
    let tls = TLSWorkspace()
    let plaintext = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 64)
    deinit { unsafe plaintext.deallocate() }
  }

  init(_ configuration: ClientTransportConfiguration) { self.configuration = configuration }

  // MARK: From any task

  func unary(
    _ method: MethodInfo, _ request: [UInt8], _ options: CallOptions
  ) async throws(RPCError) -> UnaryResponse {
    let loop = try runningLoop()
    let deadline = (options.timeout ?? method.defaultDeadline).map { Deadline.after($0) }
    var attempt = 0
    while true {
      attempt += 1
      let call = TransportCall(self, loop, method, options, deadline)
      do throws(RPCError) {
        return try await call.unary(request)
      } catch {
        // A call that no handler has seen can go again without anybody noticing (gRFC A6,
        // transparent retries), within its own deadline.
        guard call.wasNeverProcessed, attempt < Self.maxTransparentAttempts, !Task.isCancelled
        else { throw error }
      }
    }
  }

  private static let maxTransparentAttempts = 3

  func open(
    _ method: MethodInfo, _ options: CallOptions
  ) async throws(RPCError) -> TransportCall {
    let deadline = (options.timeout ?? method.defaultDeadline).map { Deadline.after($0) }
    let call = TransportCall(self, try runningLoop(), method, options, deadline)
    try await call.open()
    return call
  }

  /// Ends open calls with CANCELLED, closes the connections and stops the loop. A second time does
  /// nothing; calls that come later fail.
  func close() async {
    guard let (loop, thread) = end() else { return }
    await unsafe withUnsafeContinuation { (done: UnsafeContinuation<Void, Never>) in
      loop.submit {
        self.closeAll(on: loop)
        unsafe done.resume()
      }
    }
    loop.stop()
    // Joining blocks for the rest of one tick; never from the loop itself.
    thread.join()
  }

  /// As `close`, for an owner that is gone and cannot wait.
  func abandon() {
    guard let (loop, thread) = end() else { return }
    loop.submit {
      self.closeAll(on: loop)
      loop.stop()
    }
    thread.detach()
  }

  /// Hands `body` to the loop. False: the loop is about to stop, or has; `body` will never run.
  func submit(_ body: @escaping @Sendable () -> Void) -> Bool {
    lifecycle.withLock { state in
      guard case .running(let loop, _) = state else { return false }
      loop.submit(body)
      return true
    }
  }

  /// Says that no call may come any more. Nil when there is nothing to stop.
  private func end() -> (EventLoop, Thread)? {
    let previous = lifecycle.withLock { state in
      defer { state = .closed }
      return state
    }
    guard case .running(let loop, let thread) = previous else { return nil }
    return (loop, thread)
  }

  private func runningLoop() throws(RPCError) -> EventLoop {
    let result: Result<EventLoop, RPCError> = lifecycle.withLock { state in
      switch state {
      case .running(let loop, _): return .success(loop)
      case .closed:
        return .failure(RPCError(.failedPrecondition, "The client is closed; make a new one."))
      case .new:
        do throws(NetError) {
          let loop = try EventLoop()
          let thread = try Thread("pursight-client") { loop.run() }
          state = .running(loop, thread)
          return .success(loop)
        } catch {
          return .failure(RPCError(.unavailable, "No thread for the client: \(error.message)"))
        }
      }
    }
    return try result.get()
  }

  // MARK: On the loop

  /// Gives a call a stream, now or when there is one.
  func begin(_ call: TransportCall) {
    if isClosing { return call.fail(RPCError(.cancelled, "The client was closed.")) }
    switch link {
    case .ready(let connection) where connection.acceptsCalls:
      connection.start(call)
    case .waiting(let error) where !call.waitsForReady:
      call.fail(error, wasProcessed: true)
    case .idle:
      enqueue(call)
      connect(on: call.loop)
    case .ready, .waiting, .connecting:
      enqueue(call)
    }
  }

  private func enqueue(_ call: TransportCall) {
    guard queue.count < configuration.maxQueuedCalls else {
      return call.fail(
        RPCError(
          .resourceExhausted,
          "\(configuration.maxQueuedCalls) calls wait for a connection to \(configuration.target) "
            + "already. Send fewer at a time."))
    }
    queue.append(call)
  }

  /// Takes a call out of the queue: it was cancelled or its deadline has passed.
  func dequeue(_ call: TransportCall) { queue.removeAll { $0 === call } }

  /// Starts calls that wait, as many as the connection takes.
  func startQueued() {
    guard case .ready(let connection) = link, !queue.isEmpty else { return }
    var started = 0
    while started < queue.count, connection.acceptsCalls {
      connection.start(queue[started])
      started += 1
    }
    queue.removeFirst(started)
  }

  /// A connection takes no new calls any more: GOAWAY, or its identifiers are used up.
  func retire(_ connection: ClientConnection) {
    guard case .ready(let current) = link, current === connection else { return }
    retired[ObjectIdentifier(connection)] = connection
    link = .idle
    if !queue.isEmpty { connect(on: connection.loop) }
  }

  /// A connection is gone; its calls have been told.
  func connectionClosed(_ connection: ClientConnection) {
    retired[ObjectIdentifier(connection)] = nil
    guard case .ready(let current) = link, current === connection else { return }
    link = .idle
    if !queue.isEmpty, !isClosing { connect(on: connection.loop) }
  }

  private func closeAll(on loop: EventLoop) {
    isClosing = true
    let error = RPCError(.cancelled, "The client was closed.")
    for call in queue { call.fail(error) }
    queue.removeAll()
    if let backoffTimer { loop.cancel(backoffTimer) }
    if case .ready(let connection) = link { connection.close(error) }
    for connection in retired.values { connection.close(error) }
    link = .idle
  }
}
