/// The three configuration files of a private cluster, as text.
struct ClusterSettings: Sendable, Equatable {
  /// The database of the product.
  static let database = "pursight"
  /// The superuser; only this machine's administrator and the cluster's account may be it.
  static let superuser = "postgres"
  /// Owns the schema and migrates it; no superuser.
  static let owner = "pursight_owner"
  /// Reads and writes rows, under row-level security.
  static let app = "pursight_app"

  let socketDirectory: String
  let durability: PrivateClusterConfiguration.Durability
  let maxConnections: Int
  /// Operating system users who may connect.
  let users: [String]

  /// The text of `postgresql.conf`; it is written anew at each start.
  var server: String {
    var lines = [
      "# Written by PurSight at each start; put your own settings into local.conf beside it.",
      "listen_addresses = ''  # this machine only, by a socket in a private directory",
      "port = \(Self.port)",
      "unix_socket_directories = \(quoted(socketDirectory))",
      "unix_socket_permissions = 0700",
      "max_connections = \(maxConnections)",
      "superuser_reserved_connections = 3",
      "shared_buffers = 128MB  # memory is taken as pages are used",
      "wal_level = replica",
      "max_wal_senders = 2",
      "max_replication_slots = 2",
      "max_wal_size = 2GB",
      "checkpoint_timeout = 15min",
      "track_commit_timestamp = on  # orders the audit log inside a batch",
      "max_worker_processes = 4",
      "max_parallel_workers = 2",
      "max_parallel_maintenance_workers = 1",
      "autovacuum_max_workers = 2",
      "jit = off  # compiles short queries for longer than they run",
      "timezone = 'UTC'",
      "log_timezone = 'UTC'",
      "datestyle = 'iso, ymd'",
      "default_text_search_config = 'pg_catalog.simple'",
      "idle_in_transaction_session_timeout = 5min",
      "logging_collector = off",
      "log_destination = stderr",
      "log_line_prefix = '%m [%p] '",
      "log_statement = none  # statements carry people's data",
      "log_min_error_statement = panic",
      "log_parameter_max_length_on_error = 0",
      "log_checkpoints = off",
    ]
    if durability == .processCrashOnly {
      lines += ["fsync = off", "full_page_writes = off"]
    }
    lines.append("include_if_exists = 'local.conf'")
    return lines.joined(separator: "\n") + "\n"
  }

  /// The text of `pg_hba.conf`: the kernel says who connects, nobody else is let in.
  var access: String {
    """
    local all all peer map=pursight
    local replication all reject
    host all all all reject

    """
  }

  /// The text of `pg_ident.conf`: which system user may be which role.
  var identities: String {
    var lines: [String] = []
    for user in users {
      for role in [Self.superuser, Self.owner, Self.app] {
        lines.append("pursight \(identifier(user)) \(role)")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The statements that make the roles and the database of a new cluster.
  ///
  /// They run in single-user mode in `template1`. The database that `initdb` made is renamed:
  /// that costs nothing, a new one would be a copy.
  static let roles = """
    CREATE ROLE \(owner) LOGIN;
    CREATE ROLE \(app) LOGIN;
    ALTER DATABASE postgres RENAME TO \(database);
    ALTER DATABASE \(database) OWNER TO \(owner);
    REVOKE ALL ON DATABASE \(database) FROM PUBLIC;
    GRANT CONNECT, TEMPORARY ON DATABASE \(database) TO \(app);

    """

  /// The port is only a part of the socket's name.
  static let port = 5432

  private func quoted(_ value: String) -> String {
    "'" + value.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
      + "'"
  }

  private func identifier(_ user: String) -> String {
    "\"" + user + "\""
  }
}
