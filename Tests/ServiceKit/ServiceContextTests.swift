@testable import PurSightServiceKit
import PurSightAPI
import PurSightGovernance
import PurSightNet
import PurSightPostgres
import PurSightRPC
import PurSightServiceTestSupport
import PurSightStorage
import PurSightTestSupport
import Testing

extension CreateRoleBindingRequest: MutationRequest {}

/// One after the other: each test opens connections of its own, and PostgreSQL has few.
@Suite(.serialized) struct ServiceContextTests {
  private static let method = AccessServiceMethods.createRoleBinding

  private func context(_ fixture: ServiceFixture) -> (ServerContext, RecordedCall) {
    let call = RecordedCall(Self.method, [], peer: ServiceFixture.peer("spiffe://dev/admin"))
    let context = ServerContext(call)
    let actor = Actor(
      principal: "spiffe://dev/admin", peerAddress: "127.0.0.1:1", method: "test.S/M",
      requestID: "r")
    context[CallIdentity.Key.self] = CallIdentity(
      principal: actor.principal, scope: fixture.scope, actor: actor)
    return (context, call)
  }

  private func request(
    _ principal: String, id: String = "", validateOnly: Bool = false
  ) -> CreateRoleBindingRequest {
    var request = CreateRoleBindingRequest()
    request.parent = "projects/default"
    request.roleBinding = .init(principal: principal, role: "viewer")
    request.requestID = id
    request.validateOnly = validateOnly
    return request
  }

  /// Stores a subject's row, which has the fewest columns, and answers its name.
  private func decide(_ name: String, _ unit: inout UnitOfWork) -> Caller {
    unit.add(
      """
      INSERT INTO access_generation (project_id, generation) VALUES (1, 1) \
      ON CONFLICT (project_id) DO UPDATE SET generation = access_generation.generation + 1
      """)
    unit.audit(AuditRecord(.create))
    return Caller(principal: name)
  }

  @Test func `a mutation's answer carries the id of its audit event`() async throws {
    let fixture = try ServiceFixture()
    defer { fixture.end() }
    let (context, call) = context(fixture)
    _ = try await fixture.kit.mutate(request("a"), context) { unit in decide("a", &unit) }
    let id = try #require(call.trailers["x-pursight-audit-id"])
    let stored = try fixture.temporary.execute("SELECT event_id::text FROM audit_event")
    #expect(stored == [id])
  }

  @Test func `a repeated request is not decided again`() async throws {
    let fixture = try ServiceFixture()
    defer { fixture.end() }
    let id = "0190b5a2-7c1d-7a3e-9f00-1c2d3e4f5a6b"
    var decisions = 0
    for _ in 0..<3 {
      let (context, _) = context(fixture)
      let answer = try await fixture.kit.mutate(request("a", id: id), context) { unit in
        decisions += 1
        return decide("answer \(decisions)", &unit)
      }
      #expect(answer.principal == "answer 1")
    }
    #expect(decisions == 1)
    let (context, _) = context(fixture)
    let reused = await status {
      _ = try await fixture.kit.mutate(request("b", id: id), context) { unit in
        decide("b", &unit)
      }
    }
    #expect(reused?.code == .invalidArgument)
  }

  @Test func `validate_only decides, answers and leaves nothing`() async throws {
    let fixture = try ServiceFixture()
    defer { fixture.end() }
    let (context, call) = context(fixture)
    let answer = try await fixture.kit.mutate(request("a", validateOnly: true), context) {
      unit in decide("a", &unit)
    }
    #expect(answer.principal == "a")
    #expect(call.trailers.isEmpty)
    #expect(try fixture.count("audit_event") == 0)
    #expect(try fixture.count("access_generation") == 0)
  }

  @Test func `a decision that changes nothing is not committed`() async throws {
    let fixture = try ServiceFixture()
    defer { fixture.end() }
    let (context, call) = context(fixture)
    _ = try await fixture.kit.mutate(request("a"), context) { _ in Caller(principal: "a") }
    #expect(call.trailers.isEmpty)
    #expect(try fixture.count("audit_event") == 0)
  }

  @Test func `a call that no interceptor let through is refused`() async throws {
    let fixture = try ServiceFixture()
    defer { fixture.end() }
    let call = RecordedCall(Self.method, [], peer: ServiceFixture.peer(nil))
    let refused = await status {
      _ = try await fixture.kit.mutate(request("a"), ServerContext(call)) { unit in
        decide("a", &unit)
      }
    }
    #expect(refused?.code == .unauthenticated)
  }

  @Test func `a name of another project than the call's is refused`() throws {
    let fixture = try ServiceFixture()
    defer { fixture.end() }
    let (context, _) = context(fixture)
    #expect(try context.scope(ofParent: "projects/default") == fixture.scope)
    for parent in ["projects/other", "projects/", "default", "projects/default/x"] {
      #expect(throws: (any Error).self) { try context.scope(ofParent: parent) }
    }
  }

