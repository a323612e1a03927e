internal import Foundation
internal import PurSightClient
internal import PurSightJSON

/// Contexts as text.
enum ContextText {
  static func table(_ file: ContextFile) -> Table {
    var table = Table(columns: [
      .init(title: ""), .init(title: "Name"), .init(title: "Address"), .init(title: "Project"),
      .init(title: "Certificate"),
    ])
    table.rows = file.contexts.sorted { $0.key < $1.key }.map { name, context in
      [
        .init(name == file.current ? "*" : "", .green), .init(name),
        .init((context.address ?? "") + (context.plaintext == true ? " (plaintext)" : "")),
        .init(context.project ?? ""), .init(context.certificate ?? ""),
      ]
    }
    return table
  }

  static func lines(_ name: String, _ context: ContextFile.Context, _ painter: Painter) -> [String]
  {
    var page = Page(name, "context")
    for (field, value) in fields(context) { page.field(field, value) }
    return page.lines(width: nil, painter)
  }

  static func json(
    _ name: String, _ context: ContextFile.Context, _ file: ContextFile
  ) -> JSONValue {
    .object(
      [
        .init("name", .string(name)), .init("current", .bool(name == file.current)),
      ] + fields(context).map { .init($0.0, .string($0.1)) })
  }

  private static func fields(_ context: ContextFile.Context) -> [(String, String)] {
    [
      ("address", context.address), ("ca", context.authorities), ("cert", context.certificate),
      ("key", context.privateKey), ("serverName", context.serverName),
      ("plaintext", context.plaintext.map { "\($0)" }), ("project", context.project),
      ("auditKey", context.auditKey),
    ].compactMap { name, value in value.map { (name, $0) } }
  }

  /// What is in force, with the origin of each value.
  static func table(_ settings: ConnectionSettings) -> Table {
    var table = Table(columns: [
      .init(title: "Setting"), .init(title: "Value"), .init(title: "From"),
    ])
    table.rows = values(settings).map { name, value, origin in
      [.init(name), .init(value), .init(origin, .dim)]
    }
    return table
  }

  static func json(_ settings: ConnectionSettings) -> JSONValue {
    .object(
      values(settings).map { name, value, origin in
        .init(name, .object([.init("value", .string(value)), .init("from", .string(origin))]))
      })
  }

  private static func values(_ settings: ConnectionSettings) -> [(String, String, String)] {
    typealias Setting = ConnectionSettings.Setting<String>
    let optional: [(String, Setting?)] = [
      ("context", settings.context), ("address", settings.address), ("ca", settings.authorities),
      ("cert", settings.certificate), ("key", settings.privateKey),
      ("serverName", settings.serverName), ("project", settings.project),
      ("auditKey", settings.auditKey),
    ]
    return optional.compactMap { name, setting in
      setting.map { (name, $0.value, "\($0.origin)") }
    } + [("plaintext", "\(settings.plaintext.value)", "\(settings.plaintext.origin)")]
  }
}

extension ContextNames {
  /// - Throws: a usage error for a name that could be taken for something else.
  static func check(_ name: String) throws {
    let isGood =
      !name.isEmpty && !name.hasPrefix("-") && name.count <= 64
      && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
    guard isGood else {
      throw Failure.usage(
        "\"\(name)\" cannot be the name of a context.", hint: "Use letters, digits, - _ and .")
    }
  }

  /// - Throws: `NOT_FOUND` with the nearest name.
  static func context(_ name: String, _ file: ContextFile) throws -> ContextFile.Context {
    if let context = file.contexts[name] { return context }
    let names = file.contexts.keys.sorted()
    let guess = Nearest.of(name, among: names).map { "Did you mean `\($0)`?" }
    let all = names.isEmpty ? "There are none." : "There are: \(names.joined(separator: ", "))."
    throw Failure.code(.notFound, "There is no context \"\(name)\".", hint: guess ?? all)
  }
}

/// Paths as they are kept.
enum FilePath {
  /// A path that means the same from every folder.
  static func absolute(_ path: String) -> String {
    URL(fileURLWithPath: path).standardizedFileURL.path
  }
}
