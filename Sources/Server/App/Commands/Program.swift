internal import PurSightNet
internal import PurSightTelemetry

/// The program `pursightd`.
public enum Program {
  /// What steers a server.
  private static let signals = Signals([.terminate, .interrupt, .hangUp])

  /// What SIGHUP means.
  enum HangUp {
    /// The terminal is gone, and so should the server be.
    case stop
    /// Certificates, keys and lists are read again.
    case reload
  }

  /// Runs a command line and ends the process with its exit code.
  /// - Parameter arguments: Without the program's name.
  public static func main(_ arguments: [String]) -> Never {
    // Before the first thread is made, so that all of them inherit it.
    _ = signals
    ProcessSetup.prepare()
    Task { SystemInfo.exit(await run(arguments)) }
    while true { SystemInfo.pause() }
  }

  /// Runs a command line and answers the exit code.
  private static func run(_ arguments: [String]) async -> Int32 {
    do throws(AppError) {
      let invocation = try Invocation(arguments)
      if invocation.has("--help") {
        StandardStreams.output(HelpText.text(for: invocation.command))
        return 0
      }
      return try await perform(invocation)
    } catch {
      StandardStreams.error(Array("error: \(error.message)\n".utf8))
      return error.code.rawValue
    }
  }

  private static func perform(_ invocation: Invocation) async throws(AppError) -> Int32 {
    switch invocation.command {
    case .version:
      StandardStreams.output("pursightd \(Version.text)\n")
    case .help:
      let topic = invocation.operands.first
      let command = topic.flatMap { Invocation.Command(rawValue: $0) }
      guard topic == nil || command != nil else {
        throw AppError(.usage, "There is no command \"\(topic ?? "")\".")
      }
      StandardStreams.output(HelpText.text(for: command))
    case .certificate: try await CertificateCommand(invocation).run()
    case .migrate: try await MigrateCommand(invocation, try configuration(invocation)).run()
    case .serve:
      let command = ServeCommand(
        configuration: try configuration(invocation),
        configurationPath: invocation.value("--config"))
      try await command.run()
    case .dev: try await DevCommand(invocation, try configuration(invocation)).run()
    }
    return 0
  }

  private static func configuration(_ invocation: Invocation) throws(AppError) -> Configuration {
    var file: (path: String, text: String)?
    if let path = invocation.value("--config") {
      file = (path, try SystemFile.readText(path))
    }
    return try ConfigurationLoader.load(
      file: file, environment: { Environment.value($0) }, flags: invocation.settings)
  }

  /// Says that the server is ready, and runs it until the process is asked to end.
  static func serve(_ daemon: Daemon, _ ready: ReadyLine, hangUp: HangUp = .stop) async {
    StandardStreams.output(ready.text)
    ServiceManager.tell(.ready)
    daemon.parts.logger.log(
      .info, "ready", [("address", .text(ready.address)), ("version", .text(Version.text))])
    do throws(NetError) {
      while try await signals.next() == .hangUp, hangUp == .reload {
        ServiceManager.tell(.reloading)
        daemon.reloadCertificates()
        ServiceManager.tell(.ready)
      }
    } catch {
      daemon.parts.logger.log(.error, "signals", [("error", .text(error.message))])
    }
    ServiceManager.tell(.stopping)
    daemon.parts.logger.log(.info, "draining")
    await daemon.stop()
    daemon.parts.logger.log(.info, "stopped")
  }
}