  @Test func `computing leaves the event loop and comes back to it`() async throws {
    let fixture = try ServiceFixture()
    defer { fixture.end() }
    let group = try EventLoopGroup(count: 1, name: "compute-test")
    let loop = group.loops[0]
    let kit = fixture.kit
    let places = await Task(executorPreference: loop) {
      let before = loop.isCurrent
      let inside = await kit.compute { loop.isCurrent }
      return [before, inside, loop.isCurrent]
    }.value
    #expect(places == [true, false, true])
  }

  @Test func `what may be classified leaves a read event before it is read`() async throws {
    let fixture = try ServiceFixture()
    defer { fixture.end() }
    let (context, call) = context(fixture)
    try await fixture.kit.auditRead(
      context, [.init("projects/default/datasets/d", revisionBefore: 1, revisionAfter: 1)])
    #expect(call.initialMetadata["x-pursight-audit-id"] != nil)
    #expect(try fixture.count("audit_event") == 1)
  }

  // MARK: Authorizers

  @Test func `a change on this server is seen by the next call`() async throws {
    let fixture = try ServiceFixture(permissions: ["catalog.assets.get"])
    defer { fixture.end() }
    let authorizers = fixture.kit.authorizers
    let store = AccessStore(fixture.storage)
    #expect(try await authorizers.authorizer(fixture.scope).roles(of: "spiffe://dev/a") == [])
    try await store.grant("viewer", to: "spiffe://dev/a", in: fixture.scope, by: .system("test"))
    authorizers.changed(fixture.scope)
    #expect(
      try await authorizers.authorizer(fixture.scope).roles(of: "spiffe://dev/a") == ["viewer"])
  }

  @Test func `a change by another server is seen once the half second is over`() async throws {
    let fixture = try ServiceFixture()
    defer { fixture.end() }
    let store = AccessStore(fixture.storage)
    let here = Authorizers(fixture.storage, permissions: [])
    let start = ContinuousClock.now
    func roles(_ offset: Duration) async throws -> [String] {
      try await here.authorizer(fixture.scope, at: start + offset).roles(of: "spiffe://dev/a")
    }
    #expect(try await roles(.zero) == [])
    try await store.grant("viewer", to: "spiffe://dev/a", in: fixture.scope, by: .system("there"))
    #expect(try await roles(.milliseconds(499)) == [])
    #expect(try await roles(.milliseconds(500)) == ["viewer"])
  }

  @Test func `bindings of one project give nothing in another`() async throws {
    let fixture = try ServiceFixture()
    defer { fixture.end() }
    try fixture.temporary.execute("INSERT INTO project (slug) VALUES ('other')")
    let other = try await fixture.storage.scope(of: "other")
    let store = AccessStore(fixture.storage)
    try await store.grant("admin", to: "spiffe://dev/a", in: fixture.scope, by: .system("test"))
    #expect(
      try await fixture.kit.authorizers.authorizer(other).roles(of: "spiffe://dev/a") == [])
  }

  // MARK: Denials

  @Test func `refusals in a loop are counted, and the next minute's event says how many`()
    async throws
  {
    let fixture = try ServiceFixture()
    defer { fixture.end() }
    let log = DenialLog(fixture.storage)
    let actor = Actor(principal: "p", peerAddress: "", method: "m", requestID: "")
    let admitted = (0..<50).compactMap { log.admit(actor, fixture.scope, Int64($0)) }
    #expect(admitted == [Int](repeating: 0, count: 20))
    let other = Actor(principal: "q", peerAddress: "", method: "m", requestID: "")
    #expect(log.admit(other, fixture.scope, 1) == 0)
    #expect(log.admit(actor, fixture.scope, 59_999_999) == nil)
    #expect(log.admit(actor, fixture.scope, 60_000_000) == 31)
    #expect(log.admit(actor, fixture.scope, 60_000_001) == 0)
  }

  @Test func `a refusal is in the audit log`() async throws {
    let fixture = try ServiceFixture()
    defer { fixture.end() }
    let log = DenialLog(fixture.storage)
    let actor = Actor(
      principal: "spiffe://dev/guest", peerAddress: "192.0.2.1:1", method: "a.B/C", requestID: "")
    try await log.record(
      actor, fixture.scope, permission: "ingestion.datasets.read",
      resource: "projects/default/datasets/flights")
    let text = try fixture.temporary.execute("SELECT encode(body, 'escape') FROM audit_event")
    #expect(text[0]?.contains("ingestion.datasets.read") == true)
    #expect(text[0]?.contains("projects/default/datasets/flights") == true)
    #expect(try fixture.count("audit_pending") == 1)
  }
}
