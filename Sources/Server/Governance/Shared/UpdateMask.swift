/// Which fields an update changes (AIP-134).
package enum UpdateMask {
  /// The paths to change.
  /// - Parameters:
  ///   - paths: As the request gave them; none: all that is set; `*`: every one.
  ///   - known: The paths that can be changed.
  ///   - set: For each path whether the request sets it.
  /// - Throws: `invalid` naming a path that is not known.
  package static func paths(
    _ paths: [String], known: [String], set: [(path: String, isSet: Bool)]
  ) throws(GovernanceError) -> Set<String> {
    if paths.isEmpty { return Set(set.filter(\.isSet).map(\.path)) }
    if paths == ["*"] { return Set(known) }
    for (index, path) in paths.enumerated() where !known.contains(path) {
      throw GovernanceError(
        .invalid, field: "update_mask.paths[\(index)]",
        "\"\(path.prefix(100))\" cannot be changed. What can: \(known.joined(separator: ", ")).")
    }
    return Set(paths)
  }
}
