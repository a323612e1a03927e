internal import ArgumentParser
internal import PurSightClient
internal import PurSightJSON

/// `pursightctl rule`: what rows have to keep to.
struct RuleCommand: Noun {
  static let configuration = CommandConfiguration(
    commandName: "rule", abstract: "Rules that rows have to keep to.",
    usage: "pursightctl rule <verb> [<options>]",
    discussion: "Example: pursightctl rule check flights",
    subcommands: [List.self, Show.self, Check.self, Suggest.self, Delete.self])

  @OptionGroup(title: "Global options") var global: GlobalOptions

  static let listing = Listing<RuleSet>(
    columns: [
      .init("Name") { .text(ResourceName.last($0.name)) },
      .init("Rules", .right) { .number($0.rules.count) },
      .init("Version", .right) { .number($0.version) },
      .init("Dataset") { .text(ResourceName.short($0.dataset)) },
      .init("Updated") { .time($0.meta?.updateTime) },
      .init("Description") { .text(DisplayText.firstLine($0.description)) },
    ],
    name: { ResourceName.last($0.name) },
    document: { try DocumentWriter.text(.ruleSet, $0) })

  static func page(_ ruleSet: RuleSet) -> Page {
    var page = Page(ResourceName.last(ruleSet.name), "rule set")
    page.field("version", "\(ruleSet.version)")
    page.field("dataset", ResourceName.short(ruleSet.dataset))
    page.field("description", ruleSet.description)
    page.meta(ruleSet.meta)
    var table = Table(columns: [
      .init(title: "Rule"), .init(title: "Columns"), .init(title: "Check"),
      .init(title: "Otherwise"), .init(title: "Description"),
    ])
    table.rows = ruleSet.rules.map { rule in
      [
        .init(rule.id), .init(rule.columns.joined(separator: ", ")), .init(RuleText.check(rule)),
        .init(RuleText.consequence(rule.severity)), .init(rule.description),
      ]
    }
    page.section("Rules", table)
    return page
  }

  struct List: Command {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "List the rule sets.",
      discussion: "Example: pursightctl rule list")

