/// What a program says of its connection. What it leaves out comes from the environment, then from
/// the context, then from defaults: the same order as `pursightctl` has.
public struct ConnectOptions: Sendable {
  /// The context to take; nil: `PURSIGHT_CONTEXT`, else the file's current one.
  public var context: String?
  /// `host:port` of the server; nil: `PURSIGHT_ADDRESS`, the context's, else `127.0.0.1:7443`.
  public var address: String?
  /// PEM file of the authorities that may have issued the server's certificate; nil:
  /// `PURSIGHT_TLS_CA`, the context's, else the system's.
  public var authorities: String?
  /// PEM file of the client's certificate; nil: `PURSIGHT_TLS_CERT`, else the context's.
  public var certificate: String?
  /// PEM file of its private key; nil: `PURSIGHT_TLS_KEY`, else the context's.
  public var privateKey: String?
  /// The name that the server's certificate has to bear; nil: `PURSIGHT_TLS_SERVER_NAME`, the
  /// context's, else the address's host.
  public var serverName: String?
  /// Connects without encryption; nil: `PURSIGHT_PLAINTEXT`, the context's, else no.
  public var plaintext: Bool?
  /// The project; nil: `PURSIGHT_PROJECT`, the context's, else `default`.
  public var project: String?
  /// The file with the contexts; nil: `${XDG_CONFIG_HOME:-~/.config}/pursight/config.json`.
  public var configurationFile: String?
  /// How calls are repeated.
  public var retry = RetryPolicy()
  /// How long a call may take, repetitions included; nil: what its method says.
  public var timeout: Duration?
  /// What the server sees as the program's name and version, before the SDK's own.
  public var userAgent: String?

  /// Everything from environment, context and defaults.
  public init() {}
}

extension ConnectOptions {
  /// The address where nothing says another.
  static let standardAddress = "127.0.0.1:7443"
  static let standardProject = "default"

  /// Each setting with where it came from.
  /// - Throws: `INVALID_ARGUMENT` when a file or value makes no sense, `NOT_FOUND` for a context
  ///   that does not exist.
  public func resolved() throws(PurSightError) -> ConnectionSettings {
    try resolved { Environment.value($0) }
  }

  func resolved(
    _ environment: (String) -> String?
  ) throws(PurSightError) -> ConnectionSettings {
    typealias Setting = ConnectionSettings.Setting
    let file = try ContextFile(path: configurationFile)
    let context = try Self.context(self.context, environment, file)
    let values = context.flatMap { file.contexts[$0.value] } ?? ContextFile.Context()
    func setting(_ option: String?, _ variable: String, _ stored: String?) -> Setting<String>? {
      if let option { return Setting(value: option, origin: .option) }
      if let value = environment(variable) {
        return Setting(value: value, origin: .environment(variable))
      }
      guard let stored, let context else { return nil }
      return Setting(value: stored, origin: .context(context.value))
    }
    return ConnectionSettings(
      context: context,
      address: setting(address, "PURSIGHT_ADDRESS", values.address)
        ?? Setting(value: Self.standardAddress, origin: .standard),
      authorities: setting(authorities, "PURSIGHT_TLS_CA", values.authorities),
      certificate: setting(certificate, "PURSIGHT_TLS_CERT", values.certificate),
      privateKey: setting(privateKey, "PURSIGHT_TLS_KEY", values.privateKey),
      serverName: setting(serverName, "PURSIGHT_TLS_SERVER_NAME", values.serverName),
      auditKey: setting(nil, "PURSIGHT_AUDIT_KEY", values.auditKey),
      plaintext: try Self.plaintext(
        setting(
          plaintext.map { "\($0)" }, "PURSIGHT_PLAINTEXT",
          values.plaintext.map { "\($0)" })),
      project: setting(project, "PURSIGHT_PROJECT", values.project)
        ?? Setting(value: Self.standardProject, origin: .standard))
  }

  private static func context(
    _ option: String?, _ environment: (String) -> String?, _ file: ContextFile
  ) throws(PurSightError) -> ConnectionSettings.Setting<String>? {
    let chosen: ConnectionSettings.Setting<String>
    if let option {
      chosen = .init(value: option, origin: .option)
    } else if let value = environment("PURSIGHT_CONTEXT") {
      chosen = .init(value: value, origin: .environment("PURSIGHT_CONTEXT"))
    } else if let current = file.current {
      chosen = .init(value: current, origin: .file(file.path))
    } else {
      return nil
    }
    guard file.contexts[chosen.value] != nil else {
      let names = file.contexts.keys.sorted().joined(separator: ", ")
      throw PurSightError(
        .notFound, "There is no context \"\(chosen.value)\" in \(file.path).",
        advice: names.isEmpty ? "Make one, or start `pursightd dev`." : "There are: \(names).")
    }
    return chosen
  }

  private static func plaintext(
    _ setting: ConnectionSettings.Setting<String>?
  ) throws(PurSightError) -> ConnectionSettings.Setting<Bool> {
    guard let setting else { return .init(value: false, origin: .standard) }
    switch setting.value.lowercased() {
    case "true", "1", "yes": return .init(value: true, origin: setting.origin)
    case "false", "0", "no": return .init(value: false, origin: setting.origin)
    default:
      throw PurSightError(
        .invalidArgument,
        "Plaintext is \"\(setting.value)\" (from \(setting.origin)); it is true or false.")
    }
  }
}
