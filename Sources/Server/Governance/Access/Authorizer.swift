/// Who may do what in one project, as a value: fed from Storage, asked by the interceptor.
///
/// Deny is the default: a principal without a binding, or a binding to a role that is not known,
/// gives nothing.
package struct Authorizer: Sendable {
  private let permissions: Set<String>
  private let bindings: [String: Set<String>]
  private let roles: [String: Role]

  /// - Parameters:
  ///   - bindings: Principal and role, as granted.
  ///   - permissions: All permissions that there are, to spell patterns out.
  package init(
    bindings: [(principal: String, role: String)], permissions: [String],
    roles: [Role] = Role.builtIn
  ) {
    self.permissions = Set(permissions)
    self.roles = Dictionary(roles.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    self.bindings = bindings.reduce(into: [:]) { $0[$1.principal, default: []].insert($1.role) }
  }

  package enum Decision: Hashable, Sendable {
    case allowed(role: String)
    /// `roles` would have given it.
    case denied(permission: String, roles: [String])
  }

  package func decide(_ principal: String, _ permission: String) -> Decision {
    if Role.everyone.allows(permission) { return .allowed(role: Role.everyone.name) }
    for name in bindings[principal, default: []].sorted() {
      if let role = roles[name], role.allows(permission) { return .allowed(role: name) }
    }
    let giving = roles.values.filter { $0.allows(permission) }.map(\.name).sorted()
    return .denied(permission: permission, roles: giving)
  }

  /// The roles of a principal, sorted.
  package func roles(of principal: String) -> [String] {
    bindings[principal, default: []].sorted()
  }

  /// Everything a principal may do, spelt out and sorted.
  package func permissions(of principal: String) -> [String] {
    let held = [Role.everyone] + bindings[principal, default: []].compactMap { roles[$0] }
    return permissions.filter { permission in held.contains { $0.allows(permission) } }.sorted()
  }
}
