@testable import PurSightApp
import PurSightAPI
import PurSightGovernance
import PurSightRPC
import PurSightServiceKit
import PurSightServiceTestSupport
import PurSightStorage
import PurSightTelemetry
import PurSightTestSupport
import Synchronization
import Testing

/// One after the other: each test opens connections of its own, and PostgreSQL has few.
@Suite(.serialized) struct InterceptorTests {
  private final class Lines: Sendable {
    private let kept = Mutex<[String]>([])
    var all: [String] { kept.withLock { $0 } }
    func add(_ line: [UInt8]) {
      kept.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
    }
  }

  private let lines = Lines()

  /// All services behind the interceptors of a listener.
  private func router(_ fixture: ServiceFixture, _ policy: CallerPolicy) -> Router {
    let readiness = Readiness()
    readiness.set(isServing: true)
    let services = ServiceSet(fixture.kit, readiness: readiness)
    let lines = lines
    return services.router.intercepted(by: [
      CallInterceptor(
        logger: Logger(level: .debug, clock: { 0 }, sink: { lines.add($0) }),
        makeUID: { "made-id" }),
      AuthenticationInterceptor(policy: policy, storage: fixture.storage),
      AuthorizationInterceptor(
        authorizers: fixture.kit.authorizers, denials: DenialLog(fixture.storage)),
    ])
  }

  private func fixture() throws -> ServiceFixture {
    try ServiceFixture(permissions: ServiceSet.permissions)
  }

  private func listBindings(
    as id: String?, metadata: [(String, String)] = []
  ) -> RecordedCall {
    var request = ListRoleBindingsRequest()
    request.parent = "projects/default"
    var sent = Metadata()
    for (name, value) in metadata { sent.add(name, value) }
    return RecordedCall(
      AccessServiceMethods.listRoleBindings, [request.serialized()],
      peer: ServiceFixture.peer(id), metadata: sent)
  }

  @Test func `a viewer is refused, told why, and the refusal is audited`() async throws {
    let fixture = try fixture()
    defer { fixture.end() }
    let router = router(fixture, .certificate(trustDomain: "dev"))
    let store = AccessStore(fixture.storage)
    try await store.grant("viewer", to: "spiffe://dev/v", in: fixture.scope, by: .system("test"))
    let call = listBindings(as: "spiffe://dev/v")
    let refused = await status { _ = try await ServiceFixture.run(router, call) }
    #expect(refused?.code == .permissionDenied)
    #expect(
      refused?.message
        == "spiffe://dev/v needs access.roleBindings.list on default (roles: admin)")
    #expect(try fixture.count("audit_event") == 2)
    try await store.grant("admin", to: "spiffe://dev/v", in: fixture.scope, by: .system("test"))
    fixture.kit.authorizers.changed(fixture.scope)
    let answers = try await ServiceFixture.run(router, listBindings(as: "spiffe://dev/v"))
    #expect(try ListRoleBindingsResponse(serialized: answers[0]).roleBindings.count == 2)
  }

  @Test func `every method of ours is closed to a stranger, whatever it sends`() async throws {
    let fixture = try fixture()
    defer { fixture.end() }
    let router = router(fixture, .certificate(trustDomain: nil))
    for route in router.routes
    where route.method.permission != nil && route.method.name != "GetCaller" {
      let call = RecordedCall(
        route.method, [[0xff]], peer: ServiceFixture.peer("spiffe://dev/stranger"))
      let refused = await status { _ = try await ServiceFixture.run(router, call) }
      #expect(refused?.code == .permissionDenied, "\(route.method.path)")
    }
  }

  @Test func `only health and reflection are open to nobody in particular`() async throws {
    let fixture = try fixture()
    defer { fixture.end() }
    let router = router(fixture, .anonymous)
    let open = router.routes.filter { $0.method.permission == nil }.map(\.method.service)
    #expect(
      Set(open) == [
        "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
        "grpc.reflection.v1alpha.ServerReflection",
      ])
    let health = RecordedCall(
      HealthMethods.check, [HealthCheckRequest().serialized()], peer: ServiceFixture.peer(nil))
    let answer = try HealthCheckResponse(
      serialized: try await ServiceFixture.run(router, health)[0])
    #expect(answer.status == .serving)
    let refused = await status { _ = try await ServiceFixture.run(router, listBindings(as: nil)) }
    #expect(refused?.code == .unauthenticated)
  }

  @Test func `an error leaves with its request id and a line in the log`() async throws {
    let fixture = try fixture()
    defer { fixture.end() }
    let router = router(fixture, .anonymous)
    for (given, expected) in [
      ("id-1", "id-1"), ("", "made-id"), ("two words", "made-id"),
      (String(repeating: "x", count: 129), "made-id"),
      (String(repeating: "x", count: 128), String(repeating: "x", count: 128)),
    ] {
      let call = listBindings(as: nil, metadata: given.isEmpty ? [] : [("x-request-id", given)])
      let refused = await status { _ = try await ServiceFixture.run(router, call) }
      let info = try #require(
        refused?.details.first { $0.typeName == RequestInfo.protoName })
      #expect(try RequestInfo(serialized: info.value).requestID == expected)
      #expect(call.initialMetadata["x-request-id"] == expected)
      #expect(lines.all.last?.contains("\"request_id\":\"\(expected)\"") == true)
      #expect(lines.all.last?.contains("\"level\":\"info\"") == true)
    }
  }

  @Test func `a project that does not exist is not found`() async throws {
    let fixture = try fixture()
    defer { fixture.end() }
    let router = router(fixture, .certificate(trustDomain: "dev"))
    let call = listBindings(
      as: "spiffe://dev/admin", metadata: [("x-pursight-project", "nowhere")])
    let refused = await status { _ = try await ServiceFixture.run(router, call) }
    #expect(refused?.code == .notFound)
  }

  private static let policies: [(String?, CallerPolicy, String?)] = [
    ("spiffe://dev/admin", .certificate(trustDomain: "dev"), "spiffe://dev/admin"),
    ("spiffe://dev/admin", .certificate(trustDomain: nil), "spiffe://dev/admin"),
    ("spiffe://development/admin", .certificate(trustDomain: "dev"), nil),
    (nil, .certificate(trustDomain: nil), nil),
    ("spiffe://dev/admin", .anonymous, nil),
    (nil, .loopback(principal: "spiffe://dev/admin"), "spiffe://dev/admin"),
    ("spiffe://dev/" + String(repeating: "x", count: 1012), .certificate(trustDomain: "dev"), nil),
  ]

  @Test(arguments: policies) func `the policy decides who a peer is`(
    _ id: String?, _ policy: CallerPolicy, _ expected: String?
  ) {
    #expect(
      (try? AuthenticationInterceptor.principal(of: ServiceFixture.peer(id), policy)) == expected)
  }

  @Test func `the loopback policy is for this machine only`() {
    let peer = Peer(
      spiffeID: nil, subject: "", names: [], certificateFingerprint: "",
      address: "192.0.2.1:4711", isEncrypted: false)
    #expect(throws: RPCError.self) {
      try AuthenticationInterceptor.principal(of: peer, .loopback(principal: "p"))
    }
  }

  @Test func `a refusal finds the resource of every method that names one`() {
    let named = ServiceSet.methods.filter { $0.resourceField != nil && !$0.clientStreams }
    #expect(RequestedResource.paths == Set(named.map(\.path)))
    #expect(named.count > 30)
  }
}
