/// Something that stands around every handler: authentication, authorization, limits, metrics,
/// logging.
///
/// Auditing is not one: it has to share the change's own transaction.
public protocol ServerInterceptor: Sendable {
  /// Calls `next` once, or throws an `RPCError` instead of calling it.
  nonisolated(nonsending) func intercept(
    _ context: ServerContext, next: nonisolated(nonsending) (ServerContext) async throws -> Void
  ) async throws
}

struct InterceptorChain: Sendable {
  let interceptors: [any ServerInterceptor]
  let handler: RPCHandler

  nonisolated(nonsending) func run(_ context: ServerContext, from index: Int) async throws {
    guard index < interceptors.count else { return try await handler(context) }
    try await interceptors[index].intercept(context) { context in
      try await run(context, from: index + 1)
    }
  }
}
