/// A resource name taken apart: `projects/{project}/{collection}/{id}[/{collection}/{id}]`
/// (AIP-122).
///
/// The id of the first collection may be a fully qualified name, slashes included, where the
/// collection allows it (`assets`, `datasets`); a nested collection is then looked for at the end.
package struct ResourceName: Hashable, Sendable {
  /// Bytes of the longest name that is looked at.
  package static let maxBytes = 2048

  package let project: String
  package let collection: String
  package let id: String
  /// The nested collection and id, such as (`writeStreams`, `orders-1`).
  package let child: Child?

  package struct Child: Hashable, Sendable {
    package let collection: String
    package let id: String
  }

  /// Parses `projects/{project}/{collection}/{id}`, with `/{child}/{id}` at its end where asked
  /// for.
  /// - Parameter field: The request field that it stood in, for the error.
  package init(
    parsing name: String, collection: String, child: String? = nil, field: String
  ) throws(GovernanceError) {
    let shape =
      "projects/{project}/\(collection)/{id}" + (child.map { "/\($0)/{id}" } ?? "")
    func refused() -> GovernanceError {
      GovernanceError(
        .invalid, field: field, "\"\(name.prefix(200))\" is not a name of the form \(shape).")
    }
    guard name.utf8.count <= Self.maxBytes, name.hasPrefix("projects/") else { throw refused() }
    let rest = name.dropFirst("projects/".count)
    guard let slash = rest.firstIndex(of: "/") else { throw refused() }
    let project = rest[..<slash]
    var tail = rest[rest.index(after: slash)...]
    guard !project.isEmpty, tail.hasPrefix(collection + "/") else { throw refused() }
    tail = tail.dropFirst(collection.utf8.count + 1)
    var nested: Child?
    if let child {
      let parts = tail.split(separator: "/", omittingEmptySubsequences: false)
      guard parts.count >= 3, parts[parts.count - 2] == child, let last = parts.last, !last.isEmpty
      else { throw refused() }
      nested = Child(collection: child, id: String(last))
      tail = tail.dropLast(child.utf8.count + last.utf8.count + 2)
    }
    guard !tail.isEmpty else { throw refused() }
    self.project = String(project)
    self.collection = collection
    self.id = String(tail)
    self.child = nested
  }

  /// The project of `projects/{project}`.
  package static func project(parsing name: String, field: String) throws(GovernanceError) -> String
  {
    let rest = name.dropFirst("projects/".count)
    guard name.hasPrefix("projects/"), !rest.isEmpty, !rest.contains("/") else {
      throw GovernanceError(
        .invalid, field: field,
        "\"\(name.prefix(200))\" is not a name of the form projects/{project}.")
    }
    return String(rest)
  }

  /// Whether the id is a uid and not a fully qualified name.
  package var hasUID: Bool { UIDText.isValid(id) }
}
