internal import ArgumentParser
internal import PurSightClient
internal import PurSightJSON

/// `pursightctl search`: finds assets by words.
struct SearchCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "search", abstract: "Find assets by the words of names, columns, descriptions.",
    discussion: "Example: pursightctl search departure delay --limit 5")

  @Argument(help: "Words; all of them have to be there.") var words: [String]
  @Option(help: ArgumentHelp("At most so many.", valueName: "n")) var limit = 20
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func validate() throws {
    if limit < 1 { throw ValidationError("--limit is a number from 1 on.") }
  }

  static let listing = Listing<SearchHit>(
    columns: [
      .init("Name") { .text($0.fqn, .bold) },
      .init("Kind") { .text($0.kind.short) },
      .init("Rows", .right) { $0.kind == .dataset ? .number($0.rowCount) : .text("") },
      .init("Columns") { .text($0.columns.joined(separator: ", ")) },
      .init("Description") { .text(DisplayText.firstLine($0.description)) },
      .init("Match", isWide: true) { .text($0.tier.short) },
    ],
    name: { $0.fqn })

  func run(_ session: Session) async throws {
    let pursight = try await session.client()
    let query = words.joined(separator: " ")
    let hits = pursight.search(query, limit: limit)
    guard [.json, .jsonl].contains(try session.format(OutputFormat.lists)) else {
      var listing = Self.listing
      listing.hasHeader = false
      return try await session.list(
        hits, listing, empty: "Nothing has all of these words: \(query)")
    }
    try await printJSON(hits, pursight, session)
  }

  /// Each hit with its whole asset, which is what programs go on with.
  private func printJSON(
    _ hits: PagedSequence<SearchHit>, _ pursight: PurSight, _ session: Session
  ) async throws {
    let printer = JSONPrinter(session)
    for try await hit in hits {
      let asset = try await pursight.assets.get(hit.asset)
      try printer.write(
        .object([
          .init("asset", try JSONText.value(asset)), .init("match", .string(hit.tier.description)),
          .init("columns", .array(hit.columns.map { .string($0) })),
        ]))
    }
    try printer.end()
  }
}
