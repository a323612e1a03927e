internal import PurSightAPI
internal import PurSightCrypto
internal import PurSightRPC
internal import Synchronization

/// Makes calls as all nouns of the SDK do: with project, deadline and repetitions.
struct CallSession: Sendable {
  let channel: any Channel
  let names: Names
  let retry: RetryPolicy
  private let timeout: Duration?
  private let history = History()

  /// Whether the server was ever reached. Shared by all copies.
  private final class History: Sendable {
    let hasAnswered = Atomic(false)
  }

  init(_ channel: any Channel, _ settings: ConnectionSettings, _ options: ConnectOptions) {
    self.init(
      channel, project: settings.project.value, retry: options.retry, timeout: options.timeout)
  }

  init(
    _ channel: any Channel, project: String, retry: RetryPolicy = RetryPolicy(),
    timeout: Duration? = nil
  ) {
    self.channel = channel
    names = Names(project: project)
    self.retry = retry
    self.timeout = timeout
  }

  /// What a call that is not repeated goes out with.
  func options(timeout: Duration? = nil) -> CallOptions {
    var options = CallOptions(timeout: timeout)
    options.metadata.add("x-pursight-project", names.project)
    return options
  }

  /// Makes a unary call, again where that is safe and of use.
  ///
  /// - Parameters:
  ///   - hasRequestID: Whether the request carries an id by which the server does it once.
  ///   - body: One attempt.
  func unary<Reply>(
    _ method: MethodInfo, hasRequestID: Bool = false,
    _ body: (CallOptions) async throws(RPCError) -> UnaryReply<Reply>
  ) async throws(PurSightError) -> UnaryReply<Reply> {
    var reply: UnaryReply<Reply>?
    try await repeated(method, isRepeatable: hasRequestID || method.idempotency != .unknown) {
      (options) async throws(RPCError) in reply = try await body(options)
    }
    guard let reply else { throw PurSightError(.internal, "The call ended without an answer.") }
    return reply
  }

  /// Makes attempts until one succeeds or the next is of no use. Not generic: one copy serves all
  /// calls.
  private func repeated(
    _ method: MethodInfo, isRepeatable: Bool,
    _ attempt: (CallOptions) async throws(RPCError) -> Void
  ) async throws(PurSightError) {
    let deadline = (timeout ?? method.defaultDeadline).map { Deadline.after($0) }
    var made = 0
    while true {
      made += 1
      do throws(RPCError) {
        try await attempt(options(timeout: deadline?.remaining))
        return noteAnswer()
      } catch {
        guard isRepeatable, let pause = pause(after: made, error),
          deadline.map({ pause < $0.remaining }) ?? true
        else { throw PurSightError(error) }
        try await sleep(for: pause)
      }
    }
  }

  /// How long to wait before the next attempt; nil: there is none.
  func pause(after attempt: Int, _ error: RPCError) -> Duration? {
    guard error.code == .unavailable, attempt < retry.maxAttempts,
      hasAnswered || error.retryDelay != nil
    else { return nil }
    return error.retryDelay ?? retry.jitteredBackoff(after: attempt)
  }

  var hasAnswered: Bool { history.hasAnswered.load(ordering: .relaxed) }

  /// The server has answered: from now on it is worth waiting for.
  func noteAnswer() { history.hasAnswered.store(true, ordering: .relaxed) }

  func sleep(for pause: Duration) async throws(PurSightError) {
    do {
      try await Task.sleep(for: pause)
    } catch {
      throw PurSightError(.cancelled, "The task was cancelled.")
    }
  }

  /// Makes a mutation under a request id of its own.
  ///
  /// - Parameter body: One attempt; gets the id.
  func mutate<Reply>(
    _ method: MethodInfo,
    _ body: (String, CallOptions) async throws(RPCError) -> UnaryReply<Reply>
  ) async throws(PurSightError) -> Receipt<Reply> {
    let id = UUID.version4().description
    let reply = try await unary(method, hasRequestID: true) {
      (options) async throws(RPCError) in try await body(id, options)
    }
    return Receipt(
      value: reply.message, auditID: reply.trailers["x-pursight-audit-id"], requestID: id)
  }

  /// Reads, changes and writes back; reads again when somebody else was faster.
  ///
  /// - Parameters:
  ///   - read: Gives the resource as it is.
  ///   - change: Says how it shall be.
  ///   - write: Writes the new value if the one that was read is still there.
  func change<Value: Equatable & Sendable>(
    read: () async throws(PurSightError) -> Value, _ change: (inout Value) -> Void,
    write: (Value, Value) async throws(PurSightError) -> Receipt<Value>
  ) async throws(PurSightError) -> Receipt<Value> {
    var attempt = 0
    while true {
      attempt += 1
      let old = try await read()
      var new = old
      change(&new)
      guard new != old else { return Receipt(value: old, auditID: nil, requestID: "") }
      do throws(PurSightError) {
        return try await write(old, new)
      } catch {
        guard error.code == .aborted, attempt < Self.maxChangeAttempts else { throw error }
      }
    }
  }

  /// How often a change is tried while others change the same resource.
  private static let maxChangeAttempts = 5
}
