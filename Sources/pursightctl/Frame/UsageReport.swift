internal import ArgumentParser

/// Says what was wrong with a command line, and what may have been meant.
enum UsageReport {
  /// - Parameter error: What the parser threw.
  static func failure(
    _ error: any Error, _ arguments: [String], root: any ParsableCommand.Type
  ) -> Failure {
    let typed = TypedCommand(arguments, root: root)
    let name = (["pursightctl"] + typed.path).joined(separator: " ")
    if let unknown = typed.unknown {
      return self.unknown(unknown, typed, name)
    }
    let message = root.message(for: error)
    return .usage(
      message.isEmpty ? "This command line makes no sense." : message,
      hint: "See `\(name) --help`.")
  }

  private static func unknown(_ word: String, _ typed: TypedCommand, _ name: String) -> Failure {
    let names = typed.command.configuration.subcommands
      .filter { $0.configuration.shouldDisplay }.flatMap { $0.names }
    let what =
      typed.path.isEmpty
      ? "There is no command `\(word)`." : "`\(name)` has no verb `\(word)`."
    let singular = word.hasSuffix("s") ? String(word.dropLast()) : word
    let guess =
      synonyms[word].flatMap { synonym in names.first { $0 == synonym } }
      ?? names.first { $0 == singular } ?? Nearest.of(word, among: names)
    guard let guess else {
      return .usage(
        what, hint: "There are: \(names.joined(separator: ", ")). See `\(name) --help`.")
    }
    return .usage(what, hint: "Did you mean `\(name) \(guess)`?")
  }

  /// What other programs call our verbs and nouns.
  private static let synonyms: [String: String] = [
    "ls": "list", "get": "show", "describe": "show", "info": "show", "cat": "read",
    "add": "create", "new": "create", "make": "create", "rm": "delete", "remove": "delete",
    "update": "edit", "set": "edit", "load": "ingest", "import": "ingest", "upload": "ingest",
    "export": "read", "query": "read", "find": "search", "whoami": "status", "ping": "doctor",
    "table": "dataset", "config": "context", "ctx": "context", "rules": "rule", "log": "audit",
    "logs": "audit", "access": "role", "grant": "role", "permission": "role", "validate": "rule",
    "check": "rule", "describe-schema": "asset", "schema": "asset", "run": "check",
  ]
}
