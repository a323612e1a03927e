internal import PurSightClient

/// What is known of an asset, on one page.
enum AssetPage {
  static func page(_ asset: CatalogAsset, _ pursight: PurSight) async throws -> Page {
    let value = asset.asset
    var page = Page(asset.fqn, asset.kind.short)
    if value.displayName != ResourceName.last(asset.fqn) { page.field("title", value.displayName) }
    page.field("description", layered(asset.description))
    page.field("owners", asset.owners.joined(separator: ", "))
    page.field("source", ResourceName.last(value.source))
    if asset.kind == .dataset { page.field("rows", Numbers.grouped(value.rowCount)) }
    if value.schemaVersion > 0 { page.field("schema", "version \(value.schemaVersion)") }
    for property in value.properties { page.field(property.key, property.value) }
    page.meta(value.meta)
    if !asset.columns.isEmpty { page.section("Columns", columns(asset)) }
    let lineage = try await LineageText.lines(asset)
    if !lineage.isEmpty { page.section("Lineage", lines: lineage) }
    if asset.kind == .dataset {
      let issues = try await issues(asset, pursight)
      if !issues.rows.isEmpty { page.section("Open issues", issues) }
    }
    return page
  }

  private static func layered(_ text: LayeredText) -> String {
    text.origin == .curated || text.text.isEmpty
      ? text.text : "\(text.text) (says the \(text.origin.rawValue))"
  }

  private static func columns(_ asset: CatalogAsset) -> Table {
    var table = Table(columns: [
      .init(title: "#", alignment: .right), .init(title: "Name"), .init(title: "Type"),
      .init(title: "Null"), .init(title: "Key"), .init(title: "Description"),
    ])
    table.rows = asset.columns.map { column in
      [
        .init("\(column.column.ordinal + 1)", .dim), .init(column.name),
        .init(column.column.typeText),
        .init(column.column.nullable ? "" : "no"),
        .init(column.isKey ? "\(column.column.keyOrdinal)" : ""),
        .init(DisplayText.firstLine(column.description.text)),
      ]
    }
    return table
  }

  /// Issues that are shown on the page.
  private static let maxIssues = 10

  private static func issues(_ asset: CatalogAsset, _ pursight: PurSight) async throws -> Table {
    var table = Table(
      columns: [.init(title: ""), .init(title: "", alignment: .right), .init(title: "")],
      hasHeader: false)
    for try await issue in pursight.dataset(asset.fqn).issues(where: "state = 'open'") {
      guard table.rows.count < maxIssues else {
        table.rows.append([
          .init("…"), .init(""), .init("pursightctl issue list --dataset \(asset.fqn)", .dim),
        ])
        break
      }
      table.rows.append([
        .init("✗ \(issue.ruleID)", .red), .init(DisplayText.count(issue.failingRows, "row")),
        .init(issue.summary),
      ])
    }
    return table
  }
}

extension Column {
  /// The type for people: `decimal128(10, 2)`.
  var typeText: String {
    type == .decimal128 ? "\(type.short)(\(precision), \(scale))" : type.short
  }
}
