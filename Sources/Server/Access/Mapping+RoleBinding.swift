internal import PurSightAPI
internal import PurSightGovernance
internal import PurSightRPC
internal import PurSightServiceKit
internal import PurSightStorage

extension PurSightAPI.RoleBinding {
  init(_ binding: PurSightGovernance.RoleBinding, _ scope: Scope) {
    self.init(
      name: binding.name(in: scope), principal: binding.principal, role: binding.role,
      meta: ResourceMeta(binding.state))
  }
}

extension PurSightGovernance.RoleBinding {
  /// The row of its history that a change leaves: deleting is the revision after the last.
  func version(
    _ operation: ResourceVersion.Operation, _ body: PurSightAPI.RoleBinding
  ) -> ResourceVersion {
    ResourceVersion(
      .roleBinding, uid: state.uid, revision: state.revision + (operation == .delete ? 1 : 0),
      operation: operation, body: body.serialized())
  }

  func granted(_ scope: Scope) -> AuditRecord {
    AuditRecord(
      .create,
      resources: [.init(name(in: scope), revisionBefore: 0, revisionAfter: state.revision)],
      changes: [
        .text("principal", before: nil, after: principal), .text("role", before: nil, after: role),
      ])
  }

  func revoked(_ scope: Scope) -> AuditRecord {
    AuditRecord(
      .delete,
      resources: [.init(name(in: scope), revisionBefore: state.revision, revisionAfter: 0)],
      changes: [
        .text("principal", before: principal, after: nil), .text("role", before: role, after: nil),
      ])
  }
}
