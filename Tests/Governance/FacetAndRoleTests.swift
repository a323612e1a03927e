import Testing

@testable import PurSightGovernance

@Suite("Facets and roles")
struct FacetAndRoleTests {
  @Test func `people win over the source, field by field`() {
    let facets = Facets(
      source: Facet(
        description: "from the file", owners: ["team:data"], columns: [1: "s", 2: "s"]),
      curated: Facet(description: "what people say", columns: [2: "c"]),
      derived: Facet(owners: ["derived"], columns: [3: "d"]))
    #expect(
      facets.effective
        == Facet(
          description: "what people say", owners: ["team:data"], columns: [1: "s", 2: "c", 3: "d"]))
  }

  let authorizer = Authorizer(
    bindings: [
      ("spiffe://dev/admin", "admin"), ("spiffe://dev/viewer", "viewer"),
      ("spiffe://dev/odd", "no-such-role"),
    ],
    permissions: ["catalog.assets.get", "catalog.assets.create", "audit.leaves.read"])

  @Test func `deny is the default`() {
    for principal in ["", "spiffe://dev/guest", "spiffe://dev/odd", "spiffe://dev/admin2"] {
      #expect(
        authorizer.decide(principal, "catalog.assets.get")
          == .denied(permission: "catalog.assets.get", roles: ["admin", "editor", "viewer"]))
    }
  }

  @Test func `a viewer sees and changes nothing`() {
    let viewer = "spiffe://dev/viewer"
    #expect(authorizer.decide(viewer, "catalog.assets.get") == .allowed(role: "viewer"))
    #expect(
      authorizer.decide(viewer, "catalog.assets.create")
        == .denied(permission: "catalog.assets.create", roles: ["admin", "editor"]))
    #expect(
      authorizer.decide(viewer, "audit.leaves.read")
        == .denied(permission: "audit.leaves.read", roles: ["admin"]))
    #expect(authorizer.permissions(of: viewer) == ["catalog.assets.get"])
  }

  @Test func `a permission of another shape matches no pattern`() {
    #expect(!Role.admin.allows("catalog.assets"))
    #expect(!Role.admin.allows("a.b.c.d"))
    #expect(Role.admin.allows("a.b.c"))
  }
}
