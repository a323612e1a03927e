internal import PurSightGovernance
internal import PurSightRPC
internal import PurSightServiceKit
internal import PurSightStorage

/// Who a listener's callers are.
enum CallerPolicy: Hashable, Sendable {
  /// As the verified certificate's SPIFFE ID says; it has to lie in the trust domain, nil takes
  /// any.
  case certificate(trustDomain: String?)
  /// Nobody: only what everybody may call.
  case anonymous
  /// Whoever reaches the listener from this machine is this principal. For development only.
  case loopback(principal: String)
}

/// Finds out who calls, and in which project. Only the connection and its certificate count, never
/// a header.
///
/// Health and reflection are open to everybody.
struct AuthenticationInterceptor: ServerInterceptor {
  /// Characters of `x-pursight-purpose`.
  static let maxPurposeCharacters = 256
  static let defaultProject = "default"
  /// The services that anybody may call, a load balancer for one.
  static let openServices: Set<String> = [
    "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
    "grpc.reflection.v1alpha.ServerReflection",
  ]

  let policy: CallerPolicy
  let storage: Storage

  func intercept(
    _ context: ServerContext, next: nonisolated(nonsending) (ServerContext) async throws -> Void
  ) async throws {
    guard !Self.isOpen(context.method) else { return try await next(context) }
    let principal = try Self.principal(of: context.peer, policy)
    let project = context.metadataValue("x-pursight-project") ?? Self.defaultProject
    let scope = try await storage.scope(of: project)
    let purpose = context.metadataValue("x-pursight-purpose") ?? ""
    let actor = Actor(
      principal: principal, peerAddress: context.peer.address,
      method: String(context.method.path.dropFirst()), requestID: context.requestID,
      purpose: String(purpose.prefix(Self.maxPurposeCharacters)))
    context[CallIdentity.Key.self] = CallIdentity(
      principal: principal, scope: scope, actor: actor)
    try await next(context)
  }

  /// Whether anybody may call a method.
  static func isOpen(_ method: MethodInfo) -> Bool {
    method.permission == nil && openServices.contains(method.service)
  }

  /// The principal that a peer is under a policy.
  /// - Throws: `UNAUTHENTICATED` saying what to show.
  static func principal(of peer: Peer, _ policy: CallerPolicy) throws(RPCError) -> String {
    switch policy {
    case .anonymous:
      throw refused(
        "This listener is not encrypted and knows nobody. Use the TLS listener with a client "
          + "certificate.")
    case .loopback(let principal):
      guard isLoopback(peer.address) else {
        throw refused("This listener takes calls from this machine only.")
      }
      return principal
    case .certificate(let trustDomain):
      guard let id = peer.spiffeID else {
        throw refused(
          peer.hasCertificate
            ? "The client certificate has no valid SPIFFE ID. Use one with exactly one URI "
              + "subject alternative name, such as spiffe://dev/alice."
            : "The call came without a client certificate. Use one that this server's CA issued.")
      }
      if let trustDomain, !id.hasPrefix("spiffe://\(trustDomain)/") {
        throw refused("\(id.prefix(200)) is not of the trust domain \(trustDomain).")
      }
      guard id.utf8.count <= RoleBinding.maxPrincipalBytes else {
        throw refused("The SPIFFE ID is longer than \(RoleBinding.maxPrincipalBytes) bytes.")
      }
      return id
    }
  }

  private static func refused(_ message: String) -> RPCError {
    RPCError(.unauthenticated, message).reason("UNAUTHENTICATED")
  }

  private static func isLoopback(_ address: String) -> Bool {
    address.hasPrefix("127.") || address.hasPrefix("[::1]") || address.hasPrefix("unix:")
  }
}
