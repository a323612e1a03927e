internal import PurSightTLS
internal import PurSightTelemetry

/// The server's certificates, read again when their files change.
///
/// New connections get the new ones, present ones go on. Files that cannot be used leave the old
/// ones in force, and say so in the log.
struct ReloadedCertificates: Sendable {
  /// How often the files are looked at.
  private static let pause = Duration.seconds(10)

  /// What listeners hand to new connections.
  let holder: TLSContextHolder
  private let configuration: TLSServerConfiguration
  private let logger: Logger
  private let failures: Counter

  init(
    _ configuration: TLSServerConfiguration, _ logger: Logger, _ metrics: MetricRegistry
  ) throws(AppError) {
    do throws(TLSError) {
      holder = TLSContextHolder(try TLSContext(server: configuration))
    } catch { throw AppError(.configuration, "TLS: \(error.message).") }
    self.configuration = configuration
    self.logger = logger
    failures = metrics.counter(
      "purs_tls_reload_failures_total",
      help: "Certificates, keys or revocation lists that could not be used.")
    metrics.computed(
      "purs_tls_cert_not_after_seconds", help: "When the server's certificate ends, in Unix time."
    ) { [holder] in Double(holder.current.certificateNotAfter ?? 0) }
  }

  /// Reads the files again; returns whether they are in force now.
  func reload() -> Bool {
    do throws(TLSError) {
      holder.replace(try TLSContext(server: configuration))
      logger.log(.info, "certificates were read again")
      return true
    } catch {
      failures.add(shard: 0)
      logger.log(.error, "certificates stay as they are", [("error", .text(error.message))])
      return false
    }
  }

  /// Looks at the files until the task is cancelled.
  func watch() async {
    var seen = changeTimes
    while !Task.isCancelled {
      try? await Task.sleep(for: Self.pause)
      let now = changeTimes
      // A pair that is half written fails and is tried again at the next look.
      if now != seen, !Task.isCancelled, reload() { seen = now }
    }
  }

  private var changeTimes: [Int64?] {
    let sources = [
      configuration.identity.certificates, configuration.identity.privateKey,
      configuration.clientAuthorities, configuration.revocationLists,
    ]
    return sources.map { source in
      if case .file(let path) = source { SystemFile.changeTime(path) } else { nil }
    }
  }
}
