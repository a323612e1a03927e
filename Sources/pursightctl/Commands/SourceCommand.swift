internal import ArgumentParser
internal import PurSightClient

/// `pursightctl source`: systems that data comes from.
struct SourceCommand: Noun {
  static let configuration = CommandConfiguration(
    commandName: "source", abstract: "Systems that data comes from.",
    usage: "pursightctl source <verb> [<options>]",
    discussion: "Example: pursightctl source create nycflights13 --kind file",
    subcommands: [List.self, Show.self, Create.self, Edit.self, Delete.self])

  @OptionGroup(title: "Global options") var global: GlobalOptions

  static let listing = Listing<Source>(
    columns: [
      .init("Name") { .text(ResourceName.last($0.name)) },
      .init("Kind") { .text($0.kind.short) },
      .init("Title") { .text($0.displayName) },
      .init("Owners") { .text($0.owners.joined(separator: ", ")) },
      .init("Updated") { .time($0.meta?.updateTime) },
      .init("URI", isWide: true) { .text($0.uri) },
      .init("Description", isWide: true) { .text(DisplayText.firstLine($0.description)) },
    ],
    name: { ResourceName.last($0.name) },
    document: { try DocumentWriter.text(.source, $0) })

  static func page(_ source: Source) -> Page {
    var page = Page(ResourceName.last(source.name), "source")
    page.field("title", source.displayName)
    page.field("kind", source.kind.short)
    page.field("uri", source.uri)
    page.field("owners", source.owners.joined(separator: ", "))
    page.field("description", source.description)
    for property in source.properties { page.field(property.key, property.value) }
    page.meta(source.meta)
    return page
  }

  struct List: Command {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "List the sources.",
      discussion: "Example: pursightctl source list --where \"kind = 'file'\"")

    @OptionGroup var selection: Selection
    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(_ session: Session) async throws {
      try await session.list(
        session.client().sources.list(where: selection.filter), SourceCommand.listing,
        limit: selection.limit, empty: "There are no sources.")
    }
  }

  struct Show: Command {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "Show a source.",
      discussion: "Example: pursightctl source show nycflights13 -o yaml")

    @Argument(help: "The source's name.") var name: String
    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(_ session: Session) async throws {
      let source = try await session.client().sources.get(name)
      try await session.show(
        source, name: ResourceName.last(source.name),
        document: { try DocumentWriter.text(.source, $0) },
        page: { SourceCommand.page(source) })
    }
  }

  struct Create: Command {
    static let configuration = CommandConfiguration(
      commandName: "create", abstract: "Create a source.",
      discussion: "Example: pursightctl source create shop --kind database")

    @Argument(help: "Its name: lower-case letters, digits and dashes.") var name: String
    @OptionGroup var fields: SourceFields
    @OptionGroup var change: ChangeOptions
    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(_ session: Session) async throws {
      var source = Source()
      fields.apply(to: &source)
      let receipt = try await session.client().sources.create(
        name, source, dryRun: change.dryRun)
      try session.changed(
        receipt.value, name: name, change.line("+ source \(name)"),
        document: { try DocumentWriter.text(.source, $0) })
    }
  }

  struct Edit: Command {
    static let configuration = CommandConfiguration(
      commandName: "edit", abstract: "Change a source.",
      discussion: "Example: pursightctl source edit shop --owner user:ana@example.com")

    @Argument(help: "The source's name.") var name: String
    @OptionGroup var fields: SourceFields
    @OptionGroup var change: ChangeOptions
    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(_ session: Session) async throws {
      let receipt = try await session.client().sources.update(
        name, dryRun: change.dryRun, fields.apply)
      try session.changed(
        receipt.value, name: name, change.line(receipt, "source \(name)"),
        document: { try DocumentWriter.text(.source, $0) })
    }
  }

  struct Delete: Command {
    static let configuration = CommandConfiguration(
      commandName: "delete", abstract: "Delete a source that nothing belongs to.",
      discussion: "Example: pursightctl source delete shop --yes")

    @Argument(help: "The source's name.") var name: String
    @OptionGroup var deletion: DeletionOptions
    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(_ session: Session) async throws {
      try deletion.confirm("Delete source \(name)", session)
      try await session.client().sources.delete(name, dryRun: deletion.dryRun)
      try session.say(deletion.line("source \(name)"))
    }
  }
}

/// What people say of a source.
struct SourceFields: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What it is: \(SourceKind.shortNames.joined(separator: ", ")).", valueName: "kind"),
    transform: EnumOption.read)
  var kind: SourceKind?

  @Option(help: ArgumentHelp("A name for people.", valueName: "text"))
  var displayName: String?

  @Option(help: ArgumentHelp("What it is, in Markdown.", valueName: "text"))
  var description: String?

  @Option(help: ArgumentHelp("Where it is.", valueName: "uri"))
  var uri: String?

  @Option(
    name: .customLong("owner"),
    help: ArgumentHelp("Who answers for it; may be repeated.", valueName: "principal"))
  var owners: [String] = []

  func apply(to source: inout Source) {
    if let kind { source.kind = kind }
    if let displayName { source.displayName = displayName }
    if let description { source.description = description }
    if let uri { source.uri = uri }
    if !owners.isEmpty { source.owners = owners }
  }
}
