internal import PurSightAPI
internal import PurSightRPC
internal import PurSightServiceKit
internal import PurSightStorage
internal import PurSightTelemetry

/// The outermost interceptor: gives every call its id, its line in the log, and every error its
/// status.
///
/// What is thrown further in leaves the server only through the error table; the id stands in the
/// answer whether the call went well or not.
struct CallInterceptor: ServerInterceptor {
  /// Characters of a caller's `x-request-id` that are taken over; a longer one is replaced.
  static let maxRequestIDCharacters = 128

  let logger: Logger
  let makeUID: @Sendable () -> String

  func intercept(
    _ context: ServerContext, next: nonisolated(nonsending) (ServerContext) async throws -> Void
  ) async throws {
    let id = Self.accepted(context.metadataValue("x-request-id")) ?? makeUID()
    context[RequestIDKey.self] = id
    context.addInitialMetadata(MetadataKey.requestID, id)
    let begin = ContinuousClock.now
    do {
      try await Storage.$callDeadline.withValue(context.deadline?.instant) {
        try await next(context)
      }
      if logger.logs(.debug) { log(context, id, begin, .debug, nil) }
    } catch {
      let known = ErrorTable.status(for: error)
      let status = (known ?? ErrorTable.unforeseen(requestID: id))
        .adding(RequestInfo(requestID: id))
      log(context, id, begin, Self.level(of: status.code), known == nil ? "\(error)" : "\(status)")
      throw status
    }
  }

  /// A caller's id, if it is printable ASCII of a bearable length.
  static func accepted(_ id: String?) -> String? {
    guard let id, !id.isEmpty, id.utf8.count <= maxRequestIDCharacters,
      id.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
    else { return nil }
    return id
  }

  private static func level(of code: RPCCode) -> LogLevel {
    switch code {
    case .internal, .unknown, .dataLoss: .error
    case .unavailable, .resourceExhausted, .deadlineExceeded: .warning
    case .unauthenticated, .permissionDenied: .info
    default: .debug
    }
  }

  private func log(
    _ context: ServerContext, _ id: String, _ begin: ContinuousClock.Instant, _ level: LogLevel,
    _ failure: String?
  ) {
    guard logger.logs(level) else { return }
    var fields: [(name: String, value: LogLine.Value)] = [
      ("rpc.method", .text(String(context.method.path.dropFirst()))),
      ("peer", .text(context.peer.spiffeID ?? context.peer.address)),
      ("request_id", .text(id)),
      ("duration_ms", .milliseconds(begin.duration(to: .now) / .milliseconds(1))),
    ]
    if let failure { fields.append(("error", .text(failure))) }
    logger.log(level, failure == nil ? "call" : "call failed", fields)
  }
}
