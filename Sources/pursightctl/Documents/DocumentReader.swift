internal import PurSightClient
internal import PurSightJSON
internal import Yams

/// Makes documents of YAML: finds their kind and name, and hands their fields to `MessageReader`.
struct DocumentReader {
  private let path: String

  private init(_ path: String) { self.path = path }

  /// All documents of some files, in the order in which they have to be made.
  static func documents(_ paths: [String]) throws -> [ResourceDocument] {
    let found = try DocumentFiles.read(paths).flatMap { try documents($0.text, path: $0.path) }
    guard found.count <= Limits.documents else {
      throw Failure.usage(
        "There are \(found.count) documents; at most \(Limits.documents) are taken at once.")
    }
    var places: [String: String] = [:]
    for document in found {
      let key = "\(document.kind.label) \(document.name)"
      if document.kind != .roleBinding, let first = places[key] {
        throw Failure.usage(
          "\(document.place): \(key) is described a second time; the first is at \(first).")
      }
      places[key] = document.place
    }
    // Stable: documents of a kind stay in the order of the files.
    return ResourceKind.allCases.flatMap { kind in found.filter { $0.kind == kind } }
  }

  /// The documents of one text.
  static func documents(_ text: String, path: String) throws -> [ResourceDocument] {
    let reader = DocumentReader(path)
    do {
      var sequence = try Yams.compose_all(yaml: text)
      var documents: [ResourceDocument] = []
      while let node = sequence.next() {
        if case .scalar(let scalar) = node, scalar.string.isEmpty { continue }
        documents.append(try reader.document(node))
      }
      if let error = sequence.error { throw error }
      return documents
    } catch let error as YamlError {
      throw Failure.usage("\(path): \(message(error))")
    }
  }

  private static func message(_ error: YamlError) -> String {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      "line \(mark.line): \(problem)."
    case .duplicatedKeysInMapping(let duplicates, let context):
      "line \(context.mark.line): a key comes twice: "
        + duplicates.joined(separator: ", ") + "."
    default: "this is not YAML: \(error)"
    }
  }

  private func document(_ node: Node) throws -> ResourceDocument {
    let place = "\(path):\(node.mark?.line ?? 1)"
    guard case .mapping(let mapping) = node else {
      throw Failure.usage("\(place): a document is a mapping that begins with `resource:`.")
    }
    let kind = try kind(mapping, place)
    let reader = MessageReader(path: path)
    let hidden = kind.outputFields
    let skipped: Set = ["resource", kind.nameField == nil ? "" : "name"]
    let value = try reader.object(
      mapping, type: kind.typeName, skipping: skipped, hidden: hidden, of: kind.rawValue)
    var fields = value.members
    let name: String
    if kind == .roleBinding {
      fields.removeAll { $0.key == "name" }
      name = fields.first { $0.key == "principal" }?.value.stringValue ?? ""
      guard !name.isEmpty else {
        throw Failure.usage("\(place): a RoleBinding needs `principal:` and `role:`.")
      }
    } else {
      name = try self.name(mapping, kind, place)
      fields.removeAll { $0.key == "name" }
    }
    return ResourceDocument(kind: kind, name: name, fields: fields, place: place)
  }

  private func kind(_ mapping: Node.Mapping, _ place: String) throws -> ResourceKind {
    let names = ResourceKind.allCases.map(\.rawValue)
    guard let node = mapping["resource"], case .scalar(let scalar) = node else {
      throw Failure.usage(
        "\(place): the document does not say what it describes.",
        hint: "Begin it with `resource:` and one of: \(names.joined(separator: ", ")).")
    }
    if let kind = ResourceKind(rawValue: scalar.string) { return kind }
    let guess = Nearest.of(scalar.string, among: names).map { "Did you mean `\($0)`?" }
    throw Failure.usage(
      "\(path):\(node.mark?.line ?? 1): there is no resource `\(scalar.string)`.",
      hint: guess ?? "There are: \(names.joined(separator: ", ")).")
  }

  private func name(
    _ mapping: Node.Mapping, _ kind: ResourceKind, _ place: String
  ) throws -> String {
    guard case .scalar(let scalar)? = mapping["name"], !scalar.string.isEmpty else {
      throw Failure.usage("\(place): the \(kind.rawValue) has no `name:`.")
    }
    // What `show -o json` prints is taken, too.
    return ResourceName.short(scalar.string)
  }
}

/// Names of resources as people use them.
enum ResourceName {
  /// `nycflights13` of `projects/default/sources/nycflights13`; anything else as it is.
  static func short(_ name: String) -> String {
    let parts = name.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "projects" ? String(parts[3]) : name
  }

  /// `checkRuns/0198…` of `projects/default/checkRuns/0198…`; anything else as it is.
  static func inProject(_ name: String) -> String {
    let parts = name.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
    return parts.count == 3 && parts[0] == "projects" ? String(parts[2]) : name
  }

  /// The last part.
  static func last(_ name: String) -> String {
    name.split(separator: "/").last.map(String.init) ?? name
  }
}
