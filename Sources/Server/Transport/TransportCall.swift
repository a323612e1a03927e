internal import PurSightConnect
internal import PurSightGRPC
internal import PurSightHTTP2
internal import PurSightNet
internal import PurSightRPC

/// One call on its connection: the transport's `ServerCall`. Pooled with its stream.
///
/// It goes back to the pool when both its stream is closed and its handler has returned. Everything
/// happens on the loop's thread.
@safe final class TransportCall {
  /// How far the answer has come.
  enum Answer {
    case none
    /// The head went out.
    case begun
    /// The status went out, or nobody waits for it: what the handler still does has no effect.
    case ended
  }

  let stream = HTTP2Stream()
  let home: ServerLoop
  /// The connection, which outlives its calls; nil in the pool.
  @exclusivity(unchecked) private var owner: Unmanaged<ServerConnection>?
  /// Its place in the connection's list.
  @safe @exclusivity(unchecked) var place = 0
  @safe @exclusivity(unchecked) var inbox = MessageInbox()
  /// The index of its route; -1 before it is known.
  @safe @exclusivity(unchecked) var route = -1
  @safe @exclusivity(unchecked) var answer = Answer.none
  /// Queued for a runner, or with one.
  @safe @exclusivity(unchecked) var isRunning = false
  /// Kept alive by its task while the call is with it.
  @exclusivity(unchecked) unowned(unsafe) var runner: CallRunners.Runner?
  /// What a handler is told that goes on after the end.
  @safe @exclusivity(unchecked) var endReason: RPCError?
  @safe @exclusivity(unchecked) var reader: UnsafeContinuation<Void, Never>?
  @safe @exclusivity(unchecked) var writer: UnsafeContinuation<Void, Never>?
  /// Monotonic nanoseconds; 0 without a deadline.
  @safe @exclusivity(unchecked) var deadlineAt: UInt64 = 0
  @safe @exclusivity(unchecked) private var deadlineTimer: LoopTimer?
  @safe @exclusivity(unchecked) var startedAt: UInt64 = 0
  @safe @exclusivity(unchecked) var lastInput: UInt64 = 0
  @safe @exclusivity(unchecked) var received = 0
  @safe @exclusivity(unchecked) var sent = 0
  /// Bytes of a request that came after its answer.
  @safe @exclusivity(unchecked) var dropped = 0
  @safe @exclusivity(unchecked) var acceptsGzip = false
  @safe @exclusivity(unchecked) var compresses = false
  /// The head says, or will say, that messages may be compressed.
  @safe @exclusivity(unchecked) var announcesGzip = false
  /// The call's way in and out where it is not gRPC's own.
  @safe @exclusivity(unchecked) private(set) var exchange: Exchange?
  /// Messages are changed on their way out: compressed, or put in another form.
  @safe @exclusivity(unchecked) var changesMessages = false
  /// The head is not the usual one.
  @safe @exclusivity(unchecked) var hasOwnHead = false
  /// Bytes at the end of `stream.outbound` that `reserveMessage` took and nobody has sent yet.
  @safe @exclusivity(unchecked) var reserved = 0
  /// Where a message lies that is compressed, or dropped, before it goes out.
  @safe @exclusivity(unchecked) var scratch = ByteBuffer()
  @safe @exclusivity(unchecked) var usesScratch = false
  /// Fields of an answer that is not the usual one.
  @safe @exclusivity(unchecked) var list: HeaderList?
  @safe @exclusivity(unchecked) var sentMetadata: Metadata?
  @safe @exclusivity(unchecked) var sentTrailers: Metadata?
  @safe @exclusivity(unchecked) var attachments: [(key: ObjectIdentifier, value: any Sendable)] = []

