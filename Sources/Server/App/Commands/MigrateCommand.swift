internal import PurSightNet
internal import PurSightPostgres
internal import PurSightStorage
internal import PurSightTelemetry

/// `pursightd migrate plan|apply|status`, with the owner's credentials.
struct MigrateCommand {
  enum Verb: String, CaseIterable { case plan, apply, status }

  private let verb: Verb
  private let configuration: Configuration

  init(_ invocation: Invocation, _ configuration: Configuration) throws(AppError) {
    let names = Verb.allCases.map(\.rawValue).joined(separator: "|")
    guard let operand = invocation.operands.first, let verb = Verb(rawValue: operand) else {
      throw AppError(.usage, "Say what to do: pursightd migrate \(names).")
    }
    self.verb = verb
    self.configuration = configuration
  }

  func run() async throws(AppError) {
    let database = configuration.database
    let url = database.ownerURL.isEmpty ? database.url : database.ownerURL
    guard !url.isEmpty else {
      throw AppError(
        .configuration,
        "Say which database: --database-owner-url URL, or database.owner_url in --config FILE.")
    }
    let group = try Daemon.makeLoops(configuration)
    let lines = try await Self.migrating {
      () async throws(StorageError) in
      let connection = try await Self.connect(url, on: group)
      return try await output(of: Migrator(connection))
    }
    StandardStreams.output(lines.map { $0 + "\n" }.joined())
  }

  private func output(of migrator: Migrator) async throws(StorageError) -> [String] {
    switch verb {
    case .status:
      let status = try await migrator.status()
      return status.applied.map {
        "applied  \($0.number)  \($0.name)  \(LogLine.timestamp($0.time))"
      } + status.pending.map { "pending  \($0.number)  \($0.name)" }
    case .plan:
      let pending = try await migrator.status().pending
      guard !pending.isEmpty else { return ["Nothing to do."] }
      return pending.map { "would apply  \($0.number)  \($0.name)  sha256 \($0.digest)" }
    case .apply:
      let applied = try await migrator.apply()
      guard !applied.isEmpty else { return ["Nothing to do."] }
      return applied.map { "applied  \($0.number)  \($0.name)" }
    }
  }

  static func connect(
    _ url: String, on group: EventLoopGroup
  ) async throws(StorageError) -> PostgresConnection {
    do throws(PostgresError) {
      return try await PostgresConnection.connect(
        PostgresConfiguration(connection: url), on: group.loops[0])
    } catch {
      throw StorageError(.unavailable, "The database cannot be reached: \(error.message)")
    }
  }

  static func migrating<Value>(
    _ body: () async throws(StorageError) -> Value
  ) async throws(AppError) -> Value {
    do throws(StorageError) { return try await body() } catch {
      throw AppError(.unavailable, error.message)
    }
  }
}
