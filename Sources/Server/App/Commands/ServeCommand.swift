internal import PurSightCrypto
internal import PurSightTLS
internal import PurSightTelemetry

/// `pursightd serve`: a server for production, with everything given to it.
struct ServeCommand {
  let configuration: Configuration
  /// As it was given, for the line to type.
  let configurationPath: String?

  func run() async throws(AppError) {
    let began = ContinuousClock.now
    try requireSettings()
    let logger = StandardStreams.logger(configuration.logLevel)
    let parts = DaemonParts(
      configuration: configuration,
      listeners: try Listeners(configuration, passed: ServiceManager.takeSockets()), tls: tls,
      plaintextPolicy: .anonymous, encryptionKey: try Self.key(configuration.audit.masterKeyFile),
      auditSigningKey: try SystemFile.readText(configuration.audit.signingKeyFile),
      auditOrigin: configuration.audit.origin, trustDomain: configuration.tls.trustDomain,
      logger: logger)
    let group = try Daemon.makeLoops(configuration)
    let daemon = try await Daemon(
      parts, on: group, connection: configuration.database.url, migrateCommand: migrateCommand)
    var ready = ReadyLine(parts.listeners)
    ready.timings = [
      ("ready", Int64((began.duration(to: .now) / .milliseconds(1)).rounded()))
    ]
    await Program.serve(daemon, ready, hangUp: .reload)
  }

  private var tls: TLSServerConfiguration {
    let tls = configuration.tls
    return TLSServerConfiguration(
      identity: TLSIdentity(
        certificates: .file(tls.certificate), privateKey: .file(tls.privateKey)),
      clientAuthorities: .file(tls.clientCA),
      revocationLists: tls.revocationList.isEmpty ? nil : .file(tls.revocationList))
  }

  private var migrateCommand: String {
    "pursightd migrate apply" + (configurationPath.map { " --config \($0)" } ?? "")
  }

  private func requireSettings() throws(AppError) {
    for key in [
      "database.url", "tls.certificate", "tls.private_key", "tls.client_ca", "tls.trust_domain",
      "audit.master_key_file", "audit.signing_key_file", "audit.origin",
    ] {
      guard let setting = Setting.named(key), setting.show(configuration).isEmpty else { continue }
      throw AppError(
        .configuration,
        "\(key) is not set. \(setting.effect) Set it in the file of --config, as "
          + "\(setting.environmentName) or with \(setting.flag).")
    }
  }

  /// The key in a file of 64 hexadecimal digits.
  static func key(_ path: String) throws(AppError) -> [UInt8] {
    let text = try SystemFile.readText(path).filter { !$0.isWhitespace }
    guard let bytes = try? Hexadecimal.decode(text), bytes.count == 32 else {
      throw AppError(
        .configuration,
        "\(path) does not hold a key. Make one with: openssl rand -hex 32 > \(path)")
    }
    return bytes
  }
}
