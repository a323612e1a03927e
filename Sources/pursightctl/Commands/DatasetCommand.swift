internal import ArgumentParser
internal import PurSightClient

/// `pursightctl dataset`: tables of rows that PurSight stores.
struct DatasetCommand: Noun {
  static let configuration = CommandConfiguration(
    commandName: "dataset", abstract: "Tables of rows that PurSight stores.",
    usage: "pursightctl dataset <verb> [<options>]",
    discussion: "Example: pursightctl dataset list",
    subcommands: [List.self, Show.self, Create.self, Edit.self, Delete.self])

  @OptionGroup(title: "Global options") var global: GlobalOptions

  static let listing = Listing<Dataset>(
    columns: [
      .init("Name") { .text($0.fqn) },
      .init("Rows", .right) { .number($0.rowCount) },
      .init("Size", .right) { .bytes($0.storedBytes) },
      .init("Quarantine", .right) { .number($0.quarantinedCount) },
      .init("Revision", .right) { .number($0.revision) },
      .init("Updated") { .time($0.meta?.updateTime) },
      .init("Description") { .text(DisplayText.firstLine($0.description)) },
      .init("Rules", isWide: true) { .text(ResourceName.last($0.ruleSet)) },
      .init("Key", isWide: true) { .text($0.keyColumns.joined(separator: ",")) },
      .init("ID", isWide: true) { .text($0.meta?.uid ?? "") },
    ],
    name: { $0.fqn },
    document: { try DocumentWriter.text(.dataset, $0) })

  static func page(_ dataset: Dataset) -> Page {
    var page = Page(dataset.fqn, "dataset")
    page.field("description", dataset.description)
    page.field("rows", Numbers.grouped(dataset.rowCount))
    page.field("quarantine", DisplayText.count(dataset.quarantinedCount, "row"))
    page.field("revision", "\(dataset.revision)")
    page.field("stored", Numbers.bytes(dataset.storedBytes))
    page.field("key", dataset.keyColumns.joined(separator: ", "))
    page.field("rules", ResourceName.last(dataset.ruleSet))
    page.meta(dataset.meta)
    guard !dataset.columns.isEmpty else { return page }
    var table = Table(columns: [
      .init(title: "#", alignment: .right), .init(title: "Name"), .init(title: "Type"),
      .init(title: "Null"),
    ])
    table.rows = dataset.columns.map { column in
      [
        .init("\(column.ordinal + 1)", .dim), .init(column.name), .init(column.typeText),
        .init(column.nullable ? "" : "no"),
      ]
    }
    page.section("Columns (schema version \(dataset.schemaVersion))", table)
    return page
  }

  struct List: Command {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "List the datasets.",
      discussion: "Example: pursightctl dataset list --where \"row_count > 1000\" -o name")

    @OptionGroup var selection: Selection
    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(_ session: Session) async throws {
      try await session.list(
        session.client().datasets.list(where: selection.filter), DatasetCommand.listing,
        limit: selection.limit, empty: "There are no datasets: pursightctl ingest makes one.")
    }
  }

  struct Show: Command {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "Show a dataset.",
      discussion: "Example: pursightctl dataset show flights")

    @Argument(help: "Its fully qualified name.") var name: String
    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(_ session: Session) async throws {
      let dataset = try await session.client().datasets.get(name)
      try await session.show(
        dataset, name: dataset.fqn, document: { try DocumentWriter.text(.dataset, $0) },
        page: { DatasetCommand.page(dataset) })
    }
  }

  struct Create: Command {
    static let configuration = CommandConfiguration(
      commandName: "create", abstract: "Create a dataset; its first load gives it columns.",
      discussion: "Example: pursightctl dataset create orders --key-columns id --rules orders")

    @Argument(help: "Its fully qualified name.") var name: String
    @OptionGroup var fields: DatasetFields
    @OptionGroup var change: ChangeOptions
    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(_ session: Session) async throws {
      var dataset = Dataset(fqn: name)
      fields.apply(to: &dataset)
      let receipt = try await session.client().datasets.create(dataset, dryRun: change.dryRun)
      try session.changed(
        receipt.value, name: name, change.line("+ dataset \(name)"),
        document: { try DocumentWriter.text(.dataset, $0) })
    }
  }

  struct Edit: Command {
    static let configuration = CommandConfiguration(
      commandName: "edit", abstract: "Change a dataset's description, key or rules.",
      discussion: "Example: pursightctl dataset edit orders --rules orders")

    @Argument(help: "Its fully qualified name.") var name: String
    @OptionGroup var fields: DatasetFields
    @OptionGroup var change: ChangeOptions
    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(_ session: Session) async throws {
      let receipt = try await session.client().datasets.update(
        name, dryRun: change.dryRun, fields.apply)
      try session.changed(
        receipt.value, name: name, change.line(receipt, "dataset \(name)"),
        document: { try DocumentWriter.text(.dataset, $0) })
    }
  }

  struct Delete: Command {
    static let configuration = CommandConfiguration(
      commandName: "delete", abstract: "Delete a dataset with its rows and its asset.",
      discussion: "Example: pursightctl dataset delete orders --yes")

    @Argument(help: "Its fully qualified name.") var name: String
    @OptionGroup var deletion: DeletionOptions
    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(_ session: Session) async throws {
      let pursight = try await session.client()
      let dataset = try await pursight.datasets.get(name)
      let rows = DisplayText.count(dataset.rowCount, "row")
      try deletion.confirm("Delete dataset \(dataset.fqn) with \(rows)", session)
      try await pursight.datasets.delete(dataset.name, dryRun: deletion.dryRun)
      try session.say(deletion.line("dataset \(dataset.fqn)"))
    }
  }
}

/// What people say of a dataset.
struct DatasetFields: ParsableArguments {
  @Option(help: ArgumentHelp("What it is, in Markdown.", valueName: "text"))
  var description: String?

  @Option(
    name: .customLong("key-columns"),
    help: ArgumentHelp("Columns that identify a row: a,b.", valueName: "columns"))
  var keyColumns: String?

  @Option(help: ArgumentHelp("Rule set that checks every load.", valueName: "name"))
  var rules: String?

  func apply(to dataset: inout Dataset) {
    if let description { dataset.description = description }
    if let keyColumns {
      dataset.keyColumns = keyColumns.split(separator: ",").map {
        String($0.trimmingPrefix { $0 == " " })
      }
    }
    guard let rules else { return }
    // The server's name of it may be the full one.
    if ResourceName.last(dataset.ruleSet) != rules { dataset.ruleSet = rules }
  }
}
