/// What `pursightd help` prints.
enum HelpText {
  static func text(for command: Invocation.Command?) -> String {
    guard let command else { return overview }
    var lines = ["pursightd \(usage(of: command))", "", summary(of: command), ""]
    for flag in Invocation.flags(of: command) {
      lines.append("  \(flag.name)\(flag.takesValue ? " VALUE" : "")")
      lines.append("      \(flag.help)")
    }
    if Invocation.takesSettings(command) {
      let defaults = Configuration()
      for setting in Setting.all {
        let shown = setting.show(defaults)
        lines.append("  \(setting.flag) VALUE")
        lines.append("      \(setting.effect)\(shown.isEmpty ? "" : " Default: \(shown).")")
      }
      lines += ["", "Every setting is also read from the environment, as \(example)."]
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static let example = "PURSIGHT_LISTEN, PURSIGHT_DATABASE_URL and so on"

  private static var overview: String {
    var lines = ["pursightd: the server of PurSight.", ""]
    for command in Invocation.Command.allCases {
      lines.append("  pursightd \(usage(of: command))")
      lines.append("      \(summary(of: command))")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func usage(of command: Invocation.Command) -> String {
    switch command {
    case .dev: "dev [--data-dir DIR] [--listen HOST:PORT] [--ephemeral] …"
    case .serve: "serve --config FILE"
    case .migrate: "migrate plan|apply|status [--config FILE | --database-url URL]"
    case .certificate: "certificate NAME [--data-dir DIR] [--out DIR]"
    case .version: "version"
    case .help: "help [COMMAND]"
    }
  }

  private static func summary(of command: Invocation.Command) -> String {
    switch command {
    case .dev: "Runs a server with its own PostgreSQL, certificates and keys. Not for production."
    case .serve: "Runs a server for production."
    case .migrate: "Shows what the database's shape lacks, or brings it up to date."
    case .certificate: "Issues a client certificate for spiffe://dev/NAME; it has no role yet."
    case .version: "Says the version."
    case .help: "Says this, or all about a command."
    }
  }
}
