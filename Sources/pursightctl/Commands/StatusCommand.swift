internal import ArgumentParser
internal import PurSightClient
internal import PurSightJSON

/// `pursightctl status`: where one is, and as whom.
struct StatusCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Say which server answers, and who you are there.",
    discussion: "Example: pursightctl status")

  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(_ session: Session) async throws {
    let pursight = try await session.client()
    let caller = try await pursight.access.caller()
    let settings = pursight.settings
    let security = settings.plaintext.value ? "plaintext" : "TLS"
    try session.answer(Self.json(caller, settings)) {
      var page = Page(settings.address.value, "\(security), from \(settings.address.origin)")
      page.field("server", "pursightd \(caller.serverVersion)" + Self.skew(caller.serverVersion))
      page.field("you are", caller.principal)
      let roles = caller.roles.joined(separator: ", ")
      page.field("roles", roles.isEmpty ? "none: an administrator has to grant one" : roles)
      page.field("project", ResourceName.last(caller.project))
      page.field("context", settings.context?.value ?? "none")
      return page.lines(width: session.terminal.width, session.terminal.painter)
    }
  }

  private static func json(_ caller: Caller, _ settings: ConnectionSettings) -> JSONValue {
    let context: JSONValue? = settings.context.map { .string($0.value) }
    let members: [(String, JSONValue?)] = [
      ("address", .string(settings.address.value)),
      ("security", .string(settings.plaintext.value ? "plaintext" : "TLS")),
      ("context", context),
      ("serverVersion", .string(caller.serverVersion)),
      ("clientVersion", .string(Version.current)),
      ("principal", .string(caller.principal)),
      ("roles", .array(caller.roles.map { .string($0) })),
      ("project", .string(ResourceName.last(caller.project))),
      ("permissions", .array(caller.permissions.map { .string($0) })),
    ]
    return .record(members)
  }

  /// Says when server and client are not of the same release.
  static func skew(_ server: String) -> String {
    let ours = Version.current.split(separator: ".").prefix(2)
    let theirs = server.split(separator: ".").prefix(2)
    return server.isEmpty || ours == theirs ? "" : " (this program is \(Version.current))"
  }
}
