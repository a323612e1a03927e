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

  init(_ configuration: TLSServerConfiguration, _ logger: Logger) throws(AppError) {
    do throws(TLSError) {
      holder = TLSContextHolder(try TLSContext(server: configuration))
    } catch { throw AppError(.configuration, "TLS: \(error.message).") }
    self.configuration = configuration
    self.logger = logger
  }

  /// Looks at the files until the task is cancelled.
  func watch() async {
    var seen = changeTimes
    while !Task.isCancelled {
      try? await Task.sleep(for: Self.pause)
      let now = changeTimes
      guard now != seen, !Task.isCancelled else { continue }
      do throws(TLSError) {
        holder.replace(try TLSContext(server: configuration))
        // A pair that is half written fails and is tried again at the next look.
        seen = now
        logger.log(.info, "certificates were read again")
      } catch {
        logger.log(.error, "certificates stay as they are", [("error", .text(error.message))])
      }
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
