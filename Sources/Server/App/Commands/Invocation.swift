internal import PurSightServiceKit

/// The command line, taken apart.
struct Invocation: Hashable, Sendable {
  enum Command: String, Hashable, Sendable, CaseIterable {
    case dev, serve, migrate, certificate, version, help
  }

  /// A flag that is no setting of the configuration.
  struct Flag: Hashable, Sendable {
    let name: String
    let takesValue: Bool
    let help: String
  }

  let command: Command
  /// What stands beside the flags: the verb of `migrate`, the name of `certificate`.
  private(set) var operands: [String] = []
  /// Settings given as flags, in order.
  private(set) var settings: [ConfigurationLoader.Found] = []
  private var values: [String: String] = [:]

  func value(_ flag: String) -> String? { values[flag] }
  func has(_ flag: String) -> Bool { values[flag] != nil }

  /// - Parameter arguments: Without the program's name.
  init(_ arguments: [String]) throws(AppError) {
    let names = Command.allCases.map(\.rawValue)
    guard let first = arguments.first else {
      throw AppError(.usage, "Say what to do: \(names.joined(separator: ", ")).")
    }
    let wanted =
      switch first {
      case "--help", "-h": "help"
      case "--version": "version"
      default: first
      }
    guard let command = Command(rawValue: wanted) else {
      let nearest = NearestName.clause(for: wanted, among: names)
      throw AppError(.usage, "There is no command \"\(wanted)\"\(nearest)")
    }
    self.command = command
    var rest = arguments.dropFirst()
    while let argument = rest.popFirst() {
      guard argument.hasPrefix("-"), argument != "-" else {
        operands.append(argument)
        continue
      }
      try take(argument, &rest)
    }
    let allowed = Self.operands(of: command)
    guard operands.count <= allowed else {
      throw AppError(
        .usage, "\"\(operands[allowed])\" is one word too many for pursightd \(command.rawValue).")
    }
  }

  private mutating func take(
    _ argument: String, _ rest: inout ArraySlice<String>
  ) throws(AppError) {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    var value = parts.count > 1 ? String(parts[1]) : nil
    let flag = Self.flags(of: command).first { $0.name == name }
    let setting = Self.takesSettings(command) ? Setting.all.first { $0.flag == name } : nil
    guard flag != nil || setting != nil else {
      let known =
        Self.flags(of: command).map(\.name)
        + (Self.takesSettings(command) ? Setting.all.map(\.flag) : [])
      throw AppError(
        .usage,
        "pursightd \(command.rawValue) has no \(name)\(NearestName.clause(for: name, among: known))"
      )
    }
    if flag?.takesValue != false, value == nil {
      guard let next = rest.popFirst() else {
        throw AppError(.usage, "\(name) needs a value.")
      }
      value = next
    }
    if let setting {
      settings.append(.init(key: setting.key, text: value ?? "", place: name))
    } else {
      values[name] = value ?? ""
    }
  }

  // MARK: What each command takes

  private static func operands(of command: Command) -> Int {
    switch command {
    case .migrate, .certificate, .help: 1
    case .dev, .serve, .version: 0
    }
  }

  static func takesSettings(_ command: Command) -> Bool {
    switch command {
    case .dev, .serve, .migrate: true
    case .certificate, .version, .help: false
    }
  }

  static func flags(of command: Command) -> [Flag] {
    let dataDirectory = Flag(
      name: "--data-dir", takesValue: true, help: "Where everything is kept.")
    let config = Flag(name: "--config", takesValue: true, help: "The configuration file.")
    let help = Flag(name: "--help", takesValue: false, help: "Says this.")
    switch command {
    case .dev:
      return [
        dataDirectory, config, help,
        Flag(
          name: "--ephemeral", takesValue: false,
          help: "Keeps nothing: a data directory of its own, deleted at the end."),
        Flag(
          name: "--plaintext-admin", takesValue: false,
          help: "Whoever reaches the plaintext listener from this machine is the administrator."),
      ]
    case .serve, .migrate: return [config, help]
    case .certificate:
      return [
        dataDirectory, help,
        Flag(name: "--out", takesValue: true, help: "The directory for the two files."),
      ]
    case .version, .help: return [help]
    }
  }
}
