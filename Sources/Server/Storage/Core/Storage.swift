package import PurSightGovernance
package import PurSightPostgres
internal import Synchronization

/// The house's memory: everything that lasts is read and written through here. One per server.
///
/// Safe to use from any task. Reads go over pipelines that all callers share and are confined to
/// their scope's project by row-level security; changes are made by committing a `UnitOfWork`. No
/// error of the database leaves it unmapped.
package final class Storage: Sendable {
  /// Projects whose numbers are remembered; a project keeps its number for ever.
  static let maxCachedProjects = 10_000

  package let keys: StorageKeys
  let database: PostgresDatabase
  let clock: @Sendable () -> Int64
  let subjectKeys: SubjectKeys
  private let projects = Mutex<[String: Scope]>([:])

  /// - Parameters:
  ///   - database: Connected as `pursight_app`.
  ///   - clock: Microseconds since 1970-01-01T00:00:00Z.
  package init(
    database: PostgresDatabase, keys: StorageKeys, clock: @escaping @Sendable () -> Int64
  ) {
    self.database = database
    self.keys = keys
    self.clock = clock
    subjectKeys = SubjectKeys(database, keyEncryptionKey: keys.keyEncryptionKey)
  }

  /// Microseconds since 1970-01-01T00:00:00Z.
  package var now: Int64 { clock() }

  /// The scope of a project.
  /// - Throws: `notFound` when there is no such project.
  package func scope(of projectSlug: String) async throws(StorageError) -> Scope {
    if let known = projects.withLock({ $0[projectSlug] }) { return known }
    let rows = try await readSystem(
      "SELECT project_id FROM project WHERE slug = \(projectSlug)")
    guard let row = rows.first else {
      throw StorageError(
        .notFound,
        "There is no project \"\(projectSlug.prefix(80))\". Use default, or ask for its making.")
    }
    let number = try decoded { () throws(PostgresError) in try row.int32(0) }
    let scope = Scope(project: number, slug: projectSlug)
    projects.withLock { projects in
      if projects.count >= Self.maxCachedProjects { projects.removeAll() }
      projects[projectSlug] = scope
    }
    return scope
  }

  /// Reads columns of a row; a column of another type is `corrupt`.
  package func decoded<Value>(
    _ body: () throws(PostgresError) -> Value
  ) throws(StorageError) -> Value {
    do throws(PostgresError) { return try body() } catch { throw StorageError(error) }
  }
}
