internal import PurSightAPI
internal import PurSightAudit
internal import PurSightCrypto
internal import PurSightNet
internal import PurSightPostgres
internal import PurSightRPC
internal import PurSightServerTransport
internal import PurSightServiceKit
internal import PurSightStorage
internal import PurSightTLS
internal import PurSightTelemetry

/// A server that runs: event loops, database, services and listeners.
///
/// Safe to use from any task. It is started once and stopped once.
final class Daemon: Sendable {
  /// How long a probe of the database may take, and how long to wait before the next.
  private static let probeLimit = Duration.seconds(1)
  private static let probePause = Duration.seconds(2)
  private static let housekeepingPause = Duration.seconds(600)

  let parts: DaemonParts
  let storage: Storage
  let readiness: Readiness
  private let group: EventLoopGroup
  private let database: PostgresDatabase
  private let server: Server
  private let metrics: MetricRegistry
  private let adminListener: AdminListener
  private let certificates: ReloadedCertificates
  private let tasks: [Task<Void, Never>]

  /// The event loops, running; made early, so that migrations can use one.
  static func makeLoops(_ configuration: Configuration) throws(AppError) -> EventLoopGroup {
    let wanted = configuration.limits.loops
    let count = wanted > 0 ? wanted : SystemInfo.processors
    do throws(NetError) { return try EventLoopGroup(count: count, name: "loop") } catch {
      throw AppError(.software, "The event loops cannot be started: \(error.message).")
    }
  }

  /// Connects, checks the database and listens.
  /// - Parameters:
  ///   - connection: libpq's connection string with the application's role.
  ///   - migrateCommand: The line to type when the database's shape is older than this build.
  ///   - prepare: Runs after the check and before the first call.
  init(
    _ parts: DaemonParts, on group: EventLoopGroup, connection: String, migrateCommand: String,
    prepare: (Storage) async throws(AppError) -> Void = { _ in }
  ) async throws(AppError) {
    self.parts = parts
    self.group = group
    var database = PostgresConfiguration(connection: connection)
    database.connectionsPerLoop = parts.configuration.database.connectionsPerLoop
    database.pipelinesPerLoop = parts.configuration.database.pipelinesPerLoop
    database.waitLimit = parts.configuration.database.waitLimit
    let metrics = MetricRegistry()
    self.metrics = metrics
    self.database = PostgresDatabase(database, loops: group.loops, registry: metrics)
    storage = Storage(
      database: self.database, keys: try Self.keys(parts.encryptionKey),
      clock: { SystemClock.microseconds() })
    try await Self.check(storage, migrateCommand: migrateCommand)
    try await prepare(storage)
    readiness = Readiness()
    let kit = try Self.context(storage, readiness)
    let services = ServiceSet(kit, readiness: readiness)
    adminListener = AdminListener(
      on: group.leastLoaded(),
      AdminPages(
        isReady: { [readiness] in readiness.isServing }, metrics: { metrics.text() },
        version: Version.text))
    server = await Server(
      parts.configuration.transport, on: group,
      observer: ServerMetrics(services.router, metrics))
    let certificates = try ReloadedCertificates(parts.tls, parts.logger, metrics)
    self.certificates = certificates
    let sequencer = try Self.sequencer(parts, kit)
    tasks = [
      Task { [logger = parts.logger] in
        await sequencer.run { logger.log(.error, "audit", [("error", .text($0))]) }
      },
      Task { [database = self.database, readiness] in await Self.probe(database, readiness) },
      Task { [storage, parts] in await Self.keepHouse(storage, parts.logger) },
      Task { await certificates.watch() },
    ]
    observe()
    try await listen(services.router, kit, certificates.holder)
    readiness.set(isServing: true)
  }

  /// Ends gracefully: NOT_SERVING, no new connections, calls may end, then everything is closed.
  func stop() async {
    readiness.beginDrain()
    try? await Task.sleep(for: parts.configuration.limits.announcement)
    await server.drain(grace: parts.configuration.limits.drain)
    for task in tasks { task.cancel() }
    for task in tasks { await task.value }
    adminListener.stop()
    await database.shutDown()
  }

  /// Reads certificates, key, issuers and revocation lists again; files that cannot be used leave
  /// the old ones in force, and the log says so.
  func reloadCertificates() { _ = certificates.reload() }

