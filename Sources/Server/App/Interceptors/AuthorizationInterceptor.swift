internal import PurSightGovernance
internal import PurSightRPC
internal import PurSightServiceKit
internal import PurSightStorage
internal import PurSightTelemetry

/// Lets a call through only if a role gives its caller the method's permission in the call's
/// project.
///
/// Deny is the default: a method without a permission is closed, unless everybody may call it. A
/// refusal is in the audit log before it is answered.
struct AuthorizationInterceptor: ServerInterceptor {
  let authorizers: Authorizers
  let denials: DenialLog

  func intercept(
    _ context: ServerContext, next: nonisolated(nonsending) (ServerContext) async throws -> Void
  ) async throws {
    let method = context.method
    guard !AuthenticationInterceptor.isOpen(method) else { return try await next(context) }
    guard let permission = method.permission else {
      throw RPCError(.permissionDenied, "\(method.path.dropFirst()) is open to nobody.")
        .reason("PERMISSION_DENIED")
    }
    let identity = try context.identity
    let authorizer = try await authorizers.authorizer(identity.scope)
    switch authorizer.decide(identity.principal, permission) {
    case .allowed: try await next(context)
    case .denied(let permission, let roles):
      let resource = await RequestedResource.name(in: context)
      try await denials.record(
        identity.actor, identity.scope, permission: permission, resource: resource)
      throw Self.refusal(
        identity.principal, permission, on: resource ?? identity.scope.name, roles: roles)
    }
  }

  /// `spiffe://dev/guest needs ingestion.datasets.read on flights (roles: admin, editor, viewer)`.
  static func refusal(
    _ principal: String, _ permission: String, on resource: String, roles: [String]
  ) -> RPCError {
    let short = resource.split(separator: "/", maxSplits: 3).last.map(String.init) ?? resource
    return RPCError(
      .permissionDenied,
      "\(principal) needs \(permission) on \(short) (roles: \(roles.joined(separator: ", ")))"
    )
    .reason(
      "PERMISSION_DENIED",
      [
        "permission": permission, "resource": resource, "principal": principal,
        "roles": roles.joined(separator: ","),
      ])
  }
}
