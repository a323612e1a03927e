internal import ArgumentParser

/// The words of a command line, as far as they can be understood without parsing it.
struct TypedCommand {
  /// The command that the words lead to.
  let command: any ParsableCommand.Type
  /// Its names from the root on, such as `["dataset", "list"]`.
  let path: [String]
  /// The word at which no command was found; nil where all words but arguments are commands.
  let unknown: String?

  init(_ arguments: [String], root: any ParsableCommand.Type) {
    var command: any ParsableCommand.Type = root
    var path: [String] = []
    var unknown: String?
    var skipsValue = false
    for word in arguments {
      if skipsValue {
        skipsValue = false
        continue
      }
      if word == "--" { break }
      if word.hasPrefix("-") {
        skipsValue = Self.flagsWithValue.contains(word)
        continue
      }
      let children = command.configuration.subcommands
      if children.isEmpty { break }
      guard let child = children.first(where: { $0.names.contains(word) }) else {
        if command.configuration.defaultSubcommand == nil { unknown = word }
        break
      }
      command = child
      path.append(word)
    }
    self.command = command
    self.path = path
    self.unknown = unknown
  }

  /// Global flags whose value is the next word.
  private static let flagsWithValue: Set<String> = [
    "--context", "--address", "--ca", "--cert", "--key", "--server-name", "--project", "--timeout",
    "-o", "--output", "--color",
  ]

  /// Whether errors are to be JSON, as far as the words say.
  static func wantsJSON(_ arguments: [String]) -> Bool {
    for (index, word) in arguments.enumerated() {
      if ["-ojson", "-ojsonl", "--output=json", "--output=jsonl"].contains(word) { return true }
      guard ["-o", "--output"].contains(word), index + 1 < arguments.count else { continue }
      if ["json", "jsonl"].contains(arguments[index + 1]) { return true }
    }
    return false
  }
}

extension ParsableCommand {
  /// The names that the command answers to.
  static var names: [String] {
    [configuration.commandName].compactMap(\.self) + configuration.aliases
  }
}
