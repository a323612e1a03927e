internal import PurSightTelemetry

/// One setting: its name in the file, what it means, and how a text becomes its value.
///
/// In the environment `tls.private_key` is `PURSIGHT_TLS_PRIVATE_KEY`, on the command line
/// `--tls-private-key`. Precedence: command line, environment, file, default.
struct Setting: Sendable {
  /// The path in the file, such as `database.url`.
  let key: String
  /// What it does, in a sentence, with unit and range.
  let effect: String
  /// Stores the value of a text.
  /// - Throws: Says what it has to be instead.
  let store: @Sendable (inout Configuration, String) throws(AppError) -> Void
  /// The present value as a text.
  let show: @Sendable (Configuration) -> String

  var environmentName: String {
    "PURSIGHT_" + key.uppercased().map { $0 == "." ? "_" : String($0) }.joined()
  }
  var flag: String { "--" + key.map { $0 == "." || $0 == "_" ? "-" : String($0) }.joined() }

  static func named(_ key: String) -> Setting? { all.first { $0.key == key } }

  static let all: [Setting] =
    listeners + tls + database + audit + limits + timeouts + floods + log

  typealias Text = any WritableKeyPath<Configuration, String> & Sendable
  typealias Number = any WritableKeyPath<Configuration, Int> & Sendable
  typealias Time = any WritableKeyPath<Configuration, Duration> & Sendable

  private static let listeners = [
    text("listen", \.listen, "HOST:PORT of the encrypted listener; port 0 takes any."),
    text("admin_listen", \.adminListen, "HOST:PORT for metrics and probes; empty: none."),
    text(
      "plaintext_listen", \.plaintextListen,
      "HOST:PORT without encryption, for health and reflection only; empty: none."),
  ]

  private static let tls = [
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

  private static let database = [
    text(
      "database.url", \.database.url,
      "PostgreSQL as a libpq connection string or URI, with the role pursight_app."),
    text(
      "database.owner_url", \.database.ownerURL,
      "The same with the role pursight_owner; used by `migrate` only."),
    number(
      "database.connections_per_loop", \.database.connectionsPerLoop, 1...100,
      "Connections for changes, per event loop."),
    number(
      "database.pipelines_per_loop", \.database.pipelinesPerLoop, 1...16,
      "Connections that all reads of an event loop share."),
    time(
      "database.wait_limit", \.database.waitLimit, .zero ... .seconds(60),
      "How long a change waits for a connection before it gets UNAVAILABLE."),
  ]

  private static let audit = [
    text(
      "audit.signing_key_file", \.audit.signingKeyFile,
      "PEM file with the Ed25519 key that signs the log's checkpoints."),
    text(
      "audit.master_key_file", \.audit.masterKeyFile,
      "File with 64 hexadecimal digits; encrypts the keys of personal fields. Keep a copy of it."),
    text(
      "audit.origin", \.audit.origin,
      "The log's name in its checkpoints, such as pursight-prod; never changed."),
  ]

  private static let log = [
    Setting(
      key: "log.level", effect: "The least important lines that go to stderr: \(levels).",
      store: { configuration, text throws(AppError) in
        guard let level = LogLevel(text) else {
          throw AppError(.configuration, "log.level is \"\(text)\"; use one of \(levels).")
        }
        configuration.logLevel = level
      }, show: { $0.logLevel.name })
  ]

  private static var levels: String { LogLevel.allCases.map(\.name).joined(separator: ", ") }

  static func text(_ key: String, _ path: Text, _ effect: String) -> Setting {
    Setting(
      key: key, effect: effect,
      store: { configuration, text throws(AppError) in configuration[keyPath: path] = text },
      show: { $0[keyPath: path] })
  }

  static func number(
    _ key: String, _ path: Number, _ range: ClosedRange<Int>, _ effect: String
  ) -> Setting {
    Setting(
      key: key, effect: "\(effect) \(range.lowerBound) to \(range.upperBound).",
      store: { configuration, text throws(AppError) in
        guard let value = Int(text), range.contains(value) else {
          throw AppError(
            .configuration,
            "\(key) is \"\(text.prefix(80))\"; it has to be a number from \(range.lowerBound) to "
              + "\(range.upperBound).")
        }
        configuration[keyPath: path] = value
      }, show: { "\($0[keyPath: path])" })
  }

  static func time(
    _ key: String, _ path: Time, _ range: ClosedRange<Duration>, _ effect: String
  ) -> Setting {
    let bounds =
      "\(DurationText.format(range.lowerBound)) to \(DurationText.format(range.upperBound))"
    return Setting(
      key: key, effect: "\(effect) \(bounds).",
      store: { configuration, text throws(AppError) in
        guard let value = DurationText.parse(text), range.contains(value) else {
          throw AppError(
            .configuration,
            "\(key) is \"\(text.prefix(80))\"; it has to be a time from \(bounds), such as 500ms, "
              + "15s or 10m.")
        }
        configuration[keyPath: path] = value
      }, show: { DurationText.format($0[keyPath: path]) })
  }
}
