internal import ArgumentParser
internal import PurSightClient

/// `pursightctl issue`: rules that do not hold.
struct IssueCommand: Noun {
  static let configuration = CommandConfiguration(
    commandName: "issue", abstract: "Rules that do not hold, since when, and for how many rows.",
    usage: "pursightctl issue <verb> [<options>]",
    discussion: "Example: pursightctl issue list --dataset flights",
    subcommands: [List.self, Show.self])

  @OptionGroup(title: "Global options") var global: GlobalOptions

  static let listing = Listing<Issue>(
    columns: [
      .init("ID") { .text(String(ResourceName.last($0.name))) },
      .init("State") { .text($0.state.short, $0.state == .open ? .red : .green) },
      .init("Rule") { .text($0.ruleID) },
      .init("Rows", .right) { .number($0.failingRows) },
      .init("Since") { .time($0.meta?.createTime) },
      .init("Summary") { .text($0.summary) },
      .init("Severity", isWide: true) { .text($0.severity.short) },
      .init("Dataset", isWide: true) { .text($0.dataset) },
    ],
    name: { ResourceName.last($0.name) })

  struct List: Command {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "List the issues, newest first.",
      discussion: "Example: pursightctl issue list --where \"state = 'open'\"")

    @Option(help: ArgumentHelp("Only those of this dataset.", valueName: "name"))
    var dataset: String?
    @OptionGroup var selection: Selection
    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(_ session: Session) async throws {
      let issues = try await session.client().issues.list(
        where: selection.filter, dataset: dataset)
      try await session.list(
        issues, IssueCommand.listing, limit: selection.limit, empty: "There are no issues.")
    }
  }

  struct Show: Command {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "Show an issue; with --rows, rows that are to blame.",
      discussion: "Example: pursightctl issue show 01981c9e-… --rows 10")

    @Argument(help: "The issue's id.") var id: String
    @Option(help: ArgumentHelp("Show so many of the rows.", valueName: "n")) var rows = 0
    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(_ session: Session) async throws {
      let pursight = try await session.client()
      let issue = try await pursight.issues.get(id)
      try await session.show(issue, name: id) {
        var page = Page(issue.ruleID, "issue")
        page.field("state", issue.state.short)
        page.field("summary", issue.summary)
        page.field("rows", Numbers.grouped(issue.failingRows))
        page.field("severity", issue.severity.short)
        page.field("dataset", try await pursight.datasets.get(issue.dataset).fqn)
        page.field("rule set", ResourceName.last(issue.ruleSet))
        page.field("id", ResourceName.last(issue.name))
        page.meta(issue.meta)
        if rows > 0 { page.section("Rows", lines: try await blamed(issue, pursight)) }
        return page
      }
    }

    private func blamed(_ issue: Issue, _ pursight: PurSight) async throws -> [String] {
      let result = try await pursight.checkRuns.get(issue.lastRun)
      let columns = result.run.verdicts.first { $0.ruleID == issue.ruleID }?.columns ?? []
      var lines: [String] = []
      for try await row in result.failingRows(issue.ruleID, columns: columns, limit: rows) {
        let values = columns.map { "\($0)=\(row[$0] ?? "null")" }.joined(separator: " ")
        lines.append("\(row.position): \(DisplayText.printable(values))")
      }
      return lines
    }
  }
}
