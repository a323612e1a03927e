internal import Yams

/// The context `dev` in the file that pursightctl and the SDK read.
///
/// Other contexts in it stay as they are; `dev` becomes the current one where none is.
struct ContextFile: Sendable {
  static let name = "dev"

  let address: String
  let data: DevData

  /// `${XDG_CONFIG_HOME:-~/.config}/pursight/config.yaml`; nil where neither variable is set.
  static func path(environment: (String) -> String?) -> String? {
    if let config = environment("XDG_CONFIG_HOME") { return config + "/pursight/config.yaml" }
    return environment("HOME").map { $0 + "/.config/pursight/config.yaml" }
  }

  /// Writes the context into the file at `path`, 0600.
  func write(to path: String) throws(AppError) {
    let present = SystemFile.exists(path) ? try SystemFile.readText(path) : ""
    let text = try merged(into: present, path: path)
    guard text != present else { return }
    let folder = path.split(separator: "/").dropLast().joined(separator: "/")
    try SystemFile.makeDirectories("/" + folder, mode: 0o700)
    try SystemFile.write(Array(text.utf8), to: path)
  }

  /// The file's text with the context in it.
  func merged(into text: String, path: String) throws(AppError) -> String {
    do {
      let found = try Yams.compose(yaml: text) ?? Self.empty
      guard var root = found.mapping else {
        throw AppError(.file, "\(path) is not a file of contexts. Move it away and start again.")
      }
      var contexts = root["contexts"]?.mapping ?? [:]
      contexts[Node(Self.name)] = context
      root[Node("contexts")] = Node.mapping(contexts)
      if (root["current"]?.string ?? "").isEmpty { root[Node("current")] = Node(Self.name) }
      return try Yams.serialize(node: Node.mapping(root))
    } catch let error as AppError { throw error } catch {
      throw AppError(.file, "\(path) is not YAML (\(error)). Move it away and start again.")
    }
  }

  private static var empty: Node { Node.mapping([:]) }

  private var context: Node {
    let values = [
      ("address", address), ("ca", data.authority), ("cert", data.certificate("admin")),
      ("key", data.key("admin")), ("project", "default"), ("audit_key", data.auditVerifierKey),
    ]
    return Node.mapping(
      Node.Mapping(values.map { (Node($0), Node($1, .implicit, .doubleQuoted)) }))
  }
}
