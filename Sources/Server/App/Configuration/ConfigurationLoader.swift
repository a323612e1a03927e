internal import PurSightServiceKit
internal import Yams

/// Puts a configuration together: command line over environment over file over defaults.
enum ConfigurationLoader {
  /// One value with the place it was found at, for errors.
  struct Found: Hashable {
    let key: String
    let text: String
    let place: String
  }

  /// - Parameters:
  ///   - file: Path and contents of the file; nil: none was given.
  ///   - environment: Looks a variable up.
  ///   - flags: Settings of the command line, in order.
  static func load(
    file: (path: String, text: String)?, environment: (String) -> String?, flags: [Found]
  ) throws(AppError) -> Configuration {
    var configuration = Configuration()
    if let file {
      for found in try values(of: file.text, path: file.path) {
        try store(found, in: &configuration)
      }
    }
    for setting in Setting.all {
      guard let text = environment(setting.environmentName) else { continue }
      try store(
        Found(key: setting.key, text: text, place: setting.environmentName), in: &configuration)
    }
    for found in flags { try store(found, in: &configuration) }
    return configuration
  }

  private static func store(
    _ found: Found, in configuration: inout Configuration
  ) throws(AppError) {
    guard let setting = Setting.named(found.key) else {
      let nearest = NearestName.clause(for: found.key, among: Setting.all.map(\.key))
      throw AppError(
        .configuration, "\(found.place): there is no setting \"\(found.key)\"\(nearest)")
    }
    do throws(AppError) { try setting.store(&configuration, found.text) } catch {
      throw AppError(error.code, "\(found.place): \(error.message)")
    }
  }

  /// The settings of a YAML file: mappings within mappings, scalars at their ends.
  static func values(of text: String, path: String) throws(AppError) -> [Found] {
    let root: Node?
    do { root = try Yams.compose(yaml: text) } catch {
      throw AppError(.configuration, "\(path) is not YAML: \(error)")
    }
    guard let root else { return [] }
    var found: [Found] = []
    try collect(root, prefix: "", path: path, into: &found)
    return found
  }

  private static func collect(
    _ node: Node, prefix: String, path: String, into found: inout [Found]
  ) throws(AppError) {
    let place = "\(path):\(node.mark?.line ?? 1)"
    guard let mapping = node.mapping else {
      throw AppError(
        .configuration,
        "\(place): \(prefix.isEmpty ? "the file" : prefix) has to hold settings as `name: value`.")
    }
    for (key, value) in mapping {
      guard let name = key.string else {
        throw AppError(.configuration, "\(place): a setting's name has to be a text.")
      }
      let key = prefix.isEmpty ? name : prefix + "." + name
      if let scalar = value.scalar {
        let line = scalar.mark?.line ?? value.mark?.line ?? 1
        let isNull = scalar.style == .plain && ["", "~", "null"].contains(scalar.string)
        found.append(
          Found(key: key, text: isNull ? "" : scalar.string, place: "\(path):\(line)"))
      } else if Setting.all.contains(where: { $0.key.hasPrefix(key + ".") }) {
        try collect(value, prefix: key, path: path, into: &found)
      } else {
        let groups = Setting.all.compactMap { $0.key.split(separator: ".").dropLast().first }
        let nearest = NearestName.clause(for: key, among: groups.map(String.init))
        throw AppError(
          .configuration, "\(place): there is no group of settings \"\(key)\"\(nearest)")
      }
    }
  }
}
