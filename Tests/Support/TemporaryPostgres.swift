internal import CPurSightPostgres
package import PurSightPrivateCluster
internal import Synchronization

/// One private PostgreSQL for the whole test process, and databases of its own for each test.
///
/// It is started by its first use and gone, files and all, when the process ends. A suite names a
/// template, which is prepared once; each of its tests then works in a copy.
package final class TemporaryPostgres: Sendable {
  /// A database operation that PostgreSQL refused, or a server that did not start.
  package struct Failure: Error, CustomStringConvertible {
    package let description: String
  }

  /// A database that only its maker knows.
  package struct Database: Sendable {
    package let name: String
    let cluster: PrivateCluster

    /// Returns libpq's connection string for a role.
    package func connectionString(as role: PrivateCluster.Role) -> String {
      cluster.connectionString(as: role, database: name)
    }

    /// The directory of `psql` and the other programs.
    package var programDirectory: String { cluster.programDirectory }

    /// Executes statements as the superuser and returns the first column of the last one's rows.
    ///
    /// Blocks, on a connection of its own: for preparing and judging, not for what is tested.
    @discardableResult package func execute(_ statements: String) throws -> [String?] {
      try TemporaryPostgres.execute(statements, on: connectionString(as: .superuser))
    }
  }

  private struct Names {
    var templates: [String: Result<String, Failure>] = [:]
    var count = 0
  }

  private static let process = Mutex<Result<TemporaryPostgres, Failure>?>(nil)

  package let cluster: PrivateCluster
  private let names = Mutex(Names())

  private init(cluster: PrivateCluster) { self.cluster = cluster }

  /// Returns the process's PostgreSQL, started by the first call. Blocks then for half a second.
  package static func shared() throws -> TemporaryPostgres {
    try process.withLock { process in
      if let process { return try process.get() }
      let started: Result<TemporaryPostgres, Failure>
      do throws(PrivateClusterError) {
        var configuration = try PrivateClusterConfiguration.ephemeral(
          durability: .processCrashOnly)
        // Every test has its own loops' connections, and they all run at once.
        configuration.maxConnections = 500
        started = .success(TemporaryPostgres(cluster: try PrivateCluster.start(configuration)))
      } catch {
        started = .failure(Failure(description: error.message))
      }
      process = started
      return try started.get()
    }
  }

  /// Makes a database, empty or as the copy of a template.
  ///
  /// - Parameters:
  ///   - template: The template's name, for example the suite's; nil for an empty database.
  ///   - prepare: Fills the template; called once per name and process.
  package static func database(
    _ template: String? = nil, prepare: (Database) throws -> Void = { _ in }
  ) throws -> Database {
    let shared = try shared()
    // The lock is held while a template is made: others wait for it, and CREATE DATABASE wants
    // no connection to its template.
    return try shared.names.withLock { names in
      let cluster = shared.cluster
      let root = cluster.connectionString(as: .superuser)
      func make(from template: String) throws -> String {
        names.count += 1
        let name = "test_\(names.count)"
        try execute("CREATE DATABASE \(name) OWNER pursight_owner TEMPLATE \(template)", on: root)
        return name
      }
      guard let template else {
        return Database(name: try make(from: "template1"), cluster: cluster)
      }
      if names.templates[template] == nil {
        let made = Result { try make(from: "template1") }
          .flatMap { name in
            Result { try prepare(Database(name: name, cluster: cluster)) }.map { name }
          }
          .mapError { Failure(description: "template \(template): \($0)") }
        names.templates[template] = made
      }
      let source = try names.templates[template]?.get() ?? "template1"
      return Database(name: try make(from: source), cluster: cluster)
    }
  }

  /// Executes statements on a connection of their own. Blocks.
  @discardableResult static func execute(
    _ statements: String, on connection: String
  ) throws -> [String?] {
    let handle = unsafe PQconnectdb(connection)
    defer { unsafe PQfinish(handle) }
    let result = unsafe PQexec(handle, statements)
    defer { unsafe PQclear(result) }
    let status = unsafe PQresultStatus(result)
    guard status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK else {
      throw Failure(description: unsafe String(cString: PQerrorMessage(handle)))
    }
    return unsafe (0..<PQntuples(result)).map { row in
      unsafe PQgetisnull(result, row, 0) == 1
        ? nil : unsafe String(cString: PQgetvalue(result, row, 0))
    }
  }
}
