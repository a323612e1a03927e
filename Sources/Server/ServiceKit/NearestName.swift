internal import PurSightExpression

/// Names that people may have meant.
package enum NearestName {
  /// The candidate nearest to `name`, when it is near enough to be worth saying.
  package static func find(_ name: String, among candidates: [String]) -> String? {
    Suggestion.nearest(to: name, among: candidates)
  }

  /// `; did you mean "x"?`, or a full stop.
  package static func clause(for name: String, among candidates: [String]) -> String {
    find(name, among: candidates).map { "; did you mean \"\($0)\"?" } ?? "."
  }
}
