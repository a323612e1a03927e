/// Makes full resource names of what people write: a bare id, a fully qualified name, or the whole.
struct Names: Sendable {
  let project: String

  var parent: String { "projects/\(project)" }

  func source(_ name: String) -> String { full(name, "sources") }
  func asset(_ name: String) -> String { full(name, "assets") }
  func dataset(_ name: String) -> String { full(name, "datasets") }
  func ruleSet(_ name: String) -> String { full(name, "ruleSets") }
  func checkRun(_ name: String) -> String { full(name, "checkRuns") }
  func issue(_ name: String) -> String { full(name, "issues") }
  func roleBinding(_ name: String) -> String { full(name, "roleBindings") }

  /// A name that may be left out: empty stays empty.
  func ruleSet(orNone name: String?) -> String { name.map { $0.isEmpty ? "" : ruleSet($0) } ?? "" }
  func source(orNone name: String?) -> String { name.map { $0.isEmpty ? "" : source($0) } ?? "" }

  private func full(_ name: String, _ collection: String) -> String {
    name.hasPrefix("projects/") ? name : "\(parent)/\(collection)/\(name)"
  }

  /// The last part of a name.
  static func id(_ name: String) -> String {
    name.split(separator: "/").last.map(String.init) ?? name
  }
}
