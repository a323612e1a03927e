internal import ArgumentParser
internal import PurSightClient

/// Which things of a list are wanted.
struct Selection: ParsableArguments {
  @Option(
    name: .customLong("where"),
    help: ArgumentHelp("Only what this expression is true for.", valueName: "expression"))
  var condition: String?

  @Option(help: ArgumentHelp("At most so many.", valueName: "n"))
  var limit: Int?

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit is a number from 1 on.") }
  }

  var filter: Filter? { condition.map { Filter(text: $0) } }
}

/// How a change is made.
struct ChangeOptions: ParsableArguments {
  @Flag(help: "Let the server check everything and write nothing.")
  var dryRun = false

  /// `+ source shop`, with a note when nothing was written.
  func line(_ text: String) -> String { dryRun ? text + " (dry run)" : text }

  /// `~ source shop` or `= source shop`.
  func line(_ receipt: Receipt<some Sendable>, _ what: String) -> String {
    line((receipt.requestID.isEmpty ? "= " : "~ ") + what)
  }
}

/// How something is deleted.
struct DeletionOptions: ParsableArguments {
  @Flag(help: "Do not ask.")
  var yes = false

  @Flag(help: "Let the server check everything and delete nothing.")
  var dryRun = false

  func confirm(_ what: String, _ session: Session) throws {
    try Confirmation.ask(what, isGiven: yes || dryRun, session.terminal)
  }

  /// `- source shop`.
  func line(_ what: String) -> String { "- " + what + (dryRun ? " (dry run)" : "") }
}
