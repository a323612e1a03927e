/// A piece of data that is known: a table, a file, a dataset, a report.
package struct Asset: Hashable, Sendable {
  /// Numbers as in the API's `AssetKind`.
  package enum Kind: Int16, CaseIterable, Sendable {
    case file = 1
    case table = 2
    case view = 3
    case dataset = 4
    case topic = 5
    case report = 6

    /// The word by which filters know it.
    package var word: String {
      switch self {
      case .file: "file"
      case .table: "table"
      case .view: "view"
      case .dataset: "dataset"
      case .topic: "topic"
      case .report: "report"
      }
    }
  }

  /// The paths of an update mask.
  package static let updatablePaths = [
    "display_name", "curated_facet", "curated_facet.description", "curated_facet.owners",
    "curated_facet.columns", "properties",
  ]

  package var fqn: FullyQualifiedName
  package var kind: Kind
  /// The source's slug; nil for what belongs to none.
  package var source: String?
  /// Empty: the last segment of the fqn is shown.
  package var displayName: String
  package var facets: Facets
  package var properties: [Property]
  /// The newest schema version; 0: none known.
  package var schemaVersion: Int32
  /// Rows of a dataset at its newest revision.
  package var rowCount: Int64
  package var state: ResourceState

  package init(
    fqn: FullyQualifiedName, kind: Kind, source: String?, displayName: String, facets: Facets,
    properties: [Property], schemaVersion: Int32, rowCount: Int64, state: ResourceState
  ) {
    self.fqn = fqn
    self.kind = kind
    self.source = source
    self.displayName = displayName
    self.facets = facets
    self.properties = properties
    self.schemaVersion = schemaVersion
    self.rowCount = rowCount
    self.state = state
  }
}
