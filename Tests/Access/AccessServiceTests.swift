import PurSightAPI
import PurSightAccess
import PurSightGovernance
import PurSightRPC
import PurSightServiceKit
import PurSightServiceTestSupport
import PurSightStorage
import PurSightTestSupport
import Testing

/// One after the other: each test opens connections of its own, and PostgreSQL has few.
@Suite(.serialized) struct AccessServiceTests {
  private static let permissions = RoleMatrixTests.methods.compactMap(\.permission)

  private func service() throws -> (ServiceFixture, Router) {
    let fixture = try ServiceFixture(permissions: Self.permissions)
    var router = Router()
    AccessService(fixture.kit, permissions: Self.permissions).register(on: &router)
    return (fixture, router)
  }

  private func grant(
    _ principal: String, _ role: String = "viewer", parent: String = "projects/default"
  ) -> CreateRoleBindingRequest {
    var request = CreateRoleBindingRequest()
    request.parent = parent
    request.roleBinding = .init(principal: principal, role: role)
    return request
  }

  private func create(
    _ fixture: ServiceFixture, _ router: Router, _ request: CreateRoleBindingRequest
  ) async throws -> PurSightAPI.RoleBinding {
    try await fixture.call(router, AccessServiceMethods.createRoleBinding, request).message
  }

  private func list(
    _ fixture: ServiceFixture, _ router: Router, size: Int32 = 0, token: String = ""
  ) async throws -> ListRoleBindingsResponse {
    var request = ListRoleBindingsRequest()
    request.parent = "projects/default"
    request.pageSize = size
    request.pageToken = token
    return try await fixture.call(router, AccessServiceMethods.listRoleBindings, request).message
  }

  @Test func `a grant is stored with version and event, and seen at once`() async throws {
    let (fixture, router) = try service()
    defer { fixture.end() }
    let made = try await create(fixture, router, grant("spiffe://dev/ana"))
    #expect(made.meta?.revision == 1)
    #expect(made.meta?.etag == "\"1\"")
    #expect(made.meta?.creator == "spiffe://dev/admin")
    #expect(made.name == "projects/default/roleBindings/\(made.meta?.uid ?? "")")
    #expect(try fixture.count("resource_version") == 1)
    #expect(try fixture.count("audit_event") == 1)
    let caller: Caller = try await fixture.call(
      router, AccessServiceMethods.getCaller, GetCallerRequest(), as: "spiffe://dev/ana"
    ).message
    #expect(caller.roles == ["viewer"])
    #expect(caller.permissions.contains("ingestion.datasets.read"))
    #expect(!caller.permissions.contains("ingestion.datasets.write"))
    #expect(caller.project == "projects/default")
  }

  @Test func `granting again changes nothing`() async throws {
    let (fixture, router) = try service()
    defer { fixture.end() }
    let first = try await create(fixture, router, grant("spiffe://dev/ana"))
    let second = try await create(fixture, router, grant("spiffe://dev/ana"))
    #expect(first == second)
    #expect(try fixture.count("audit_event") == 1)
  }

  @Test func `what is taken away is gone for the next call`() async throws {
    let (fixture, router) = try service()
    defer { fixture.end() }
    let made = try await create(fixture, router, grant("spiffe://dev/ana"))
    var request = DeleteRoleBindingRequest()
    request.name = made.name
    let deleted: (message: Empty, trailers: Metadata) = try await fixture.call(
      router, AccessServiceMethods.deleteRoleBinding, request)
    #expect(deleted.trailers["x-pursight-audit-id"] != nil)
    let caller: Caller = try await fixture.call(
      router, AccessServiceMethods.getCaller, GetCallerRequest(), as: "spiffe://dev/ana"
    ).message
    #expect(caller.roles.isEmpty)
    #expect(caller.permissions == ["access.caller.get"])
    let again = await status {
      let _: (message: Empty, trailers: Metadata) = try await fixture.call(
        router, AccessServiceMethods.deleteRoleBinding, request)
    }
    #expect(again?.code == .notFound)
  }

  @Test(arguments: [
    ("ana", "viewer", "projects/default"), ("spiffe://dev/ana", "vewer", "projects/default"),
    ("", "viewer", "projects/default"), ("spiffe://dev/ana", "", "projects/default"),
    ("spiffe://dev/ana", "viewer", "projects/other"), ("spiffe://dev/ana", "viewer", "default"),
    ("spiffe://dev/a\u{1b}[2J", "viewer", "projects/default"),
    ("spiffe://" + String(repeating: "x", count: 1016), "viewer", "projects/default"),
  ])
  func `what can not be granted is refused and writes nothing`(
    _ principal: String, _ role: String, _ parent: String
  ) async throws {
    let (fixture, router) = try service()
    defer { fixture.end() }
    let refused = await status {
      _ = try await create(fixture, router, grant(principal, role, parent: parent))
    }
    #expect(refused?.code == .invalidArgument)
    #expect(try fixture.count("role_binding") == 0)
    #expect(try fixture.count("audit_event") == 0)
  }

  @Test func `a principal of exactly 1024 bytes has its role`() async throws {
    let (fixture, router) = try service()
    defer { fixture.end() }
    let principal = "spiffe://" + String(repeating: "x", count: 1015)
    #expect(try await create(fixture, router, grant(principal)).principal == principal)
  }

  @Test func `pages hold all bindings once and in order`() async throws {
    let (fixture, router) = try service()
    defer { fixture.end() }
    let principals = (0..<7).map { "spiffe://dev/p\($0)" }
    for principal in principals { _ = try await create(fixture, router, grant(principal)) }
    var found: [String] = []
    var sizes: [Int] = []
    var token = ""
    repeat {
      let page = try await list(fixture, router, size: 3, token: token)
      found += page.roleBindings.map(\.principal)
      sizes.append(page.roleBindings.count)
      token = page.nextPageToken
    } while !token.isEmpty
    #expect(found == principals)
    #expect(sizes == [3, 3, 1])
  }

  @Test func `roles are spelt out`() async throws {
    let (fixture, router) = try service()
    defer { fixture.end() }
    let roles: ListRolesResponse = try await fixture.call(
      router, AccessServiceMethods.listRoles, ListRolesRequest()
    ).message
    #expect(roles.roles.map(\.name) == ["viewer", "editor", "admin"])
    #expect(roles.roles.last?.permissions == Set(Self.permissions).sorted())
  }
}
