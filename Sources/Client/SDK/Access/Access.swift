public import PurSightAPI
internal import PurSightRPC

/// Who may do what.
public struct Access: Sendable {
  private let session: CallSession
  private var stub: AccessServiceStub { AccessServiceStub(session.channel) }

  init(_ session: CallSession) { self.session = session }

  /// Who this client is to the server, and what it may do.
  public func caller() async throws(PurSightError) -> Caller {
    try await session.unary(AccessServiceMethods.getCaller) {
      (options) async throws(RPCError) in try await stub.getCaller(GetCallerRequest(), options)
    }.message
  }

  /// The roles that there are.
  public func roles() async throws(PurSightError) -> [Role] {
    try await session.unary(AccessServiceMethods.listRoles) {
      (options) async throws(RPCError) in try await stub.listRoles(ListRolesRequest(), options)
    }.message.roles
  }

  /// Who has which role.
  public func bindings() -> PagedSequence<RoleBinding> {
    PagedSequence { [session, stub] (size, token) async throws(PurSightError) in
      let request = ListRoleBindingsRequest(
        parent: session.names.parent, pageSize: size, pageToken: token)
      let page = try await session.unary(AccessServiceMethods.listRoleBindings) {
        (options) async throws(RPCError) in try await stub.listRoleBindings(request, options)
      }.message
      return .init(elements: page.roleBindings, nextToken: page.nextPageToken)
    }
  }

  /// Gives a principal a role. Giving it again changes nothing.
  @discardableResult public func grant(
    _ role: String, to principal: String, dryRun: Bool = false
  ) async throws(PurSightError) -> Receipt<RoleBinding> {
    try await session.mutate(AccessServiceMethods.createRoleBinding) {
      (requestID, options) async throws(RPCError) in
      try await stub.createRoleBinding(
        CreateRoleBindingRequest(
          parent: session.names.parent,
          roleBinding: RoleBinding(principal: principal, role: role), requestID: requestID,
          validateOnly: dryRun), options)
    }
  }

  /// Takes a role from a principal.
  /// - Throws: `NOT_FOUND` when it does not have it.
  @discardableResult public func revoke(
    _ role: String, from principal: String, dryRun: Bool = false
  ) async throws(PurSightError) -> Receipt<Void> {
    for try await binding in bindings()
    where binding.role == role && binding.principal == principal {
      return try await session.mutate(AccessServiceMethods.deleteRoleBinding) {
        (requestID, options) async throws(RPCError) in
        try await stub.deleteRoleBinding(
          DeleteRoleBindingRequest(
            name: binding.name, requestID: requestID, validateOnly: dryRun), options)
      }.map { _ in }
    }
    throw PurSightError(.notFound, "\(principal) does not have the role \(role).")
  }
}
