/// A principal has a role in a project. It is made and taken away, never changed.
package struct RoleBinding: Hashable, Sendable {
  /// Bytes of a principal; SPIFFE allows more, the audit log holds no more.
  package static let maxPrincipalBytes = 1024

  package let principal: String
  package let role: String
  package let state: ResourceState

  package init(principal: String, role: String, state: ResourceState) {
    self.principal = principal
    self.role = role
    self.state = state
  }

  /// A new binding.
  /// - Throws: `invalid` for a principal that nobody can have or a role that does not exist.
  package init(
    granting role: String, to principal: String, uid: String, at time: Int64, by actor: Actor
  ) throws(GovernanceError) {
    guard principal.hasPrefix("spiffe://"), principal.utf8.count <= Self.maxPrincipalBytes,
      principal.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
    else {
      throw GovernanceError(
        .invalid, field: "role_binding.principal",
        "\"\(principal.prefix(200))\" is no principal. Use a SPIFFE ID such as spiffe://dev/alice, "
          + "at most \(Self.maxPrincipalBytes) bytes.")
    }
    guard Role.builtIn.contains(where: { $0.name == role }) else {
      let names = Role.builtIn.map(\.name).joined(separator: ", ")
      throw GovernanceError(
        .invalid, field: "role_binding.role",
        "There is no role \"\(role.prefix(80))\". Use one of \(names).")
    }
    self.init(
      principal: principal, role: role,
      state: .created(uid: uid, at: time, by: actor))
  }

  /// `projects/{project}/roleBindings/{uid}`.
  package func name(in scope: Scope) -> String { "\(scope.name)/roleBindings/\(state.uid)" }
}
