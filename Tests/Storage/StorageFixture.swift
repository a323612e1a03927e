import PurSightCrypto
import PurSightGovernance
import PurSightNet
import PurSightPostgres
import PurSightPrivateCluster
import PurSightStorage
import PurSightTestSupport
import Synchronization

/// A migrated database of its own and a Storage over it that is connected as servers are.
struct StorageFixture {
  static let group = Result { try EventLoopGroup(count: 2, name: "storage-test") }
  /// 2026-03-01T12:00:00Z.
  static let time: Int64 = 1_772_366_400_000_000

  /// A clock that stands still until a test moves it.
  final class Clock: Sendable {
    private let microseconds = Mutex(StorageFixture.time)
    var now: Int64 { microseconds.withLock { $0 } }
    func advance(by difference: Int64) { microseconds.withLock { $0 += difference } }
  }

  let temporary: TemporaryPostgres.Database
  let database: PostgresDatabase
  let storage: Storage
  let clock = Clock()
  let scope = Scope(project: 1, slug: "default")
  let actor = Actor(
    principal: "spiffe://dev/admin", peerAddress: "192.0.2.7:4711", method: "test.Service/Change",
    requestID: "r-1")

  init() async throws {
    temporary = try TemporaryPostgres.database("storage-room") { database in
      let scripts = Migration.all.map(\.script).joined(separator: "\n;")
      try database.execute("SET ROLE pursight_owner;" + scripts)
    }
    var configuration = PostgresConfiguration(
      connection: temporary.connectionString(as: .app))
    configuration.connectionsPerLoop = 4
    configuration.maxWaitersPerConnection = 16
    configuration.waitLimit = .seconds(10)
    database = PostgresDatabase(configuration, loops: try Self.group.get().loops)
    let clock = clock
    storage = Storage(
      database: database,
      keys: try StorageKeys(keyEncryptionKey: [UInt8](repeating: 7, count: 32)),
      clock: { clock.now })
  }

  /// Gives the connections back.
  func end() {
    let database = database
    Task { await database.shutDown() }
  }

  /// A second project, made by the owner's hands.
  func otherProject() throws -> Scope {
    try temporary.execute("INSERT INTO project (slug) VALUES ('other')")
    let id = try temporary.execute("SELECT project_id FROM project WHERE slug = 'other'")
    return Scope(project: Int32(id[0] ?? "") ?? 0, slug: "other")
  }

  func unit() -> UnitOfWork { UnitOfWork(scope, actor, at: clock.now) }

  /// An INSERT of a source of that name.
  func source(_ slug: String, uid: UUID = .version7()) -> SQL {
    """
    INSERT INTO source (project_id, uid, slug, kind, display_name, description, uri, owners, \
    property_keys, property_values, revision, create_time, update_time, creator, updater) VALUES \
    (\(scope.project), \(uid: uid.description), \(slug), 1, '', '', '', '{}', '{}', '{}', 1, \
    \(time: clock.now), \(time: clock.now), 'a', 'a')
    """
  }

  func count(_ table: String) throws -> Int {
    Int(try temporary.execute("SELECT count(*) FROM \(table)")[0] ?? "") ?? -1
  }
}

/// The code of the StorageError that `body` throws; nil when it throws none.
func storageCode(_ body: () async throws -> Void) async -> StorageError.Code? {
  do { try await body() } catch { return (error as? StorageError)?.code }
  return nil
}
