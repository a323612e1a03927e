internal import PurSightRPC
internal import PurSightTelemetry
internal import Synchronization

// What stands before the handlers of `pursightd`, in the same order and with the same work, but for
// the database behind it: what a benchmark of interceptors measures.

/// Who calls, for handlers.
struct Caller: Sendable {
  let principal: String
  let address: String
  let method: String
  let requestID: String
  let project: String
  let purpose: String

  enum Key: ServerContextKey { typealias Value = Caller }
  enum RequestIDKey: ServerContextKey { typealias Value = String }
  @TaskLocal static var deadline: ContinuousClock.Instant?
}

/// Gives every call its id and its line in the log: `CallInterceptor`'s work.
struct LogInterceptor: ServerInterceptor {
  let logger: Logger
  let makeID: @Sendable () -> String

  func intercept(
    _ context: ServerContext, next: nonisolated(nonsending) (ServerContext) async throws -> Void
  ) async throws {
    let id = context.metadataValue("x-request-id") ?? makeID()
    context[Caller.RequestIDKey.self] = id
    context.addInitialMetadata("x-request-id", id)
    let begin = ContinuousClock.now
    do {
      try await Caller.$deadline.withValue(context.deadline?.instant) { try await next(context) }
      if logger.logs(.debug) { log(context, id, begin, nil) }
    } catch {
      log(context, id, begin, "\(error)")
      throw error
    }
  }

  private func log(
    _ context: ServerContext, _ id: String, _ begin: ContinuousClock.Instant, _ failure: String?
  ) {
    var fields: [(name: String, value: LogLine.Value)] = [
      ("rpc.method", .text(String(context.method.path.dropFirst()))),
      ("peer", .text(context.peer.address)), ("request_id", .text(id)),
      ("duration_ms", .milliseconds(begin.duration(to: .now) / .milliseconds(1))),
    ]
    if let failure { fields.append(("error", .text(failure))) }
    logger.log(.debug, failure == nil ? "call" : "call failed", fields)
  }
}

/// Finds out who calls: `AuthenticationInterceptor`'s work for a loopback listener.
struct CallerInterceptor: ServerInterceptor {
  let principal: String

  func intercept(
    _ context: ServerContext, next: nonisolated(nonsending) (ServerContext) async throws -> Void
  ) async throws {
    let peer = context.peer
    guard peer.address.hasPrefix("127.") || peer.address.hasPrefix("[::") else {
      throw RPCError(.unauthenticated, "This listener takes calls from this machine only.")
    }
    context[Caller.Key.self] = Caller(
      principal: peer.spiffeID ?? principal, address: peer.address,
      method: String(context.method.path.dropFirst()),
      requestID: context[Caller.RequestIDKey.self] ?? "",
      project: context.metadataValue("x-pursight-project") ?? "default",
      purpose: context.metadataValue("x-pursight-purpose") ?? "")
    try await next(context)
  }
}

/// Lets a call through if its caller may call the method: `AuthorizationInterceptor`'s work.
struct GrantInterceptor: ServerInterceptor {
  /// Services by principal.
  let grants: [String: Set<String>]

  func intercept(
    _ context: ServerContext, next: nonisolated(nonsending) (ServerContext) async throws -> Void
  ) async throws {
    guard let caller = context[Caller.Key.self],
      grants[caller.principal]?.contains(context.method.service) == true
    else { throw RPCError(.permissionDenied, "\(context.method.path) is not open to you.") }
    try await next(context)
  }
}

/// Numbers for request ids.
final class Counter64: Sendable {
  private let value = Atomic<UInt64>(0)

  func next() -> UInt64 { value.wrappingAdd(1, ordering: .relaxed).newValue }
}
