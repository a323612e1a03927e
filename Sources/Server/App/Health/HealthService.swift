internal import PurSightAPI
internal import PurSightRPC

/// grpc.health.v1: every service of the server is as ready as the server.
///
/// Source: grpc/grpc, `doc/health-checking.md`. The empty service name stands for the server.
struct HealthService: HealthHandler {
  let services: Set<String>
  let readiness: Readiness

  func check(
    _ request: HealthCheckRequest, _ context: ServerContext
  ) async throws -> HealthCheckResponse {
    guard isKnown(request.service) else {
      throw RPCError(.notFound, "There is no service \"\(request.service.prefix(200))\" here.")
    }
    return answer(readiness.isServing)
  }

  func list(
    _ request: HealthListRequest, _ context: ServerContext
  ) async throws -> HealthListResponse {
    let answer = answer(readiness.isServing)
    return HealthListResponse(
      statuses: Dictionary(uniqueKeysWithValues: services.union([""]).map { ($0, answer) }))
  }

  /// A service that is not known is SERVICE_UNKNOWN, and the call goes on.
  func watch(
    _ request: HealthCheckRequest, _ responses: ResponseWriter<HealthCheckResponse>,
    _ context: ServerContext
  ) async throws {
    guard let changes = readiness.changes() else {
      throw RPCError(.resourceExhausted, "Too many callers watch the health. Use Check.")
    }
    var last: HealthCheckResponse?
    for await isServing in changes {
      let answer =
        isKnown(request.service)
        ? answer(isServing) : HealthCheckResponse(status: .serviceUnknown)
      guard answer != last else { continue }
      try await responses.write(answer)
      last = answer
    }
  }

  private func isKnown(_ service: String) -> Bool { service.isEmpty || services.contains(service) }

  private func answer(_ isServing: Bool) -> HealthCheckResponse {
    HealthCheckResponse(status: isServing ? .serving : .notServing)
  }
}
