internal import ArgumentParser
internal import PurSightClient

/// `pursightctl asset`: what data exists, and what it means.
struct AssetCommand: Noun {
  static let configuration = CommandConfiguration(
    commandName: "asset", abstract: "What data exists, and what it means.",
    usage: "pursightctl asset <verb> [<options>]",
    discussion: "Example: pursightctl asset show nycflights13/flights.csv",
    subcommands: [List.self, Show.self, Create.self, Edit.self, Delete.self])

  @OptionGroup(title: "Global options") var global: GlobalOptions

  static let listing = Listing<Asset>(
    columns: [
      .init("Name") { .text($0.fqn) },
      .init("Kind") { .text($0.kind.short) },
      .init("Rows", .right) { $0.kind == .dataset ? .number($0.rowCount) : .text("") },
      .init("Owners") { .text($0.effective?.owners.joined(separator: ", ") ?? "") },
      .init("Updated") { .time($0.meta?.updateTime) },
      .init("Description") { .text(DisplayText.firstLine($0.effective?.description ?? "")) },
      .init("Schema", .right, isWide: true) { .number($0.schemaVersion) },
      .init("ID", isWide: true) { .text($0.meta?.uid ?? "") },
    ],
    name: { $0.fqn },
    document: { try DocumentWriter.text(.asset, $0) })

  struct List: Command {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "List the assets.",
      discussion: "Example: pursightctl asset list --prefix nycflights13/ --limit 20")

    @Option(help: ArgumentHelp("How the name begins.", valueName: "text"))
    var prefix = ""
    @Flag(help: "Also those that were deleted.") var deleted = false
    @OptionGroup var selection: Selection
    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(_ session: Session) async throws {
      let assets = try await session.client().assets.list(
        where: selection.filter, prefix: prefix, showDeleted: deleted)
      try await session.list(
        assets, AssetCommand.listing, limit: selection.limit, empty: "There are no assets.")
    }
  }

  struct Show: Command {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "Show an asset: columns, owners, schema, lineage, issues.",
      discussion: "Example: pursightctl asset show flights")

    @Argument(help: "Its fully qualified name.") var name: String
    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(_ session: Session) async throws {
      let pursight = try await session.client()
      let asset = try await pursight.asset(name)
      try await session.show(
        asset.asset, name: asset.fqn, document: { try DocumentWriter.text(.asset, $0) },
        page: { try await AssetPage.page(asset, pursight) })
    }
  }

  struct Create: Command {
    static let configuration = CommandConfiguration(
      commandName: "create", abstract: "Register an asset that is kept elsewhere.",
      discussion: "Example: pursightctl asset create shop/public/orders --kind table --source shop")

    @Argument(help: "Its fully qualified name.") var name: String
    @Option(
      help: ArgumentHelp(
        "What it is: \(AssetKind.shortNames.joined(separator: ", ")).", valueName: "kind"),
      transform: EnumOption.read)
    var kind: AssetKind
    @Option(help: ArgumentHelp("The source it belongs to.", valueName: "name"))
    var source: String?
    @OptionGroup var fields: AssetFields
    @OptionGroup var change: ChangeOptions
    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(_ session: Session) async throws {
      let pursight = try await session.client()
      var asset = Asset(fqn: name, kind: kind)
      if let source {
        asset.source =
          source.hasPrefix("projects/") ? source : "projects/\(pursight.project)/sources/\(source)"
      }
      fields.apply(to: &asset)
      let receipt = try await pursight.assets.create(asset, dryRun: change.dryRun)
      try session.changed(
        receipt.value, name: name, change.line("+ asset \(name)"),
        document: { try DocumentWriter.text(.asset, $0) })
    }
  }

  struct Edit: Command {
    static let configuration = CommandConfiguration(
      commandName: "edit", abstract: "Change what people say of an asset.",
      discussion: "Example: pursightctl asset edit flights --owner user:ana@example.com")

    @Argument(help: "Its fully qualified name.") var name: String
    @OptionGroup var fields: AssetFields
    @OptionGroup var change: ChangeOptions
    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(_ session: Session) async throws {
      let receipt = try await session.client().assets.update(
        name, dryRun: change.dryRun, fields.apply)
      try session.changed(
        receipt.value, name: receipt.fqn, change.line(receipt, "asset \(receipt.fqn)"),
        document: { try DocumentWriter.text(.asset, $0) })
    }
  }

  struct Delete: Command {
    static let configuration = CommandConfiguration(
      commandName: "delete", abstract: "Forget an asset. Datasets: dataset delete.",
      discussion: "Example: pursightctl asset delete shop/public/orders --yes")

    @Argument(help: "Its fully qualified name.") var name: String
    @OptionGroup var deletion: DeletionOptions
    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(_ session: Session) async throws {
      try deletion.confirm("Delete asset \(name)", session)
      try await session.client().assets.delete(name, dryRun: deletion.dryRun)
      try session.say(deletion.line("asset \(name)"))
    }
  }
}

/// What people say of an asset.
struct AssetFields: ParsableArguments {
  @Option(help: ArgumentHelp("A name for people.", valueName: "text"))
  var displayName: String?

  @Option(help: ArgumentHelp("What it is, in Markdown.", valueName: "text"))
  var description: String?

  @Option(
    name: .customLong("owner"),
    help: ArgumentHelp("Who answers for it; may be repeated.", valueName: "principal"))
  var owners: [String] = []

  func apply(to asset: inout Asset) {
    if let displayName { asset.displayName = displayName }
    guard description != nil || !owners.isEmpty else { return }
    var facet = asset.curatedFacet ?? Facet()
    if let description { facet.description = description }
    if !owners.isEmpty { facet.owners = owners }
    asset.curatedFacet = facet
  }
}
