import ArgumentParser
import Foundation
import PurSightTestSupport
import Testing

@testable import pursightctl

/// Reads what the parser says of every command and checks that no one breaks the grammar.
@Suite struct GrammarTests {
  /// As the parser dumps a command.
  struct DumpedCommand: Decodable {
    let commandName: String
    let abstract: String?
    let discussion: String?
    let subcommands: [DumpedCommand]?
    let arguments: [DumpedArgument]?
  }

  struct DumpedArgument: Decodable {
    struct Name: Decodable {
      let kind: String
      let name: String
    }

    let kind: String
    let names: [Name]?
    let valueName: String?
    let abstract: String?
  }

  private struct Dump: Decodable {
    let command: DumpedCommand
  }

  /// A command with its names from the root on.
  struct Found {
    let path: [String]
    let command: DumpedCommand
    var isLeaf: Bool { command.subcommands?.isEmpty ?? true }
  }

  let commands: [Found]

  /// The parser takes seconds for it.
  private static let dumped = PurSightCommand._dumpHelp()

  init() throws {
    let root = try JSONDecoder().decode(Dump.self, from: Data(Self.dumped.utf8)).command
    commands = Self.all(root, []).filter { $0.command.commandName != "help" }
  }

  private static func all(_ command: DumpedCommand, _ path: [String]) -> [Found] {
    [Found(path: path, command: command)]
      + (command.subcommands ?? []).flatMap { all($0, path + [$0.commandName]) }
  }

  /// The verbs that every noun may have.
  private static let verbs: Set<String> = [
    "list", "show", "create", "edit", "delete", "restore", "move", "history", "diff", "rollback",
    "watch", "check", "import", "export",
  ]

  /// What is the job itself, crosses nouns, or is a page of its own.
  private static let bareVerbs: Set<String> = [
    "login", "status", "doctor", "search", "ingest", "read", "apply", "diff", "profile",
    "completion", "api",
  ]

  /// Further verbs, each with its reason: spellings of the contract, and what the thing does.
  private static let more: [String: Set<String>] = [
    "audit": ["verify", "proof"], "context": ["add", "use", "rename", "remove", "test"],
    "ingest": ["file", "resume"], "role": ["grant", "revoke"], "rule": ["suggest"],
  ]

  @Test func `every command is a noun and a verb of the closed list`() {
    for found in commands {
      if found.path.count == 1, found.isLeaf {
        #expect(Self.bareVerbs.contains(found.path[0]), "\(found.path)")
      }
      if found.path.count == 2 {
        let allowed = Self.verbs.union(Self.more[found.path[0]] ?? [])
        #expect(allowed.contains(found.path[1]), "\(found.path)")
      }
      #expect(found.path.count <= 2, "\(found.path)")
    }
    #expect(commands.count > 40)
  }

  @Test func `nouns are singular`() {
    for found in commands where found.path.count == 1 && !found.isLeaf {
      #expect(!found.path[0].hasSuffix("s"), "\(found.path)")
    }
  }

