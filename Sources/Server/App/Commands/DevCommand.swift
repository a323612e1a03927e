internal import PurSightNet
internal import PurSightPrivateCluster
internal import PurSightTLS
internal import PurSightTelemetry

/// `pursightd dev`: a server that brings everything it needs. Not for production.
struct DevCommand {
  private let configuration: Configuration
  private let isEphemeral: Bool
  /// A directory that was given with --ephemeral; gone at the end, too.
  private let ephemeralParent: String?
  private let plaintextIsAdmin: Bool
  private let cluster: PrivateClusterConfiguration
  private let data: DevData
  private let logger: Logger

  init(_ invocation: Invocation, _ configuration: Configuration) throws(AppError) {
    self.configuration = configuration
    isEphemeral = invocation.has("--ephemeral")
    plaintextIsAdmin = invocation.has("--plaintext-admin")
    let logger = StandardStreams.logger(configuration.logLevel)
    self.logger = logger
    let given = invocation.value("--data-dir").map { SystemFile.absolute($0) }
    ephemeralParent = isEphemeral ? given : nil
    if let ephemeralParent { try SystemFile.makeEmptyDirectory(ephemeralParent, mode: 0o711) }
    do throws(PrivateClusterError) {
      if isEphemeral {
        cluster = try .ephemeral(
          in: given ?? "/tmp", onEvent: { Self.log($0, logger) })
      } else {
        cluster = PrivateClusterConfiguration(
          directory: given ?? PrivateClusterConfiguration.defaultDirectory(),
          onEvent: { Self.log($0, logger) })
      }
    } catch { throw AppError(.file, error.message) }
    data = DevData(directory: cluster.directory)
  }

  func run() async throws(AppError) {
    let began = ContinuousClock.now
    func milliseconds() -> Int64 {
      Int64((began.duration(to: .now) / .milliseconds(1)).rounded())
    }
    let listeners = try Listeners(configuration)
    // PostgreSQL starts while certificates and loops are made.
    let starting = Task { () async -> Result<DevDatabase, AppError> in
      do throws(AppError) { return .success(try await startDatabase()) } catch {
        return .failure(error)
      }
    }
    let host = String(listeners.main.address.prefix { $0 != ":" })
    try await BlockingCall.run("certificates") { [data] () throws(AppError) in
      try data.prepare(hosts: [host])
    }
    var timings = [(step: "certificates", milliseconds: milliseconds())]
    let group = try Daemon.makeLoops(configuration)
    let database = try await starting.value.get()
    timings.append(("postgres", milliseconds()))
    do throws(AppError) {
      try await database.migrate(on: group)
      timings.append(("migrations", milliseconds()))
      let daemon = try await Daemon(
        try parts(listeners), on: group, connection: database.connection,
        migrateCommand: "pursightd migrate apply", prepare: DevDatabase.grantRoles)
      writeContext(listeners)
      var ready = ReadyLine(listeners)
      ready.identity = (data.authority, data.certificate("admin"), data.key("admin"))
      ready.dataDirectory = data.directory
      timings.append(("ready", milliseconds()))
      ready.timings = timings
      await Program.serve(daemon, ready)
    } catch {
      stop(database)
      throw error
    }
    stop(database)
  }

  private func startDatabase() async throws(AppError) -> DevDatabase {
    guard configuration.database.url.isEmpty else {
      return .existing(configuration.database)
    }
    return try await BlockingCall.run("postgres") { [cluster] () throws(AppError) in
      try DevDatabase.start(cluster)
    }
  }

  private func stop(_ database: DevDatabase) {
    do throws(PrivateClusterError) { try database.cluster?.stop() } catch {
      logger.log(.warning, "PostgreSQL did not stop", [("error", .text(error.message))])
    }
    if let ephemeralParent { SystemFile.removeEmptyDirectory(ephemeralParent) }
  }

  private func parts(_ listeners: Listeners) throws(AppError) -> DaemonParts {
    DaemonParts(
      configuration: configuration, listeners: listeners,
      tls: TLSServerConfiguration(
        identity: TLSIdentity(
          certificates: .file(data.certificate("server")), privateKey: .file(data.key("server"))),
        clientAuthorities: .file(data.authority)),
      plaintextPolicy: plaintextIsAdmin ? .loopback(principal: DevData.admin) : .anonymous,
      encryptionKey: try ServeCommand.key(data.encryptionKey),
      auditSigningKey: try SystemFile.readText(data.auditSigningKey),
      auditOrigin: DevData.auditOrigin, trustDomain: DevData.trustDomain, logger: logger)
  }

  /// The context is a convenience: where it cannot be written, the server runs all the same.
  private func writeContext(_ listeners: Listeners) {
    guard let path = ContextFile.path(environment: { Environment.value($0) }) else { return }
    do throws(AppError) {
      try ContextFile(address: listeners.main.address, data: data).write(to: path)
    } catch {
      logger.log(.warning, "no context for pursightctl", [("error", .text(error.message))])
    }
  }

  private static func log(_ event: PrivateClusterEvent, _ logger: Logger) {
    switch event {
    case .created(let time):
      logger.log(.info, "PostgreSQL cluster made", [("ms", .milliseconds(time / .milliseconds(1)))])
    case .ready(let time):
      logger.log(.info, "PostgreSQL ready", [("ms", .milliseconds(time / .milliseconds(1)))])
    case .adopted(let process):
      logger.log(.info, "PostgreSQL adopted", [("pid", .integer(Int64(process)))])
    case .ended(let process):
      logger.log(.error, "PostgreSQL ended by itself", [("pid", .integer(Int64(process)))])
    case .restartFailed(let error):
      logger.log(.error, "PostgreSQL does not start again", [("error", .text(error.message))])
    case .synced: logger.log(.debug, "PostgreSQL files are on the disk")
    }
  }
}
