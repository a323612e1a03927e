/// The rules of a dataset, as they are stored: their text form is opaque here.
package struct RuleSet: Hashable, Sendable {
  package static let maxRules = 1000

  /// The paths of an update mask.
  package static let updatablePaths = ["dataset", "rules", "description"]

  package var slug: String
  /// Name or fully qualified name of the dataset that they are written for.
  package var dataset: String
  package var description: String
  /// From 1, without gaps.
  package var version: Int32
  /// The rules of that version in their wire form.
  package var body: [UInt8]
  package var state: ResourceState

  package init(
    slug: String, dataset: String, description: String, version: Int32, body: [UInt8],
    state: ResourceState
  ) {
    self.slug = slug
    self.dataset = dataset
    self.description = description
    self.version = version
    self.body = body
    self.state = state
  }
}