  @Test func `every command says what it does, with an example`() {
    for found in commands {
      let abstract = found.command.abstract ?? ""
      #expect(
        abstract.count > 10 && abstract.hasSuffix(".") || abstract.hasSuffix(")."),
        "\(found.path): \(abstract)")
      #expect(abstract.count <= 90, "\(found.path): \(abstract)")
      #expect((found.command.discussion ?? "").contains("Example: pursightctl"), "\(found.path)")
    }
  }

  @Test func `every argument and flag is explained`() {
    for found in commands {
      for argument in found.command.arguments ?? [] {
        let name = argument.names?.map(\.name).joined() ?? argument.valueName ?? ""
        #expect(!(argument.abstract ?? "").isEmpty, "\(found.path) \(name)")
      }
    }
  }

  @Test func `a flag takes the same thing everywhere`() {
    var first: [String: (value: String, path: [String])] = [:]
    for found in commands {
      for argument in found.command.arguments ?? [] where argument.kind != "positional" {
        for name in argument.names ?? [] {
          let value = argument.kind == "flag" ? "" : argument.valueName ?? "?"
          let known = first[name.name] ?? (value, found.path)
          first[name.name] = known
          #expect(known.value == value, "--\(name.name) of \(known.path) and of \(found.path)")
        }
      }
    }
    #expect(first.count > 30)
  }

  @Test func `every example is a command that can be typed`() throws {
    for found in commands {
      for line in (found.command.discussion ?? "").split(separator: "\n") {
        guard let range = line.range(of: "Example: pursightctl ") else { continue }
        let words = Self.words(String(line[range.upperBound...]))
        #expect(throws: Never.self, "\(found.path): \(line)") {
          _ = try PurSightCommand.parseAsRoot(words)
        }
        #expect(Array(words.prefix(1)) == Array(found.path.prefix(1)) || found.path.isEmpty)
      }
    }
  }

  /// Splits as a shell would: quotes, and what is redirected.
  private static func words(_ line: String) -> [String] {
    var words: [String] = []
    var word = ""
    var isQuoted = false
    for character in line {
      switch character {
      case "\"": isQuoted.toggle()
      case ">" where !isQuoted, "|" where !isQuoted: return words
      case " " where !isQuoted:
        if !word.isEmpty { words.append(word) }
        word = ""
      default: word.append(character)
      }
    }
    if !word.isEmpty { words.append(word) }
    return words
  }

  @Test func `destructive verbs can be agreed to beforehand`() {
    for found in commands where ["delete", "remove"].contains(found.path.last) {
      let names = found.command.arguments?.flatMap { $0.names?.map(\.name) ?? [] } ?? []
      #expect(names.contains("yes"), "\(found.path)")
    }
  }

  @Test(arguments: [
    ["-o", "json", "dataset", "list"], ["dataset", "-o", "json", "list"],
    ["dataset", "list", "-o", "json"], ["dataset", "list", "--output=json"],
  ])
  func `global flags stand wherever people put them`(arguments: [String]) throws {
    let command = try #require(
      try PurSightCommand.parseAsRoot(arguments) as? DatasetCommand.List)
    #expect(command.global.output == .json)
  }

  @Test func `the spellings of the contract are taken`() throws {
    let lines: [([String], any ParsableCommand.Type)] = [
      (["ingest", "f.csv", "--dataset", "d", "--source", "s"], IngestCommand.File.self),
      (
        ["ingest", "--dataset", "d", "f.csv", "--null", "NA", "--null", "-"],
        IngestCommand.File.self
      ),
      (["ingest", "resume"], IngestCommand.Resume.self),
      (["ingest", "resume", "load-1", "--retry-for", "0s"], IngestCommand.Resume.self),
      (["ingest", "list", "-o", "json"], IngestCommand.List.self),
      (["read", "d", "--columns", "a,b", "--format", "csv"], ReadCommand.self),
      (["audit", "log"], AuditCommand.List.self),
      (["audit", "verify", "--file", "proof.txt", "--key", "k"], AuditVerifyCommand.self),
      (["source", "create", "s", "--kind", "file"], SourceCommand.Create.self),
      (["lineage", "show", "flights.dep_delay", "--down"], LineageCommand.Show.self),
      (["rule", "check", "d", "-f", "rules.yaml"], RuleCommand.Check.self),
      (["dataset", "delete", "d", "--yes"], DatasetCommand.Delete.self),
    ]
    for (arguments, type) in lines {
      let command = try PurSightCommand.parseAsRoot(arguments)
      #expect(Swift.type(of: command) == type, "\(arguments)")
    }
  }

  @Test func `the help of commands is what was looked at`() throws {
    for (name, type) in [
      ("help-root", PurSightCommand.self as any ParsableCommand.Type),
      ("help-ingest", IngestCommand.self), ("help-read", ReadCommand.self),
    ] {
      try expectSnapshot(PurSightCommand.helpMessage(for: type, columns: 80), named: name)
    }
    try expectSnapshot(HelpTopic.exitCodes.text, named: "help-exit-codes")
    try expectSnapshot(HelpTopic.environment.text, named: "help-environment")
  }

  @Test func `every shell gets a completion script`() {
    for shell in CompletionCommand.Shell.allCases {
      let script = PurSightCommand.completionScript(for: shell.shell)
      #expect(script.contains("quarantine"))
    }
  }
}
