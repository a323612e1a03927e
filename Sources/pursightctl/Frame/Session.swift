internal import ArgumentParser
internal import PurSightClient

/// What a command works with: where text goes, and the server.
///
/// Single-owner: the command that runs. Connects when the server is asked for the first time.
final class Session {
  /// The flags; a command may take one for itself before it asks for the server.
  var global: GlobalOptions
  let terminal: Terminal
  private var open: PurSight?

  /// - Parameter terminal: Where text goes; nil: to the terminal of this process.
  init(_ global: GlobalOptions, terminal: Terminal? = nil) {
    self.global = global
    self.terminal = terminal ?? Terminal.detected(global.noColor ? .never : global.color)
  }

  /// The server.
  func client() async throws(PurSightError) -> PurSight {
    if let open { return open }
    let client = try await PurSight.connect(global.connection)
    open = client
    return client
  }

  func close() async { await open?.close() }

  /// The form of the result.
  ///
  /// - Parameter allowed: The forms that the command knows.
  /// - Throws: a usage error for another one.
  func format(_ allowed: [OutputFormat], standard: OutputFormat = .table) throws -> OutputFormat {
    let format = global.output ?? standard
    guard allowed.contains(format) else {
      throw Failure.usage(
        "This command does not print \(format.rawValue).",
        hint: "Choose one of: \(allowed.map(\.rawValue).joined(separator: ", ")).")
    }
    return format
  }

  /// Writes a line of the result.
  func say(_ line: String) throws { try terminal.write(line + "\n") }

  /// Writes lines of the result at once.
  func say(_ lines: [String]) throws {
    if !lines.isEmpty { try terminal.write(lines.joined(separator: "\n") + "\n") }
  }
}

/// A command that talks to the server, or at least prints a result.
protocol Command: AsyncParsableCommand {
  var global: GlobalOptions { get }
  func run(_ session: Session) async throws
}

extension Command {
  func run() async throws {
    let session = Session(global)
    do {
      try await run(session)
    } catch {
      await session.close()
      throw error
    }
    await session.close()
  }
}

/// A noun: it does nothing without a verb.
protocol Noun: AsyncParsableCommand {}
