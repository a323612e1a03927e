/// A set of permissions under a name. The three built-in ones; deny is the default.
package struct Role: Hashable, Sendable {
  package let name: String
  package let summary: String
  /// Permissions, or patterns with `*` for a whole part: `catalog.*.get`.
  package let grants: [String]

  package static let viewer = Role(
    name: "viewer", summary: "Sees everything but rows in quarantine and the audit log's leaves.",
    grants: [
      "access.roles.list", "catalog.*.get", "catalog.*.list",
      "ingestion.datasets.get", "ingestion.datasets.list", "ingestion.datasets.read",
      "quality.*.get", "quality.*.list", "audit.proofs.get",
    ])
  package static let editor = Role(
    name: "editor", summary: "Changes the catalog, loads data, writes rules and runs them.",
    grants: viewer.grants + ["catalog.*.*", "ingestion.*.*", "quality.*.*"])
  package static let admin = Role(
    name: "admin", summary: "May do everything, grant roles and read the audit log.",
    grants: ["*.*.*"])

  /// What everybody may who has proven who they are; nobody is bound to it.
  package static let everyone = Role(
    name: "everyone", summary: "May ask who it is.", grants: ["access.caller.get"])

  package static let builtIn = [viewer, editor, admin]

  /// Whether the role gives a permission, such as `catalog.assets.get`.
  package func allows(_ permission: String) -> Bool {
    grants.contains { Self.matches($0, permission) }
  }

  private static func matches(_ grant: String, _ permission: String) -> Bool {
    let pattern = grant.split(separator: ".")
    let parts = permission.split(separator: ".")
    guard pattern.count == parts.count else { return false }
    return zip(pattern, parts).allSatisfy { $0 == "*" || $0 == $1 }
  }
}
