internal import ArgumentParser
internal import PurSightClient
internal import PurSightJSON

/// `pursightctl context`: the servers that one works with.
struct ContextCommand: Noun {
  static let configuration = CommandConfiguration(
    commandName: "context", abstract: "The servers you work with, and who you are there.",
    usage: "pursightctl context <verb> [<options>]",
    discussion: """
      Contexts are kept in ${XDG_CONFIG_HOME:-~/.config}/pursight/config.json.
      Example: pursightctl context use prod
      """,
    subcommands: [
      Add.self, Use.self, List.self, Show.self, Rename.self, Remove.self, Test.self,
    ])

  @OptionGroup(title: "Global options") var global: GlobalOptions

  struct Add: Command {
    static let configuration = CommandConfiguration(
      commandName: "add", abstract: "Add a context, or change one; what is left out stays.",
      discussion:
        "Example: pursightctl context add prod --address db.example.com:7443 --ca ca.pem "
        + "--cert me.pem --key me.key")

    @Argument(help: "Its name.") var name: String
    @Option(help: ArgumentHelp("The audit log's verifier key, pinned.", valueName: "key"))
    var logKey: String?
    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(_ session: Session) async throws {
      try ContextNames.check(name)
      var file = try ContextFile()
      let isNew = file.contexts[name] == nil
      var context = file.contexts[name] ?? ContextFile.Context()
      if let address = global.address { context.address = address }
      if let ca = global.ca { context.authorities = FilePath.absolute(ca) }
      if let cert = global.cert { context.certificate = FilePath.absolute(cert) }
      if let key = global.key { context.privateKey = FilePath.absolute(key) }
      if let serverName = global.serverName { context.serverName = serverName }
      if let project = global.project { context.project = project }
      if global.plaintext { context.plaintext = true }
      if let logKey { context.auditKey = try VerifierKey(logKey).description }
      guard context.address != nil else {
        throw Failure.usage("A context needs an address.", hint: "Give --address host:port.")
      }
      file.contexts[name] = context
      let becomesCurrent = file.current == nil
      if becomesCurrent { file.current = name }
      try file.write()
      try session.say(
        "\(isNew ? "+" : "~") context \(name)\(becomesCurrent ? " (now the current one)" : "")")
    }
  }

  struct Use: Command {
    static let configuration = CommandConfiguration(
      commandName: "use", abstract: "Make a context the current one.",
      discussion: "Example: pursightctl context use prod")

    @Argument(help: "Its name.", completion: .custom { _, _, _ in ContextNames.all })
    var name: String
    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(_ session: Session) async throws {
      var file = try ContextFile()
      _ = try ContextNames.context(name, file)
      file.current = name
      try file.write()
      try session.say("= context \(name) is the current one")
    }
  }

  struct List: Command {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "List the contexts.",
      discussion: "Example: pursightctl context list")

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(_ session: Session) async throws {
      let file = try ContextFile()
      let contexts = file.contexts.sorted { $0.key < $1.key }
      let format = try session.format([.table, .wide, .json, .jsonl, .name])
      if format == .name { return try session.say(contexts.map(\.key)) }
      if contexts.isEmpty, format.isForPeople {
        session.terminal.note("There are no contexts: `pursightd dev` makes one.")
        return
      }
      let values = contexts.map { ContextText.json($0.key, $0.value, file) }
      try session.answer(.array(values)) {
        ContextText.table(file).lines(
          width: format == .wide ? nil : session.terminal.width, session.terminal.painter)
      }
    }
  }

  struct Show: Command {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "Show what is in force, and where each value comes from.",
      discussion: "Example: pursightctl context show --effective")

    @Argument(help: "Its name; without it, what is in force now.") var name: String?
    @Flag(help: "With flags and environment, as commands see it.") var effective = false
    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(_ session: Session) async throws {
      if let name, !effective {
        let file = try ContextFile()
        let context = try ContextNames.context(name, file)
        return try session.answer(ContextText.json(name, context, file)) {
          ContextText.lines(name, context, session.terminal.painter)
        }
      }
      var options = global.connection
      if let name { options.context = name }
      let settings = try options.resolved()
      try session.answer(ContextText.json(settings)) {
        ContextText.table(settings).lines(width: nil, session.terminal.painter)
      }
    }
  }

  struct Rename: Command {
    static let configuration = CommandConfiguration(
      commandName: "rename", abstract: "Give a context another name.",
      discussion: "Example: pursightctl context rename dev laptop")

    @Argument(help: "Its name.", completion: .custom { _, _, _ in ContextNames.all })
    var name: String
    @Argument(help: "Its new name.") var newName: String
    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(_ session: Session) async throws {
      try ContextNames.check(newName)
      var file = try ContextFile()
      let context = try ContextNames.context(name, file)
      guard file.contexts[newName] == nil else {
        throw Failure.code(.alreadyExists, "There is a context \"\(newName)\" already.")
      }
      file.contexts[name] = nil
      file.contexts[newName] = context
      if file.current == name { file.current = newName }
      try file.write()
      try session.say("~ context \(name) is now \(newName)")
    }
  }

  struct Remove: Command {
    static let configuration = CommandConfiguration(
      commandName: "remove", abstract: "Forget a context. The server stays as it is.",
      discussion: "Example: pursightctl context remove old --yes")

    @Argument(help: "Its name.", completion: .custom { _, _, _ in ContextNames.all })
    var name: String
    @Flag(help: "Do not ask.") var yes = false
    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(_ session: Session) async throws {
      var file = try ContextFile()
      _ = try ContextNames.context(name, file)
      try Confirmation.ask("Forget context \(name)", isGiven: yes, session.terminal)
      file.contexts[name] = nil
      if file.current == name { file.current = nil }
      try file.write()
      try session.say("- context \(name)")
    }
  }

  struct Test: Command {
    static let configuration = CommandConfiguration(
      commandName: "test", abstract: "Say whether the server answers, and as whom.",
      discussion: "Example: pursightctl context test prod")

    @Argument(help: "Its name; without it, the current one.") var name: String?
    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(_ session: Session) async throws {
      if let name { session.global.context = name }
      let pursight = try await session.client()
      let caller = try await pursight.access.caller()
      try session.answer(JSONText.value(caller)) {
        let address = pursight.settings.address.value
        return [
          session.terminal.painter.paint("✓", .green)
            + " \(address) answers \(caller.principal) (\(caller.roles.joined(separator: ", ")))"
        ]
      }
    }
  }
}
