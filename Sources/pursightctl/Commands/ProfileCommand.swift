internal import ArgumentParser
internal import Foundation
internal import PurSightClient

/// `pursightctl profile`: what the values of a dataset look like.
struct ProfileCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "profile", abstract: "Show what the values look like, column by column.",
    discussion: "Example: pursightctl profile flights --html flights.html")

  @Argument(help: "The dataset.") var dataset: String
  @Option(help: ArgumentHelp("Only these columns: a,b.", valueName: "columns"))
  var columns: String?
  @Option(
    help: ArgumentHelp(
      "Write one page with histograms and lineage that needs nothing else.", valueName: "file"),
    completion: .file(extensions: ["html"]))
  var html: String?
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(_ session: Session) async throws {
    let pursight = try await session.client()
    let names = columns.map { $0.split(separator: ",").map(String.init) } ?? []
    let profile = try await pursight.dataset(dataset).profile(columns: names)
    if let html {
      let page = try await page(profile, pursight)
      do {
        try Data(page.text.utf8).write(to: URL(fileURLWithPath: html), options: .atomic)
      } catch {
        throw Failure(any: error)
      }
      session.terminal.note("wrote \(html)")
    }
    try await session.show(profile, name: dataset) {
      var page = Page(dataset, "profile of revision \(profile.revision)")
      page.field("rows", Numbers.grouped(profile.rows))
      page.field("updated", profile.updateTime)
      page.section(
        "Columns", ProfileTable.table(profile, isWide: session.global.output == .wide))
      return page
    }
  }

  /// What the page shows beside the profile is left out where the caller may not see it.
  private func page(_ profile: Profile, _ pursight: PurSight) async throws -> ProfilePage {
    let info = try await pursight.datasets.get(dataset)
    var page = ProfilePage(dataset: info, profile: profile)
    page.edges = try await edges(pursight)
    do {
      if let run = try await newestRun(pursight) {
        page.check = pursight.checkRuns.result(of: run)
        let version = run.ruleSetVersion
        page.rules = try await pursight.ruleSets.get(run.ruleSet, version: version).rules
      }
    } catch let error as PurSightError where error.code == .permissionDenied {
      return page
    }
    return page
  }

  private func newestRun(_ pursight: PurSight) async throws -> CheckRun? {
    for try await run in pursight.checkRuns.list(dataset: dataset) where run.state == .succeeded {
      return run
    }
    return nil
  }

  private func edges(_ pursight: PurSight) async throws -> [LineageEdge] {
    let asset = try await pursight.asset(dataset)
    var edges: [LineageEdge] = []
    for direction in [LineageDirection.upstream, .downstream] {
      for try await step in asset.lineage(direction, depth: 3) where edges.count < maxEdges {
        edges.append(step.edge)
      }
    }
    return edges
  }

  /// Edges that are drawn.
  private var maxEdges: Int { 60 }
}

/// The profile of a dataset as a table.
enum ProfileTable {
  static func table(_ profile: Profile, isWide: Bool) -> Table {
    var table = Table(columns: [
      .init(title: "Column"), .init(title: "Type"), .init(title: "Nulls", alignment: .right),
      .init(title: "Distinct", alignment: .right), .init(title: "Min"), .init(title: "Max"),
      .init(title: "Mean", alignment: .right), .init(title: "Distribution"),
    ])
    if isWide {
      table.columns += [
        .init(title: "Deviation", alignment: .right), .init(title: "Median", alignment: .right),
        .init(title: "95 %", alignment: .right), .init(title: "Most frequent"),
      ]
    }
    table.rows = profile.columns.prefix(Limits.profileColumns).map { column in
      var cells: [Table.Cell] = [
        .init(column.column, .bold), .init(column.type.short), .init(nulls(column)),
        .init(distinct(column)), .init(bound(column.minimum, isWide)),
        .init(bound(column.maximum, isWide)),
        .init(column.mean.map(Numbers.measured) ?? ""), .init(spark(column)),
      ]
      if isWide {
        cells += [
          .init(column.standardDeviation.map(Numbers.measured) ?? ""),
          .init(quantile(column, 0.5)), .init(quantile(column, 0.95)), .init(frequent(column)),
        ]
      }
      return cells
    }
    return table
  }

  static func nulls(_ column: ColumnProfile) -> String {
    guard column.rows > 0, column.nulls > 0 else { return "–" }
    let share = Double(column.nulls) / Double(column.rows)
    return share < 0.001 ? Numbers.grouped(column.nulls) : Numbers.percent(share) + " %"
  }

  static func distinct(_ column: ColumnProfile) -> String {
    (column.distinctIsExact ? "" : "~") + Numbers.grouped(column.distinct)
  }

  /// Characters of a bound that fit into a table for people.
  private static let maxBound = 16

  private static func bound(_ text: String?, _ isWide: Bool) -> String {
    let text = text ?? ""
    return isWide ? text : DisplayText.cut(DisplayText.printable(text), to: maxBound)
  }

  static func quantile(_ column: ColumnProfile, _ fraction: Double) -> String {
    column.quantiles.first { abs($0.fraction - fraction) < 1e-9 }.map {
      Numbers.measured($0.value)
    } ?? ""
  }

  private static func frequent(_ column: ColumnProfile) -> String {
    column.topValues.prefix(3).map { "\($0.value ?? "null") (\(Numbers.grouped($0.count)))" }
      .joined(separator: ", ")
  }

  private static let bars: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

  /// The histogram in one line; the most frequent values where there is none.
  static func spark(_ column: ColumnProfile) -> String {
    let counts =
      column.histogram.isEmpty
      ? column.topValues.map(\.count) : column.histogram.map(\.count)
    guard let most = counts.max(), most > 0 else { return "" }
    return String(
      counts.map { count in
        guard count > 0 else { return " " }
        let step = Int((Double(count) / Double(most) * Double(bars.count)).rounded(.up)) - 1
        return bars[min(max(step, 0), bars.count - 1)]
      })
  }
}
