internal import Glibc

/// How the private cluster is kept, and where.
package struct PrivateClusterConfiguration: Sendable {
  /// What survives.
  package enum Durability: Sendable {
    /// What is committed survives a crash of the machine: PostgreSQL's own default.
    case full
    /// What is committed survives a crash of PostgreSQL, not of the machine. For tests.
    case processCrashOnly
  }

  /// What happens to the directory in the end.
  package enum Lifetime: Sendable {
    /// The directory stays and is used again.
    case kept
    /// The directory is deleted when the process ends, however it ends.
    case ephemeral
  }

  /// The directory that holds the cluster in `pg<major version>`; absolute.
  ///
  /// It is made when absent. No permission of a directory that exists is ever changed.
  package var directory: String
  /// The directory of PostgreSQL's programs; found by itself when nil.
  package var programDirectory: String?
  package var durability: Durability
  package private(set) var lifetime = Lifetime.kept
  /// How long each of PostgreSQL's programs may take; recovery after a crash is included.
  package var startLimit: Duration
  /// The largest number of connections; PostgreSQL's `max_connections`.
  package var maxConnections: Int
  /// Called when something worth a log line happens; from any thread, must not block.
  package var onEvent: @Sendable (PrivateClusterEvent) -> Void

  package init(
    directory: String,
    programDirectory: String? = nil,
    durability: Durability = .full,
    startLimit: Duration = .seconds(60),
    maxConnections: Int = 200,
    onEvent: @escaping @Sendable (PrivateClusterEvent) -> Void = { _ in }
  ) {
    self.directory = directory
    self.programDirectory = programDirectory
    self.durability = durability
    self.startLimit = startLimit
    self.maxConnections = maxConnections
    self.onEvent = onEvent
  }

  /// Makes a directory of its own below `parent` that is deleted when this process ends.
  ///
  /// The whole of it is deleted, also what others put there; that is why it is always a new one.
  package static func ephemeral(
    in parent: String = "/tmp",
    durability: Durability = .full,
    onEvent: @escaping @Sendable (PrivateClusterEvent) -> Void = { _ in }
  ) throws(PrivateClusterError) -> PrivateClusterConfiguration {
    let directory = try FileSystem.makeTemporaryDirectory(prefix: parent + "/pursight-")
    var configuration = PrivateClusterConfiguration(
      directory: directory, durability: durability, onEvent: onEvent)
    configuration.lifetime = .ephemeral
    return configuration
  }

  /// Returns the usual data directory: `/var/lib/pursight` for root, else the user's own.
  ///
  /// A directory below root's home is unreachable for the account that PostgreSQL drops to.
  package static func defaultDirectory() -> String {
    if geteuid() == 0 { return "/var/lib/pursight" }
    if let data = ProcessEnvironment.value("XDG_DATA_HOME") { return data + "/pursight" }
    return (ProcessEnvironment.value("HOME") ?? "/tmp") + "/.local/share/pursight"
  }
}

/// Something that happened to the cluster while it was in use.
package enum PrivateClusterEvent: Sendable, Equatable {
  /// A new cluster was made; the time it took.
  case created(Duration)
  /// PostgreSQL accepts connections; the time from its start.
  case ready(Duration)
  /// A server that was already running is used.
  case adopted(process: Int32)
  /// PostgreSQL ended without being asked to, and is started again.
  case ended(process: Int32)
  /// PostgreSQL could not be started again; it is tried again after a pause.
  case restartFailed(PrivateClusterError)
  /// The new cluster's files are on the disk: from here on a power cut loses nothing.
  case synced
}
