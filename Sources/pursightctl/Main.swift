internal import ArgumentParser
internal import Foundation

/// Where `pursightctl` begins: parses, runs, and reports how it ended.
@main
enum Main {
  static func main() async {
    let signals = Interruption.shared.install()
    let arguments = Array(CommandLine.arguments.dropFirst())
    let status = await run(arguments)
    withExtendedLifetime(signals) {}
    exit(status.number)
  }

  private static func run(_ arguments: [String]) async -> ExitStatus {
    var command: any ParsableCommand
    do {
      command = try PurSightCommand.parseAsRoot(arguments)
    } catch {
      return ended(error, arguments, isParsing: true)
    }
    do {
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
      return .ok
    } catch {
      return ended(error, arguments, isParsing: false)
    }
  }

  /// Says what has to be said about the end, and gives the exit code.
  private static func ended(
    _ error: any Error, _ arguments: [String], isParsing: Bool
  ) -> ExitStatus {
    switch error {
    case is OutputClosed: return .ok
    case let finished as Finished: return finished.status
    case let failure as Failure: return report(failure, arguments)
    default: break
    }
    // Help, versions and completion scripts come as errors too.
    if PurSightCommand.exitCode(for: error) == .success {
      try? Terminal.detected(.auto).write(PurSightCommand.fullMessage(for: error) + "\n")
      return .ok
    }
    if isParsing || error is ValidationError {
      return report(
        UsageReport.failure(error, arguments, root: PurSightCommand.self), arguments)
    }
    return report(Failure(any: error), arguments)
  }

  private static func report(_ failure: Failure, _ arguments: [String]) -> ExitStatus {
    let terminal = Terminal.detected(arguments.contains("--no-color") ? .never : .auto)
    terminal.note(
      TypedCommand.wantsJSON(arguments)
        ? ErrorReport.json(failure) : ErrorReport.text(failure, terminal.errorPainter),
      newline: false)
    return failure.status
  }
}
