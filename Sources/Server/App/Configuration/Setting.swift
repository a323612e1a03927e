internal import PurSightTelemetry

/// One setting: its name in the file, what it means, and how a text becomes its value.
///
/// In the environment `tls.private_key` is `PURSIGHT_TLS_PRIVATE_KEY`, on the command line
/// `--tls-private-key`. Precedence: command line, environment, file, default.
struct Setting: Sendable {
  /// The path in the file, such as `database.url`.
  let key: String
  /// One sentence: effect and unit.
  let effect: String
  /// Whether the value may be shown.
  let isSecret: Bool
  /// Stores the value of a text.
  /// - Throws: Says what it has to be instead.
  let store: @Sendable (inout Configuration, String) throws(AppError) -> Void
  /// The present value as a text.
  let show: @Sendable (Configuration) -> String

  var environmentName: String {
    "PURSIGHT_" + key.uppercased().map { $0 == "." ? "_" : String($0) }.joined()
  }
  var flag: String { "--" + key.map { $0 == "." || $0 == "_" ? "-" : String($0) }.joined() }

  static let all: [Setting] = listeners + database + tls + keys + limits

  static func named(_ key: String) -> Setting? { all.first { $0.key == key } }

  private static let listeners: [Setting] = [
    text("listen", \.listen, "HOST:PORT of the encrypted listener; port 0 takes any."),
    text("admin_listen", \.adminListen, "HOST:PORT for metrics and probes; empty: none."),
    text(
      "plaintext_listen", \.plaintextListen,
      "HOST:PORT without encryption, for health and reflection only; empty: none."),
    number("loops", \.loops, 0...256, "Event loops, each a thread; 0: one per processor."),
    Setting(
      key: "log_level", effect: "The least important lines that are written to stderr: "
        + LogLevel.allCases.map(\.name).joined(separator: ", ") + ".", isSecret: false,
      store: { configuration, text throws(AppError) in
        guard let level = LogLevel(text) else {
          throw AppError(
            .configuration,
            "log_level is \"\(text)\"; use one of "
              + LogLevel.allCases.map(\.name).joined(separator: ", ") + ".")
        }
        configuration.logLevel = level
      }, show: { $0.logLevel.name }),
    Setting(
      key: "drain_grace_s",
      effect: "How long calls may go on after SIGTERM, in seconds, 0 to 3600.", isSecret: false,
      store: { configuration, text throws(AppError) in
        configuration.drainGrace = .seconds(
          try Self.integer("drain_grace_s", text, 0...3600))
      }, show: { "\($0.drainGrace.components.seconds)" }),
  ]

  private static let database: [Setting] = [
    text(
      "database.url", \.database.url,
      "PostgreSQL as a libpq connection string or URI, with the role pursight_app.",
      isSecret: true),
    text(
      "database.owner_url", \.database.ownerURL,
      "The same with the role pursight_owner; used by `migrate` only.", isSecret: true),
    number(
      "database.connections_per_loop", \.database.connectionsPerLoop, 1...100,
      "Connections for changes, per event loop."),
    number(
      "database.pipelines_per_loop", \.database.pipelinesPerLoop, 1...16,
      "Connections that all reads of an event loop share."),
  ]

  private static let tls: [Setting] = [
    text(
      "tls.certificate", \.tls.certificate,
      "PEM file with the server's certificate, then its issuers without the root."),
    text("tls.private_key", \.tls.privateKey, "PEM file with the server's private key."),
    text(
      "tls.client_ca", \.tls.clientCA,
      "PEM file with the issuers of client certificates; every client needs one of theirs."),
    text(
      "tls.revocation_list", \.tls.revocationList,
      "PEM file with revoked client certificates; empty: none are looked up."),
    text(
      "tls.trust_domain", \.tls.trustDomain,
      "The trust domain that clients' SPIFFE IDs have to lie in, such as prod.example.org."),
  ]

  private static let keys: [Setting] = [
    text(
      "keys.encryption_key", \.keys.encryptionKey,
      "File with 64 hexadecimal digits; it wraps the keys of personal fields. Keep a copy of it."),
    text(
      "keys.audit_signing_key", \.keys.auditSigningKey,
      "PEM file with the Ed25519 key that signs the audit log's checkpoints."),
    text(
      "keys.audit_origin", \.keys.auditOrigin,
      "The audit log's name in its checkpoints, such as pursight-prod; never changed."),
  ]

  private static let limits: [Setting] = [
    number(
      "limits.connections", \.limits.connections, 1...1_000_000,
      "Connections of the whole server; further ones are closed at once."),
    number(
      "limits.connections_per_address", \.limits.connectionsPerAddress, 1...1_000_000,
      "Connections from one address; further ones are closed at once."),
    number(
      "limits.calls_per_loop", \.limits.callsPerLoop, 1...1_000_000,
      "Calls that run or wait on one event loop; further ones get UNAVAILABLE."),
    number(
      "limits.message_bytes", \.limits.messageBytes, 65_536...268_435_456,
      "Bytes of the largest request message; larger ones get RESOURCE_EXHAUSTED."),
  ]

  private static func text(
    _ key: String, _ path: any WritableKeyPath<Configuration, String> & Sendable,
    _ effect: String, isSecret: Bool = false
  ) -> Setting {
    Setting(
      key: key, effect: effect, isSecret: isSecret,
      store: { configuration, text throws(AppError) in configuration[keyPath: path] = text },
      show: { $0[keyPath: path] })
  }

  private static func number(
    _ key: String, _ path: any WritableKeyPath<Configuration, Int> & Sendable,
    _ range: ClosedRange<Int>, _ effect: String
  ) -> Setting {
    Setting(
      key: key, effect: "\(effect) \(range.lowerBound) to \(range.upperBound).", isSecret: false,
      store: { configuration, text throws(AppError) in
        configuration[keyPath: path] = try integer(key, text, range)
      }, show: { "\($0[keyPath: path])" })
  }

  private static func integer(
    _ key: String, _ text: String, _ range: ClosedRange<Int>
  ) throws(AppError) -> Int {
    guard let value = Int(text), range.contains(value) else {
      throw AppError(
        .configuration,
        "\(key) is \"\(text.prefix(80))\"; it has to be a number from \(range.lowerBound) to "
          + "\(range.upperBound).")
    }
    return value
  }
}
