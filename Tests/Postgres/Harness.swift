internal import PurSightNet
internal import PurSightPostgres
internal import PurSightPrivateCluster
internal import PurSightTestSupport
internal import Synchronization
internal import Testing

/// Event loops and a database of its own for a test, with two projects' rows under row-level
/// security.
struct Harness {
  /// The loops of all tests; they live as long as the process.
  static let group = Result { try EventLoopGroup(count: 2, name: "test") }

  let loops: [EventLoop]
  let temporary: TemporaryPostgres.Database
  let configuration: PostgresConfiguration
  let database: PostgresDatabase

  /// Makes a copy of the template and opens it.
  init(
    as role: PrivateCluster.Role = .app, loops: Int = 2,
    _ change: (inout PostgresConfiguration) -> Void = { _ in }
  ) throws {
    self.loops = Array(try Self.group.get().loops.prefix(loops))
    temporary = try TemporaryPostgres.database("postgres-room") { try $0.execute(Self.schema) }
    var configuration = PostgresConfiguration(connection: temporary.connectionString(as: role))
    // A busy machine must not fail a test that is about something else.
    configuration.waitLimit = .seconds(60)
    configuration.reconnectLimit = .seconds(60)
    configuration.connectLimit = .seconds(60)
    configuration.readLimit = .seconds(60)
    configuration.drainLimit = .seconds(10)
    change(&configuration)
    self.configuration = configuration
    database = PostgresDatabase(configuration, loops: self.loops)
  }

  private static let schema = """
    CREATE TABLE item (project int NOT NULL, name text NOT NULL, size int8 NOT NULL DEFAULT 0,
      CONSTRAINT item_size CHECK (size >= 0));
    CREATE UNIQUE INDEX item_name ON item (project, name);
    ALTER TABLE item ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON item USING
      (project = nullif(current_setting('pursight.project', true), '')::int
       OR current_setting('pursight.system', true) = 'on');
    GRANT SELECT, INSERT, UPDATE, DELETE ON item TO pursight_app;
    INSERT INTO item SELECT p, 'item' || n, n
      FROM generate_series(1, 2) p, generate_series(1, 10) n;
    CREATE TABLE plain (a int8, b bytea);
    GRANT ALL ON plain TO pursight_app;
    """
}

/// Returns the code of the error that an operation throws; nil when it throws none.
func code(
  _ body: () async throws(PostgresError) -> Void
) async -> PostgresError.Code? {
  do throws(PostgresError) {
    try await body()
    return nil
  } catch {
    return error.code
  }
}

extension Harness {
  /// Waits until something that happens on other threads holds; for at most a minute.
  func wait(_ condition: () throws -> Bool) async rethrows {
    let clock = ContinuousClock()
    let end = clock.now.advanced(by: .seconds(60))
    while try !condition(), clock.now < end { try? await Task.sleep(for: .milliseconds(5)) }
  }

  /// Waits until the server executes a statement with this text.
  func waitUntilRunning(_ text: String) async throws {
    try await wait {
      try temporary.execute(
        """
        SELECT pid FROM pg_stat_activity
        WHERE state = 'active' AND datname = '\(temporary.name)' AND query LIKE '\(text)%'
        """
      ).isEmpty == false
    }
  }

  /// Expects that the server soon executes no statement with this text: well before it ends.
  func expectGone(_ text: String) async throws {
    var isGone = false
    try await wait {
      isGone = try temporary.execute(
        """
        SELECT pid FROM pg_stat_activity
        WHERE state = 'active' AND datname = '\(temporary.name)' AND query LIKE '\(text)%'
        """
      ).isEmpty
      return isGone
    }
    #expect(isGone, "\(text) still runs")
  }
}

extension Harness {
  /// Waits until a backend of this database cannot send because nobody reads.
  ///
  /// `ClientWrite` is the wait event of the PostgreSQL manual, table 28.6.
  func waitUntilBlockedOnSending() async throws {
    var isBlocked = false
    try await wait {
      isBlocked = try !temporary.execute(
        """
        SELECT pid FROM pg_stat_activity
        WHERE datname = '\(temporary.name)' AND wait_event = 'ClientWrite'
        """
      ).isEmpty
      return isBlocked
    }
    #expect(isBlocked)
  }
}

/// A number that several tasks count up.
final class Tally: Sendable {
  private let count = Atomic<Int>(0)
  var value: Int { count.load(ordering: .sequentiallyConsistent) }
  func add(_ step: Int) { count.wrappingAdd(step, ordering: .sequentiallyConsistent) }
}
