/// A system that data comes from.
package struct Source: Hashable, Sendable {
  /// Numbers as in the API's `SourceKind`.
  package enum Kind: Int16, CaseIterable, Sendable {
    case file = 1
    case database = 2
    case api = 3
    case cloudStorage = 4
    case stream = 5

    /// The word by which filters know it.
    package var word: String {
      switch self {
      case .file: "file"
      case .database: "database"
      case .api: "api"
      case .cloudStorage: "cloud_storage"
      case .stream: "stream"
      }
    }
  }

  /// The paths of an update mask.
  package static let updatablePaths = [
    "kind", "display_name", "description", "uri", "owners", "properties",
  ]

  package var slug: String
  package var kind: Kind
  package var displayName: String
  package var description: String
  package var uri: String
  package var owners: [String]
  package var properties: [Property]
  package var state: ResourceState

  package init(
    slug: String, kind: Kind, displayName: String, description: String, uri: String,
    owners: [String], properties: [Property], state: ResourceState
  ) {
    self.slug = slug
    self.kind = kind
    self.displayName = displayName
    self.description = description
    self.uri = uri
    self.owners = owners
    self.properties = properties
    self.state = state
  }
}
