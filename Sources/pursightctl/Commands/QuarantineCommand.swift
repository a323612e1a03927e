internal import ArgumentParser
internal import PurSightClient

/// `pursightctl quarantine`: rows that were kept apart.
struct QuarantineCommand: Noun {
  static let configuration = CommandConfiguration(
    commandName: "quarantine", abstract: "Rows that broke a rule or did not parse.",
    usage: "pursightctl quarantine <verb> [<options>]",
    discussion: "Example: pursightctl quarantine list flights --rule tail-format",
    subcommands: [List.self])

  @OptionGroup(title: "Global options") var global: GlobalOptions

  struct List: Command {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "List the rows in quarantine, oldest first.",
      discussion: "Example: pursightctl quarantine list flights --rule distance -o jsonl")

    @Argument(help: "The dataset.") var dataset: String
    @Option(help: ArgumentHelp("Only rows that broke this rule.", valueName: "rule"))
    var rule: String?
    @Option(help: ArgumentHelp("Only rows of this load.", valueName: "id"))
    var load: String?
    @Option(help: ArgumentHelp("At most so many.", valueName: "n")) var limit: Int?
    @OptionGroup(title: "Global options") var global: GlobalOptions

    static let listing = Listing<QuarantinedRow>(
      columns: [
        .init("Offset", .right) { .number($0.offset) },
        .init("Rule") { .text($0.ruleID.isEmpty ? $0.reason.lowercased() : $0.ruleID) },
        .init("Column") { .text($0.column) },
        .init("Value") { row in row.value.map { .text($0) } ?? .text("–", .dim) },
        .init("Why") { .text($0.message) },
        .init("Line", .right, isWide: true) { $0.line > 0 ? .number($0.line) : .text("") },
        .init("Load", isWide: true) { .text(ResourceName.last($0.writeStream)) },
        .init("When", isWide: true) { .time($0.createTime) },
        .init("Row", isWide: true) { .text(String(decoding: $0.row, as: UTF8.self)) },
      ],
      name: { "\(ResourceName.last($0.writeStream))/\($0.offset)" })

    func run(_ session: Session) async throws {
      let rows = try await session.client().dataset(dataset)
        .quarantine(rule: rule, load: load, limit: limit)
      try await session.list(rows, Self.listing, limit: limit, empty: "No row is in quarantine.")
    }
  }
}
