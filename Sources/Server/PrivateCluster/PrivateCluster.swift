internal import Glibc
internal import Synchronization

/// A PostgreSQL of one's own: made on first use, reached by a socket in a private directory only,
/// stopped when this process ends, started again when it ends by itself.
///
/// Every method blocks its thread: call them at start and end of a program, or on a thread of
/// their own. Safe to use from any thread.
package final class PrivateCluster: Sendable {
  /// Who a connection is.
  package enum Role: Sendable {
    /// Everything; for the administrator and for tests.
    case superuser
    /// Owns the schema and migrates it.
    case owner
    /// Reads and writes rows, under row-level security.
    case app
  }

  /// How long a stop may take before PostgreSQL is left to its guard.
  package static let stopLimit = Duration.seconds(30)

  /// The directory of the cluster's files.
  package let clusterDirectory: String
  /// The directory of the socket; libpq's `host`.
  package let socketDirectory: String
  /// libpq's `port`.
  package let port: Int
  /// The major version of PostgreSQL.
  package let majorVersion: Int
  /// The directory of PostgreSQL's programs, for tools such as `psql`.
  package let programDirectory: String
  /// Whether the cluster was made by this start.
  package let isNew: Bool
  let postmaster: Postmaster

  /// The process id of the running server; 0 while it is being started again.
  package var process: Int32 { postmaster.process }

  /// Finds PostgreSQL, makes the cluster when it is absent, and starts it.
  ///
  /// - Throws: One clear sentence; nothing keeps running then.
  package static func start(
    _ configuration: PrivateClusterConfiguration
  ) throws(PrivateClusterError) -> PrivateCluster {
    try PrivateCluster(configuration)
  }

  private init(_ configuration: PrivateClusterConfiguration) throws(PrivateClusterError) {
    let clock = ContinuousClock()
    let began = clock.now
    try Self.check(configuration.directory)
    try FileSystem.makeDirectories(configuration.directory, mode: 0o711)
    let installation = try PostgresInstallation.find(
      configured: configuration.programDirectory, dataDirectory: configuration.directory)
    let layout = ClusterLayout(
      directory: configuration.directory, majorVersion: installation.majorVersion)
    let account = try ClusterAccount.choose(clusterDirectory: layout.cluster)
    try layout.check(for: account)
    let lock = try ClusterLock(path: layout.lock, directory: configuration.directory)
    isNew = !FileSystem.exists(layout.cluster)
    if isNew {
      try layout.create(
        installation, account: account, limit: configuration.startLimit)
      configuration.onEvent(.created(began.duration(to: clock.now)))
    }
    postmaster = try Postmaster.start(
      installation: installation, layout: layout, account: account, configuration: configuration,
      lock: lock)
    clusterDirectory = layout.cluster
    socketDirectory = postmaster.socketDirectory
    port = postmaster.port
    majorVersion = installation.majorVersion
    programDirectory = installation.directory
    if configuration.durability == .full, FileSystem.exists(layout.unsynced) {
      try layout.synchroniseInBackground(configuration.onEvent)
    }
  }

  /// Returns libpq's connection string for a role.
  ///
  /// - Parameters:
  ///   - role: Who connects; the kernel vouches for the process, so there is no password.
  ///   - database: The database; the product's own when nil.
  package func connectionString(as role: Role, database: String? = nil) -> String {
    let user =
      switch role {
      case .superuser: ClusterSettings.superuser
      case .owner: ClusterSettings.owner
      case .app: ClusterSettings.app
      }
    let name = database ?? ClusterSettings.database
    return "host=\(quoted(socketDirectory)) port=\(port) user=\(user) dbname=\(quoted(name))"
  }

  /// Stops PostgreSQL: open transactions are rolled back, connections end. Blocks.
  ///
  /// An ephemeral cluster's directory is gone afterwards. A second call does nothing.
  package func stop() throws(PrivateClusterError) {
    try postmaster.stop(limit: Self.stopLimit)
  }

  private static func check(_ directory: String) throws(PrivateClusterError) {
    guard directory.hasPrefix("/"), !directory.utf8.contains(0), !directory.contains("\n") else {
      throw PrivateClusterError(
        .system, "\(directory) is no absolute path: give --data-dir from the root on.")
    }
  }

  /// Quotes a value for a libpq connection string.
  private func quoted(_ value: String) -> String {
    var text = "'"
    for character in value {
      if character == "'" || character == "\\" { text.append("\\") }
      text.append(character)
    }
    return text + "'"
  }
}
