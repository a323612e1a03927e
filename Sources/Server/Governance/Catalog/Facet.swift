/// What is said of an asset on one layer.
package struct Facet: Hashable, Sendable {
  package var description: String
  /// Principals that answer for it.
  package var owners: [String]
  /// Notes by column id.
  package var columns: [Int32: String]

  package init(description: String = "", owners: [String] = [], columns: [Int32: String] = [:]) {
    self.description = description
    self.owners = owners
    self.columns = columns
  }

  package var isEmpty: Bool { description.isEmpty && owners.isEmpty && columns.isEmpty }
}

/// The layers of an asset's description, and what holds of them.
package struct Facets: Hashable, Sendable {
  /// Numbers as in the database.
  package enum Layer: Int16, CaseIterable, Sendable {
    case source = 1
    case curated = 2
    case derived = 3
  }

  package var source: Facet
  package var curated: Facet
  package var derived: Facet

  package init(source: Facet = Facet(), curated: Facet = Facet(), derived: Facet = Facet()) {
    self.source = source
    self.curated = curated
    self.derived = derived
  }

  package subscript(_ layer: Layer) -> Facet {
    get {
      switch layer {
      case .source: source
      case .curated: curated
      case .derived: derived
      }
    }
    set {
      switch layer {
      case .source: source = newValue
      case .curated: curated = newValue
      case .derived: derived = newValue
      }
    }
  }

  /// Curated before source before derived, field by field and column by column.
  package var effective: Facet {
    let order = [curated, source, derived]
    return Facet(
      description: order.first { !$0.description.isEmpty }?.description ?? "",
      owners: order.first { !$0.owners.isEmpty }?.owners ?? [],
      columns: derived.columns.merging(source.columns) { _, new in new }
        .merging(curated.columns) { _, new in new })
  }
}
