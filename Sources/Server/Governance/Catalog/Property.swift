/// One property of a resource: a name and a text.
package struct Property: Hashable, Sendable {
  package static let maxPerResource = 100

  package let key: String
  package let value: String

  package init(key: String, value: String) {
    self.key = key
    self.value = value
  }

  /// - Throws: `invalid` when a key is empty or stands twice.
  package static func check(_ properties: [Property], field: String) throws(GovernanceError) {
    guard properties.count <= maxPerResource else {
      throw GovernanceError(
        .invalid, field: field,
        "There are \(properties.count) properties; at most "
          + "\(maxPerResource) fit one resource.")
    }
    var seen: Set<String> = []
    for (index, property) in properties.enumerated() {
      let path = "\(field)[\(index)].key"
      guard !property.key.isEmpty else {
        throw GovernanceError(.invalid, field: path, "A property needs a key.")
      }
      guard seen.insert(property.key).inserted else {
        throw GovernanceError(
          .invalid, field: path, "The property \"\(property.key)\" stands twice; give it once.")
      }
    }
  }
}
