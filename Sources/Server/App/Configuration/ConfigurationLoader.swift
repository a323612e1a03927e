internal import PurSightServiceKit

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
      // A group all of whose settings are commented out.
      if found.text.isEmpty, Setting.all.contains(where: { $0.key.hasPrefix(found.key + ".") }) {
        return
      }
      let nearest = NearestName.clause(for: found.key, among: Setting.all.map(\.key))
      throw AppError(
        .configuration, "\(found.place): there is no setting \"\(found.key)\"\(nearest)")
    }
    do throws(AppError) { try setting.store(&configuration, found.text) } catch {
      throw AppError(error.code, "\(found.place): \(error.message)")
    }
  }

  /// The settings of a file, each with its line.
  static func values(of text: String, path: String) throws(AppError) -> [Found] {
    try SettingsText(parsing: text, path: path).values.map {
      Found(key: $0.key, text: $0.text, place: "\(path):\($0.line)")
    }
  }
}
