internal import PurSightCrypto
package import PurSightPostgres

/// Brings a database's shape up to date, on a connection of its owner.
///
/// Any number of servers may do it at once: an advisory lock lets one through after the other, and
/// the later ones find nothing left to do. Each migration is a transaction of its own.
package struct Migrator: Sendable {
  /// The advisory lock's key: "pursight" in ASCII.
  static let lockKey: Int64 = 0x7075_7273_6967_6874
  /// How long to wait for another server that migrates.
  static let lockLimit = "5min"
  /// The role that servers run as.
  package static let applicationRole = "pursight_app"

  private let connection: PostgresConnection
  private let known: [Migration]

  /// - Parameter known: The migrations to apply; those of this build unless a test says otherwise.
  package init(_ connection: PostgresConnection, known: [Migration] = Migration.all) {
    self.connection = connection
    self.known = known
  }

  /// What has been applied and what has not. Changes nothing.
  package func status() async throws(StorageError) -> MigrationStatus {
    try await Self.mapped { () async throws(PostgresError) in
      try await Self.applied { sql async throws(PostgresError) in try await connection.query(sql) }
    }
    .status(known)
  }

  /// Applies what is pending.
  /// - Returns: What was applied now, in order.
  /// - Throws: `corrupt` as `MigrationStatus` does; `invalid` when the application's role is
  ///   missing.
  package func apply() async throws(StorageError) -> [Migration] {
    try await run(script: "SET lock_timeout = '\(Self.lockLimit)'")
    _ = try await query("SELECT pg_advisory_lock(\(Self.lockKey))")
    do throws(StorageError) {
      let applied = try await applyPending()
      try await unlock()
      return applied
    } catch {
      try await unlock()
      throw error
    }
  }

  private func unlock() async throws(StorageError) {
    _ = try await query("SELECT pg_advisory_unlock(\(Self.lockKey))")
  }

  private func applyPending() async throws(StorageError) -> [Migration] {
    let pending = try await status().pending
    guard !pending.isEmpty else { return [] }
    let roles = try await query(
      "SELECT 1 FROM pg_roles WHERE rolname = \(Self.applicationRole)")
    guard !roles.isEmpty else {
      throw StorageError(
        .invalid,
        "The role \(Self.applicationRole), which servers run as, does not exist. As superuser "
          + "type: CREATE ROLE \(Self.applicationRole) LOGIN")
    }
    try await run(script: Self.table)
    for migration in pending { try await apply(migration) }
    return pending
  }

  /// Several statements in one message are one transaction.
  private func apply(_ migration: Migration) async throws(StorageError) {
    let record = """

      ;INSERT INTO schema_migration (number, name, digest) VALUES \
      (\(migration.number), '\(migration.name)', decode('\(migration.digest.hexadecimal)', 'hex'));
      """
    do throws(PostgresError) {
      try await connection.execute(script: migration.script + record)
    } catch {
      guard error.code == .server else { throw StorageError(error) }
      throw StorageError(
        .internal,
        "Migration \(migration.number) (\(migration.name)) failed and changed nothing: "
          + "\(error.message) (\(error.sqlState ?? "")).")
    }
  }

  private static let table = """
    CREATE TABLE IF NOT EXISTS schema_migration (
      number int PRIMARY KEY,
      name text NOT NULL,
      digest bytea NOT NULL,
      at timestamptz NOT NULL DEFAULT now()
    );
    GRANT SELECT ON schema_migration TO \(applicationRole);
    """

  private func query(_ sql: SQL) async throws(StorageError) -> PostgresRows {
    try await Self.mapped { () async throws(PostgresError) in try await connection.query(sql) }
  }

  private func run(script: String) async throws(StorageError) {
    try await Self.mapped { () async throws(PostgresError) in
      try await connection.execute(script: script)
    }
  }

  /// Reads what was applied; nothing where the table does not exist yet.
  static func applied(
    _ query: (SQL) async throws(PostgresError) -> PostgresRows
  ) async throws(PostgresError) -> [AppliedMigration] {
    let table = try await query("SELECT to_regclass('schema_migration') IS NOT NULL")
    guard let row = table.first, try row.bool(0) else { return [] }
    var applied: [AppliedMigration] = []
    for row in try await query(
      "SELECT number, name, digest, at FROM schema_migration ORDER BY number")
    {
      guard let digest = SHA256Digest(bytes: try row.bytes(2)) else {
        throw PostgresError(.decoding, "a stored digest is not one of SHA-256")
      }
      applied.append(
        AppliedMigration(
          number: try row.int32(0), name: try row.string(1), digest: digest,
          time: try row.time(3)))
    }
    return applied
  }

  static func mapped<Value>(
    _ body: () async throws(PostgresError) -> Value
  ) async throws(StorageError) -> Value {
    do throws(PostgresError) { return try await body() } catch { throw StorageError(error) }
  }
}

extension [AppliedMigration] {
  func status(_ known: [Migration]) throws(StorageError) -> MigrationStatus {
    try MigrationStatus(known: known, applied: self)
  }
}
