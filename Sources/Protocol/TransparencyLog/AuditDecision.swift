/// The policy's answer.
package struct AuditDecision: Hashable, Sendable {
  /// Whether the act was allowed.
  package var isAllowed: Bool
  /// The permission that was asked for, such as `dataset.read`.
  package var permission: String
  /// The policy or role that decided; empty when none matched.
  package var policy: String
  /// That policy's version.
  package var policyVersion: UInt64

  /// Describes a decision.
  package init(isAllowed: Bool, permission: String, policy: String = "", policyVersion: UInt64 = 0)
  {
    self.isAllowed = isAllowed
    self.permission = permission
    self.policy = policy
    self.policyVersion = policyVersion
  }
}