    @Option(help: ArgumentHelp("At most so many.", valueName: "n")) var limit: Int?
    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(_ session: Session) async throws {
      try await session.list(
        session.client().ruleSets.list(), RuleCommand.listing, limit: limit,
        empty: "There are no rule sets: pursightctl rule suggest DATASET begins one.")
    }
  }

  struct Show: Command {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "Show a rule set.",
      discussion: "Example: pursightctl rule show flights -o yaml > rules.yaml")

    @Argument(help: "Its name.") var name: String
    @Option(help: ArgumentHelp("As it was at this revision.", valueName: "revision"))
    var at: Int32 = 0
    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(_ session: Session) async throws {
      let ruleSet = try await session.client().ruleSets.get(name, version: at)
      try await session.show(
        ruleSet, name: name, document: { try DocumentWriter.text(.ruleSet, $0) },
        page: { RuleCommand.page(ruleSet) })
    }
  }

  struct Check: Command {
    static let configuration = CommandConfiguration(
      commandName: "check", abstract: "Check all rows; exit code 1 when a rule does not hold.",
      discussion: """
        With -f, the rule sets of the file are applied first, and the first of them is checked.
        Example: pursightctl rule check flights
        """)

    @Argument(help: "The dataset.") var dataset: String
    @Option(
      name: [.customShort("f"), .customLong("file")],
      help: ArgumentHelp("A file with the rules.", valueName: "file"),
      completion: .file(extensions: ["yaml", "yml"]))
    var file: String?
    @Option(help: ArgumentHelp("The rule set; else the dataset's own.", valueName: "name"))
    var rules: String?
    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(_ session: Session) async throws {
      _ = try session.format(OutputFormat.answers + [.yaml])
      let pursight = try await session.client()
      let named = try await apply(session, pursight) ?? rules
      let result: CheckResult
      if let known = try await ownRun(pursight, named) {
        result = known
      } else {
        result = try await pursight.dataset(dataset).check(rules: named)
        try await noteQuarantine(session, pursight)
      }
      if session.global.output?.isForPeople ?? true {
        let ruleSet = try? await pursight.ruleSets.get(
          result.run.ruleSet, version: result.run.ruleSetVersion)
        try session.say(CheckText.lines(result, ruleSet, session.terminal.painter))
      } else {
        try session.answer(JSONText.value(result.run)) { [] }
      }
      if result.verdict == .fail || result.verdict == .error { throw Finished(status: .no) }
    }

    /// The run that the dataset's only load made while it streamed, when it is by the rules as they
    /// are now. It has seen the rows that went to quarantine, too; a new run looks at stored rows.
    private func ownRun(_ pursight: PurSight, _ named: String?) async throws -> CheckResult? {
      let info = try await pursight.datasets.get(dataset)
      let wanted = named ?? ResourceName.last(info.ruleSet)
      guard !wanted.isEmpty else { return nil }
      var loads: [WriteStream] = []
      for try await load in pursight.loads.list(dataset: info.name) {
        loads.append(load)
        if loads.count > 1 { return nil }
      }
      guard let load = loads.first, load.state == .finished, load.revision == info.revision,
        !load.checkRun.isEmpty, ResourceName.last(load.ruleSet) == ResourceName.last(wanted)
      else { return nil }
      let ruleSet = try await pursight.ruleSets.get(wanted)
      guard ruleSet.version == load.ruleSetVersion else { return nil }
      let result = try await pursight.checkRuns.get(load.checkRun)
      return result.run.state == .succeeded ? result : nil
    }

    /// Says that a new run has not seen the rows in quarantine.
    private func noteQuarantine(_ session: Session, _ pursight: PurSight) async throws {
      let count = try await pursight.datasets.get(dataset).quarantinedCount
      guard count > 0, session.global.output?.isForPeople ?? true else { return }
      session.terminal.note(
        "\(DisplayText.count(count, "row")) in quarantine \(count == 1 ? "is" : "are") not looked "
          + "at: pursightctl quarantine list \(dataset)")
    }

    /// Applies the rules of the file.
    /// - Returns: the rule set to check; nil without a file.
    private func apply(_ session: Session, _ pursight: PurSight) async throws -> String? {
      guard let file else { return nil }
      let documents = try DocumentReader.documents([file]).filter { $0.kind == .ruleSet }
      guard let first = documents.first else {
        throw Failure.usage("\(file) has no RuleSet.", hint: "pursightctl rule suggest makes one.")
      }
      let applier = Applier(pursight, isDryRun: false, documents)
      for document in documents { session.terminal.note(try await applier.apply(document).line) }
      return rules ?? first.name
    }
  }

  struct Suggest: Command {
    static let configuration = CommandConfiguration(
      commandName: "suggest", abstract: "Suggest rules from what the data looks like, as YAML.",
      discussion: "Example: pursightctl rule suggest orders > rules.yaml")

    @Argument(help: "The dataset.") var dataset: String
    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(_ session: Session) async throws {
      let format = try session.format([.yaml, .json, .jsonl], standard: .yaml)
      let pursight = try await session.client()
      let info = try await pursight.datasets.get(dataset)
      let rules = try await pursight.dataset(dataset).suggestedRules()
      var id = Self.id(info.fqn)
      // Applying a suggestion must not replace what people wrote.
      if try await found({ try await pursight.ruleSets.get(id) }) != nil { id += "-suggested" }
      let ruleSet = RuleSet(name: id, dataset: info.fqn, rules: rules)
      guard format == .yaml else { return try session.answer(JSONText.value(ruleSet)) { [] } }
      try session.say(
        "# Suggested from what \(DisplayText.printable(info.fqn)) holds today: read before you "
          + "apply.")
      try session.terminal.write(DocumentWriter.text(.ruleSet, ruleSet))
      guard info.ruleSet.isEmpty else { return }
      try session.say(["---", "# Every load is checked by them from then on."])
      try session.terminal.write(
        DocumentWriter.text(.dataset, Dataset(fqn: info.fqn, ruleSet: id)))
    }

    /// An id that a rule set may have: lower-case letters, digits and dashes, from a letter.
    static func id(_ name: String) -> String {
      var id = ""
      for character in name.lowercased() {
        if character.isASCII, character.isLetter || character.isNumber {
          id.append(character)
        } else if !id.isEmpty, id.last != "-" {
          id.append("-")
        }
      }
      while id.last == "-" { id.removeLast() }
      if id.isEmpty { return "rules" }
      return id.first?.isLetter == true ? String(id.prefix(63)) : "rules-" + id.prefix(57)
    }
  }

  struct Delete: Command {
    static let configuration = CommandConfiguration(
      commandName: "delete", abstract: "Delete a rule set that no dataset uses.",
      discussion: "Example: pursightctl rule delete orders --yes")

    @Argument(help: "Its name.") var name: String
    @OptionGroup var deletion: DeletionOptions
    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(_ session: Session) async throws {
      try deletion.confirm("Delete rules \(name)", session)
      try await session.client().ruleSets.delete(name, dryRun: deletion.dryRun)
      try session.say(deletion.line("rules \(name)"))
    }
  }
}
