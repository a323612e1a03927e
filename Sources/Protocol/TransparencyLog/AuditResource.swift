/// One thing that an event touched.
package struct AuditResource: Hashable, Sendable {
  /// The kind, such as `dataset`.
  package var kind: String
  /// The identifier, which survives renaming.
  package var identifier: String
  /// The version before the act; nil when there was none.
  package var versionBefore: UInt64?
  /// The version after the act; nil when there is none.
  package var versionAfter: UInt64?

  /// Names a resource.
  package init(
    kind: String, identifier: String, versionBefore: UInt64? = nil, versionAfter: UInt64? = nil
  ) {
    self.kind = kind
    self.identifier = identifier
    self.versionBefore = versionBefore
    self.versionAfter = versionAfter
  }
}
