internal import PurSightJSON

/// The context `dev` in the file that pursightctl and the SDK read.
///
/// Everything else in it stays as it is; `dev` becomes the current context where none is.
struct ContextFile: Sendable {
  static let name = "dev"

  /// `HOST:PORT` as clients reach it.
  let address: String
  let data: DevData

  /// `${XDG_CONFIG_HOME:-~/.config}/pursight/config.json`; nil where neither variable is set.
  static func path(environment: (String) -> String?) -> String? {
    if let config = environment("XDG_CONFIG_HOME") { return config + "/pursight/config.json" }
    return environment("HOME").map { $0 + "/.config/pursight/config.json" }
  }

  /// Writes the context into the file at `path`, 0600.
  func write(to path: String) throws(AppError) {
    let present = SystemFile.exists(path) ? try SystemFile.read(path) : []
    let bytes = try merged(into: present, path: path)
    guard bytes != present else { return }
    let folder = path.split(separator: "/").dropLast().joined(separator: "/")
    try SystemFile.makeDirectories("/" + folder, mode: 0o700)
    try SystemFile.write(bytes, to: path)
  }

  /// The file's bytes with the context in it.
  func merged(into present: [UInt8], path: String) throws(AppError) -> [UInt8] {
    let key = try SystemFile.readText(data.auditVerifierKey).filter { !$0.isNewline }
    var root = try members(of: present, path: path)
    var contexts: [JSONValue.Member] = []
    if case .object(let members)? = root.first(where: { $0.key == "contexts" })?.value {
      contexts = members
    }
    replace(Self.name, in: &contexts, by: context(auditKey: key))
    replace("contexts", in: &root, by: .object(contexts))
    if !root.contains(where: { $0.key == "current" }) {
      root.insert(JSONValue.Member("current", .string(Self.name)), at: 0)
    }
    var json = JSONWriter(.indented)
    json.value(.object(root))
    return json.bytes + [UInt8(ascii: "\n")]
  }

  private func members(
    of present: [UInt8], path: String
  ) throws(AppError) -> [JSONValue.Member] {
    guard !present.isEmpty else { return [] }
    if let json = try? JSONValue(parsing: present), case .object(let members) = json {
      return members
    }
    throw AppError(
      .file, "\(path) is not a file of contexts. Repair it, or move it away and start again.")
  }

  private func replace(
    _ key: String, in members: inout [JSONValue.Member], by value: JSONValue
  ) {
    let member = JSONValue.Member(key, value)
    if let index = members.firstIndex(where: { $0.key == key }) {
      members[index] = member
    } else {
      members.append(member)
    }
  }

  private func context(auditKey: String) -> JSONValue {
    let values = [
      ("address", reachable), ("ca", data.authority), ("cert", data.certificate("admin")),
      ("key", data.key("admin")), ("project", "default"), ("auditKey", auditKey),
    ]
    return .object(values.map { JSONValue.Member($0, .string($1)) })
  }

  /// A listener on every address is reached on this machine's own.
  private var reachable: String {
    for wildcard in ["0.0.0.0:", "[::]:"] where address.hasPrefix(wildcard) {
      return "127.0.0.1:" + address.dropFirst(wildcard.count)
    }
    return address
  }
}
