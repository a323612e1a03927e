internal import PurSightJSON

/// One resource as a file describes it.
struct ResourceDocument {
  let kind: ResourceKind
  /// The short id or fully qualified name; a role's principal.
  let name: String
  /// The fields that the document names, in proto3 JSON.
  let fields: [JSONValue.Member]
  /// Where it begins, such as `rules.yaml:3`.
  let place: String

  /// The value of a field; nil where the document does not name it.
  subscript(_ field: String) -> JSONValue? { fields.first { $0.key == field }?.value }
}
