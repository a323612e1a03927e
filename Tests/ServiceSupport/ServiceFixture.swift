internal import PurSightCrypto
package import PurSightGovernance
internal import PurSightNet
internal import PurSightPrivateCluster
package import PurSightPostgres
package import PurSightRPC
package import PurSightServiceKit
package import PurSightStorage
package import PurSightTestSupport
internal import Synchronization

/// What a service is tested in: a migrated database of its own, a Storage connected as servers are,
/// and a ServiceContext. Calls run through the generated code; see `call`.
package struct ServiceFixture: Sendable {
  /// 2026-03-01T12:00:00Z in microseconds since 1970.
  package static let time: Int64 = 1_772_366_400_000_000
  private static let group = Result { try EventLoopGroup(count: 1, name: "service-test") }

  /// A clock that stands still until a test moves it.
  package final class Clock: Sendable {
    private let microseconds = Mutex(ServiceFixture.time)
    package var now: Int64 { microseconds.withLock { $0 } }
    package func advance(by difference: Int64) { microseconds.withLock { $0 += difference } }
  }

  package let temporary: TemporaryPostgres.Database
  package let database: PostgresDatabase
  package let storage: Storage
  package let kit: ServiceContext
  package let clock = Clock()
  package let scope = Scope(project: 1, slug: "default")

  /// - Parameter permissions: All that there are, for the authorizer.
  package init(permissions: [String] = []) throws {
    temporary = try TemporaryPostgres.database("services") { database in
      let scripts = Migration.all.map(\.script).joined(separator: "\n;")
      try database.execute("SET ROLE pursight_owner;" + scripts)
    }
    var configuration = PostgresConfiguration(
      connection: temporary.connectionString(as: .app))
    configuration.connectionsPerLoop = 3
    configuration.pipelinesPerLoop = 1
    configuration.maxWaitersPerConnection = 64
    configuration.waitLimit = .seconds(10)
    database = PostgresDatabase(configuration, loops: try Self.group.get().loops)
    let clock = clock
    storage = Storage(
      database: database,
      keys: try StorageKeys(keyEncryptionKey: [UInt8](repeating: 7, count: 32)),
      clock: { clock.now })
    kit = ServiceContext(
      storage: storage, authorizers: Authorizers(storage, permissions: permissions),
      pageTokens: PageTokens(key: [UInt8](repeating: 9, count: 32)), clock: { clock.now },
      makeUID: { UUID.version7().description }, computeExecutor: globalConcurrentExecutor,
      serverVersion: "test")
  }

  /// Gives the connections back; PostgreSQL has few.
  package func end() {
    let database = database
    Task { await database.shutDown() }
  }

  /// A peer with a certificate of that SPIFFE ID, or without one.
  package static func peer(_ spiffeID: String?) -> Peer {
    Peer(
      spiffeID: spiffeID, subject: "", names: [],
      certificateFingerprint: spiffeID == nil ? "" : String(repeating: "0", count: 64),
      address: "127.0.0.1:4711", isEncrypted: true)
  }

  /// Calls a unary method of a router as a principal, past authentication and authorization.
  /// - Returns: The answer and the trailing metadata.
  package func call<Answer: RPCMessage>(
    _ router: Router, _ method: MethodInfo, _ request: some RPCMessage,
    as principal: String = "spiffe://dev/admin", answer: Answer.Type = Answer.self
  ) async throws -> (message: Answer, trailers: Metadata) {
    let recorded = RecordedCall(method, [request.serialized()], peer: Self.peer(principal))
    identify(recorded, as: principal)
    let answers = try await Self.run(router, recorded)
    guard answers.count == 1 else {
      throw RPCError(.internal, "\(answers.count) answers instead of one")
    }
    return (try Answer(serialized: answers[0]), recorded.trailers)
  }

  /// Gives a recorded call the identity that authentication would have given it.
  package func identify(_ call: RecordedCall, as principal: String = "spiffe://dev/admin") {
    ServerContext(call)[CallIdentity.Key.self] = CallIdentity(
      principal: principal, scope: scope,
      actor: Actor(
        principal: principal, peerAddress: "127.0.0.1:4711",
        method: String(call.method.path.dropFirst()), requestID: "test"))
  }

  /// Runs a recorded call through a router and answers what was sent.
  package static func run(_ router: Router, _ call: RecordedCall) async throws -> [[UInt8]] {
    guard let route = router.routes.first(where: { $0.method.path == call.method.path }) else {
      throw RPCError(.unimplemented, call.method.path)
    }
    try await route.handler(ServerContext(call))
    return call.answers
  }

  package func count(_ table: String) throws -> Int {
    Int(try temporary.execute("SELECT count(*) FROM \(table)")[0] ?? "") ?? -1
  }
}

/// The status of the error that `body` throws, as the error table gives it; nil when it throws
/// none.
package func status(_ body: () async throws -> Void) async -> RPCError? {
  do {
    try await body()
    return nil
  } catch {
    return ErrorTable.status(for: error) ?? ErrorTable.unforeseen(requestID: "test")
  }
}
