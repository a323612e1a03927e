internal import PurSightClient

/// The kinds of resources that documents describe, in the order in which they are made.
enum ResourceKind: String, CaseIterable, Comparable {
  case source = "Source"
  case ruleSet = "RuleSet"
  case dataset = "Dataset"
  case asset = "Asset"
  case roleBinding = "RoleBinding"

  /// The message whose fields a document has.
  var typeName: String { "pursight.v1.\(rawValue)" }

  /// The word in front of a name in what `apply` prints.
  var label: String {
    switch self {
    case .source: "source"
    case .ruleSet: "rules"
    case .dataset: "dataset"
    case .asset: "asset"
    case .roleBinding: "role"
    }
  }

  /// The field that `name:` of a document fills; nil: the resource's own name.
  var nameField: String? { self == .dataset || self == .asset ? "fqn" : nil }

  /// Fields that only the server fills; a document must not name them.
  var outputFields: Set<String> {
    switch self {
    case .source: ["meta"]
    case .ruleSet: ["version", "meta"]
    case .dataset:
      [
        "asset", "fqn", "schemaVersion", "revision", "rowCount", "storedBytes", "quarantinedCount",
        "meta",
      ]
    case .asset:
      [
        "fqn", "sourceFacet", "derivedFacet", "effective", "schemaVersion", "rowCount", "meta",
      ]
    case .roleBinding: ["meta"]
    }
  }

  static func < (left: ResourceKind, right: ResourceKind) -> Bool {
    left.order < right.order
  }

  private var order: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
