internal import PurSightGovernance
internal import PurSightNet
internal import PurSightPostgres
internal import PurSightPrivateCluster
internal import PurSightStorage

/// The database of `pursightd dev`: a private cluster, or one that was given to it.
struct DevDatabase: Sendable {
  /// With the role that migrates.
  let ownerConnection: String
  /// With the role that serves.
  let connection: String
  /// nil: not ours.
  let cluster: PrivateCluster?

  /// How often, and how far apart in milliseconds, a directory is tried that is still in use: a
  /// server that was killed holds it until the kernel has taken it apart.
  private static let attempts = 20
  private static let pauseMilliseconds: UInt32 = 100

  /// Starts the private cluster. Blocks.
  static func start(
    _ configuration: PrivateClusterConfiguration
  ) throws(AppError) -> DevDatabase {
    var attempt = 1
    while true {
      do throws(PrivateClusterError) {
        let cluster = try PrivateCluster.start(configuration)
        return DevDatabase(
          ownerConnection: cluster.connectionString(as: .owner),
          connection: cluster.connectionString(as: .app), cluster: cluster)
      } catch {
        guard error.code == .inUse, attempt < attempts else {
          throw AppError(.unavailable, error.message)
        }
        attempt += 1
        SystemInfo.sleep(milliseconds: pauseMilliseconds)
      }
    }
  }

  /// An existing server; its owner serves with the rights of the application's role.
  static func existing(_ database: Configuration.Database) -> DevDatabase {
    let owner = database.ownerURL.isEmpty ? database.url : database.ownerURL
    guard database.ownerURL.isEmpty else {
      return DevDatabase(ownerConnection: owner, connection: database.url, cluster: nil)
    }
    let role = Migrator.applicationRole
    let isURI = owner.hasPrefix("postgresql://") || owner.hasPrefix("postgres://")
    let option =
      isURI
      ? "\(owner.contains("?") ? "&" : "?")options=-crole%3D\(role)" : " options='-c role=\(role)'"
    return DevDatabase(ownerConnection: owner, connection: owner + option, cluster: nil)
  }

  /// Brings the shape up to date.
  func migrate(on group: EventLoopGroup) async throws(AppError) {
    try await MigrateCommand.migrating { () async throws(StorageError) in
      let connection = try await MigrateCommand.connect(ownerConnection, on: group)
      _ = try await Migrator(connection).apply()
    }
  }

  /// Gives the development principals their roles, once.
  static func grantRoles(_ storage: Storage) async throws(AppError) {
    try await MigrateCommand.migrating { () async throws(StorageError) in
      let scope = try await storage.scope(of: AuthenticationInterceptor.defaultProject)
      let store = AccessStore(storage)
      for (principal, role) in [(DevData.admin, Role.admin), (DevData.viewer, Role.viewer)]
      where try await store.binding(scope, principal: principal, role: role.name) == nil {
        try await store.grant(role.name, to: principal, in: scope, by: .system("dev"))
      }
    }
  }
}