  /// Registers what is read when the metrics are.
  private func observe() {
    let (server, readiness) = (server, readiness)
    metrics.computed("pursight_connections", help: "Connections that are open.") {
      Double(server.connectionCount)
    }
    metrics.computed("pursight_ready", help: "Whether the server takes calls.") {
      readiness.isServing ? 1 : 0
    }
  }

  // MARK: Start

  private static func keys(_ encryptionKey: [UInt8]) throws(AppError) -> StorageKeys {
    do throws(StorageError) { return try StorageKeys(keyEncryptionKey: encryptionKey) } catch {
      throw AppError(.configuration, error.message)
    }
  }

  private static func check(
    _ storage: Storage, migrateCommand: String
  ) async throws(AppError) {
    let state: DatabaseState
    do throws(StorageError) { state = try await storage.check() } catch {
      throw AppError(.unavailable, error.message)
    }
    if let next = state.migrations.pending.first {
      throw AppError(
        .unavailable,
        "The database lacks \(state.migrations.pending.count) of \(Migration.all.count) "
          + "migrations, from \(next.number) (\(next.name)) on. Type: \(migrateCommand)")
    }
    guard !state.isPrivileged else {
      throw AppError(
        .configuration,
        "The server is connected as \(state.role), which row-level security does not bind. Use the "
          + "role \(Migrator.applicationRole).")
    }
  }

  private static func context(
    _ storage: Storage, _ readiness: Readiness
  ) throws(AppError) -> ServiceContext {
    do throws(StorageError) {
      return ServiceContext(
        storage: storage,
        authorizers: Authorizers(storage, permissions: ServiceSet.permissions),
        pageTokens: PageTokens(key: try storage.keys.derivedKey(for: "page token")),
        clock: { SystemClock.microseconds() }, makeUID: { UUID.version7().description },
        computeExecutor: globalConcurrentExecutor, serverVersion: Version.text,
        isDraining: { readiness.isDraining })
    } catch { throw AppError(.software, error.message) }
  }

  private static func sequencer(
    _ parts: DaemonParts, _ kit: ServiceContext
  ) throws(AppError) -> AuditSequencer {
    do throws(CryptoError) {
      let key = try Ed25519PrivateKey(pem: parts.auditSigningKey)
      return AuditSequencer(kit, key: key, origin: parts.auditOrigin)
    } catch {
      throw AppError(
        .configuration, "The audit log's signing key cannot be used: \(error.message).")
    }
  }

  private func listen(
    _ router: Router, _ kit: ServiceContext, _ certificates: TLSContextHolder
  ) async throws(AppError) {
    let denials = DenialLog(storage)
    func guarded(_ policy: CallerPolicy) -> Router {
      router.intercepted(by: [
        CallInterceptor(logger: parts.logger, makeUID: kit.makeUID),
        AuthenticationInterceptor(policy: policy, storage: storage),
        AuthorizationInterceptor(authorizers: kit.authorizers, denials: denials),
      ])
    }
    let json = ProtoMethodJSON()
    do throws(NetError) {
      _ = try await server.listen(
        on: parts.listeners.main.descriptor,
        router: guarded(.certificate(trustDomain: parts.trustDomain)), json: json,
        tls: certificates)
      if let plaintext = parts.listeners.plaintext {
        _ = try await server.listen(
          on: plaintext.descriptor, router: guarded(parts.plaintextPolicy), json: json, tls: nil)
      }
      if let admin = parts.listeners.admin {
        try await adminListener.start(on: admin.descriptor)
      }
    } catch { throw AppError(.software, error.message) }
  }

  // MARK: Beside the calls

  private static func probe(_ database: PostgresDatabase, _ readiness: Readiness) async {
    while !Task.isCancelled {
      try? await Task.sleep(for: probePause)
      guard !Task.isCancelled else { return }
      switch await database.health(within: probeLimit) {
      case .serving: readiness.set(isServing: true)
      case .notServing: readiness.set(isServing: false)
      }
    }
  }

  private static func keepHouse(_ storage: Storage, _ logger: Logger) async {
    while !Task.isCancelled {
      do throws(StorageError) {
        while try await storage.purgeRequestAnswers() > 0 {}
      } catch {
        logger.log(.warning, "housekeeping failed", [("error", .text(error.message))])
      }
      try? await Task.sleep(for: housekeepingPause)
    }
  }
}
