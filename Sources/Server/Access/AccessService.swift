package import PurSightAPI
internal import PurSightGovernance
package import PurSightRPC
package import PurSightServiceKit
internal import PurSightStorage

extension CreateRoleBindingRequest: MutationRequest {}
extension DeleteRoleBindingRequest: MutationRequest {}
extension ListRoleBindingsRequest: PagedRequest {}

/// Shows callers who they are, and grants roles: pursight.v1.AccessService.
package struct AccessService: AccessServiceHandler {
  private let kit: ServiceContext
  private let store: AccessStore
  /// All permissions that the server's methods ask for, to spell roles out.
  private let permissions: [String]

  package init(_ kit: ServiceContext, permissions: [String]) {
    self.kit = kit
    self.permissions = Set(permissions).sorted()
    store = AccessStore(kit.storage)
  }

  package func getCaller(
    _ request: GetCallerRequest, _ context: ServerContext
  ) async throws -> Caller {
    let identity = try context.identity
    let authorizer = try await kit.authorizers.authorizer(identity.scope)
    return Caller(
      principal: identity.principal, roles: authorizer.roles(of: identity.principal),
      permissions: authorizer.permissions(of: identity.principal), project: identity.scope.name,
      serverVersion: kit.serverVersion)
  }

  package func listRoles(
    _ request: ListRolesRequest, _ context: ServerContext
  ) async throws -> ListRolesResponse {
    ListRolesResponse(
      roles: PurSightGovernance.Role.builtIn.map { role in
        PurSightAPI.Role(
          name: role.name, description: role.summary,
          permissions: permissions.filter { role.allows($0) })
      })
  }

  package func createRoleBinding(
    _ request: CreateRoleBindingRequest, _ context: ServerContext
  ) async throws -> PurSightAPI.RoleBinding {
    let scope = try context.scope(ofParent: request.parent)
    guard let wanted = request.roleBinding else {
      throw RPCError.invalidField("role_binding", "is required; set it.")
    }
    let binding = try await kit.mutate(request, context) { unit in
      if let held = try await store.binding(
        scope, principal: wanted.principal, role: wanted.role)
      {
        return PurSightAPI.RoleBinding(held, scope)
      }
      let binding = try PurSightGovernance.RoleBinding(
        granting: wanted.role, to: wanted.principal, uid: kit.makeUID(), at: unit.time,
        by: unit.actor)
      let answer = PurSightAPI.RoleBinding(binding, scope)
      store.insert(binding, in: &unit)
      unit.record(binding.version(.create, answer))
      unit.audit(binding.granted(scope))
      return answer
    }
    kit.authorizers.changed(scope)
    return binding
  }

  package func listRoleBindings(
    _ request: ListRoleBindingsRequest, _ context: ServerContext
  ) async throws -> ListRoleBindingsResponse {
    let scope = try context.scope(ofParent: request.parent)
    let page = try kit.pageTokens.page(request, scope)
    let found = try await store.page(scope, after: page.after?.first, limit: page.limit + 1)
    let shown = found.prefix(page.limit)
    var next = ""
    if found.count > page.limit, let last = shown.last {
      next = try kit.pageTokens.token(after: [last.state.uid], request, scope)
    }
    return ListRoleBindingsResponse(
      roleBindings: shown.map { PurSightAPI.RoleBinding($0, scope) }, nextPageToken: next)
  }

  package func deleteRoleBinding(
    _ request: DeleteRoleBindingRequest, _ context: ServerContext
  ) async throws -> Empty {
    let name = try ResourceName(parsing: request.name, collection: "roleBindings", field: "name")
    let scope = try context.scope(inProject: name.project, field: "name")
    let empty = try await kit.mutate(request, context) { unit in
      guard let binding = try await store.binding(scope, uid: name.id) else {
        throw RPCError.notFound("role binding", request.name)
      }
      store.delete(binding, in: &unit)
      unit.record(binding.version(.delete, PurSightAPI.RoleBinding(binding, scope)))
      unit.audit(binding.revoked(scope))
      return Empty()
    }
    kit.authorizers.changed(scope)
    return empty
  }
}
