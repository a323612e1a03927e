internal import PurSightPostgres

/// What a server has to know of its database before it serves.
package struct DatabaseState: Sendable {
  package let migrations: MigrationStatus
  /// The role that the server is connected as.
  package let role: String
  /// Whether row-level security does not bind that role: it owns the tables, or is a superuser.
  package let isPrivileged: Bool
}

extension Storage {
  /// Looks at the database's shape and at the rights of the server's role. Changes nothing.
  package func check() async throws(StorageError) -> DatabaseState {
    let applied = try await Migrator.mapped { () async throws(PostgresError) in
      try await Migrator.applied { sql async throws(PostgresError) in
        try await database.read(.none, sql)
      }
    }
    let rows = try await Migrator.mapped { () async throws(PostgresError) in
      try await database.read(.none, Self.rights)
    }
    guard let row = rows.first else {
      throw StorageError(.corrupt, "The database does not know its own role.")
    }
    let status = try applied.status(Migration.all)
    return try decoded { () throws(PostgresError) in
      DatabaseState(migrations: status, role: try row.string(0), isPrivileged: try row.bool(1))
    }
  }

  private static let rights: SQL = """
    SELECT current_user::text, r.rolsuper OR r.rolbypassrls OR coalesce( \
    (SELECT pg_has_role(current_user, c.relowner, 'USAGE') FROM pg_class c \
    WHERE c.oid = to_regclass('audit_event')), false) \
    FROM pg_roles r WHERE r.rolname = current_user
    """
}