  init(_ home: ServerLoop) {
    self.home = home
    unsafe stream.owner = UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque())
  }

  /// The call of a stream; the pool or the connection keeps it alive.
  @inline(__always) static func of(_ stream: Unmanaged<HTTP2Stream>) -> Unmanaged<TransportCall> {
    unsafe .fromOpaque(stream._withUnsafeGuaranteedRef { unsafe $0.owner.unsafelyUnwrapped })
  }

  /// The connection, for calls that are not in the pool.
  @inline(__always) var connection: ServerConnection {
    unsafe owner.unsafelyUnwrapped.takeUnretainedValue()
  }

  /// Whether it has a place of its own when the server is full.
  var isControl: Bool { route >= 0 && connection.routes.facts[route].isControl }

  /// Lends the connection without counting a reference.
  @inline(__always) func withConnection<R>(_ body: (ServerConnection) -> R) -> R {
    unsafe owner.unsafelyUnwrapped._withUnsafeGuaranteedRef(body)
  }

  @inline(__always) func open(on connection: ServerConnection, place: Int, now: UInt64) {
    unsafe owner = .passUnretained(connection)
    self.place = place
    startedAt = now
    lastInput = now
  }

  /// Makes it a call of another protocol than gRPC's own.
  func speak(_ exchange: Exchange) {
    self.exchange = exchange
    changesMessages = true
    hasOwnHead = true
  }

  /// Makes the call as new, keeping its memory.
  func recycle() {
    stream.recycle()
    inbox.recycle()
    unsafe owner = nil
    route = -1
    answer = .none
    isRunning = false
    deadlineAt = 0
    received = 0
    sent = 0
    dropped = 0
    reserved = 0
    acceptsGzip = false
    compresses = false
    announcesGzip = false
    changesMessages = false
    hasOwnHead = false
    usesScratch = false
    scratch.removeAll()
    if endReason != nil { endReason = nil }
    if exchange != nil { exchange = nil }
    list?.removeAll()
    if sentMetadata != nil { sentMetadata = nil }
    if sentTrailers != nil { sentTrailers = nil }
    if !attachments.isEmpty { attachments.removeAll(keepingCapacity: true) }
  }

  // MARK: Running

  /// Has the handler answer; on a runner, from the runner's task.
  @inline(__always) func run(_ runner: CallRunners.Runner) async {
    unsafe self.runner = runner
    if answer != .ended {
      var failure: (any Error)?
      let handler = connection.routes.handlers[route].run
      do { try await Self.call(handler, ServerContext(self)) } catch { failure = error }
      if !home.loop.isCurrent { await home.loop.bringBack() }
      if let failure { fail(Self.status(of: failure)) } else { finish() }
    }
    unsafe self.runner = nil
    withConnection { $0.handlerReturned(self) }
  }

  /// Calls a handler and does nothing after that: whoever goes on after a closure has returned
  /// looks its executor up under the task's lock, some 300 instructions, in case that the closure
  /// returned elsewhere. So `run` has to ask for itself.
  @inline(never) private static func call(
    _ handler: RPCHandler, _ context: ServerContext
  ) async throws {
    try await handler(context)
  }

  /// The status of an error; the text of one that is none may hold internals and stays here.
  private static func status(of error: any Error) -> RPCError {
    if let error = error as? RPCError { return error }
    return error is CancellationError
      ? RPCError(.cancelled, "The call was cancelled.")
      : RPCError(.unknown, "The handler failed.")
  }

  /// Ends the call for its handler: the answer is given or not wanted any more.
  func cancel(_ reason: RPCError) {
    answer = .ended
    if endReason == nil { endReason = reason }
    cancelDeadline()
    unsafe runner?.cancel()
    wakeReader()
    wakeWriter()
  }

  @inline(__always) func wakeReader() {
    guard let waiting = reader else { return }
    reader = nil
    unsafe waiting.resume()
  }

  @inline(__always) func wakeWriter() {
    guard let waiting = writer else { return }
    writer = nil
    unsafe waiting.resume()
  }

  // MARK: Deadline

  func setDeadline(nanoseconds: UInt64, now: UInt64) {
    let (at, overflow) = now.addingReportingOverflow(nanoseconds)
    if overflow { return }
    deadlineAt = at
    let timer = deadlineTimer ?? LoopTimer { [unowned self] in deadlinePassed() }
    deadlineTimer = timer
    home.loop.schedule(timer, at: at)
  }

  func cancelDeadline() {
    if deadlineAt != 0, let deadlineTimer { home.loop.cancel(deadlineTimer) }
  }

  private func deadlinePassed() {
    guard answer != .ended else { return }
    let error = RPCError(.deadlineExceeded, "The call's deadline has passed.")
    fail(error)
    cancel(error)
  }
}
