internal import ArgumentParser
internal import PurSightClient

/// `pursightctl role`: who may do what.
struct RoleCommand: Noun {
  static let configuration = CommandConfiguration(
    commandName: "role", abstract: "Who may do what.",
    usage: "pursightctl role <verb> [<options>]",
    discussion: "Example: pursightctl role grant viewer spiffe://dev/late-planes",
    subcommands: [Grant.self, Revoke.self, List.self, Show.self])

  @OptionGroup(title: "Global options") var global: GlobalOptions

  struct Grant: Command {
    static let configuration = CommandConfiguration(
      commandName: "grant", abstract: "Give a principal a role.",
      discussion: "Example: pursightctl role grant viewer spiffe://dev/late-planes")

    @Argument(help: "viewer, editor or admin.") var role: String
    @Argument(help: "Whom: spiffe://… or user:…") var principal: String
    @OptionGroup var change: ChangeOptions
    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(_ session: Session) async throws {
      let receipt = try await session.client().access.grant(
        role, to: principal, dryRun: change.dryRun)
      try session.changed(
        receipt.value, name: ResourceName.last(receipt.name),
        change.line("+ \(principal) has the role \(role)"),
        document: { try DocumentWriter.text(.roleBinding, $0) })
    }
  }

  struct Revoke: Command {
    static let configuration = CommandConfiguration(
      commandName: "revoke", abstract: "Take a role from a principal.",
      discussion: "Example: pursightctl role revoke viewer spiffe://dev/late-planes")

    @Argument(help: "viewer, editor or admin.") var role: String
    @Argument(help: "From whom: spiffe://… or user:…") var principal: String
    @OptionGroup var change: ChangeOptions
    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(_ session: Session) async throws {
      try await session.client().access.revoke(role, from: principal, dryRun: change.dryRun)
      try session.say(change.line("- \(principal) has the role \(role) no more"))
    }
  }

  struct List: Command {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "List who has which role.",
      discussion: "Example: pursightctl role list")

    @Option(help: ArgumentHelp("At most so many.", valueName: "n")) var limit: Int?
    @OptionGroup(title: "Global options") var global: GlobalOptions

    static let listing = Listing<RoleBinding>(
      columns: [
        .init("Principal") { .text($0.principal) },
        .init("Role") { .text($0.role) },
        .init("Granted") { .time($0.meta?.createTime) },
        .init("By") { .text($0.meta?.creator ?? "") },
      ],
      name: { "\($0.role) \($0.principal)" },
      document: { try DocumentWriter.text(.roleBinding, $0) })

    func run(_ session: Session) async throws {
      try await session.list(
        session.client().access.bindings(), Self.listing, limit: limit,
        empty: "Nobody has a role.")
    }
  }

  struct Show: Command {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "Show what a role may do; without a name, all roles.",
      discussion: "Example: pursightctl role show viewer")

    @Argument(help: "viewer, editor or admin.") var role: String?
    @OptionGroup(title: "Global options") var global: GlobalOptions

    static let listing = Listing<Role>(
      columns: [
        .init("Role") { .text($0.name) },
        .init("Permissions", .right) { .number($0.permissions.count) },
        .init("Description") { .text($0.description) },
        .init("May", isWide: true) { .text($0.permissions.joined(separator: " ")) },
      ],
      name: { $0.name })

    func run(_ session: Session) async throws {
      let roles = try await session.client().access.roles()
      guard let role else {
        return try await session.list(
          Found(elements: roles), Self.listing, empty: "There are no roles.")
      }
      guard let found = roles.first(where: { $0.name == role }) else {
        let names = roles.map(\.name)
        let guess = Nearest.of(role, among: names).map { "Did you mean `\($0)`?" }
        throw Failure.code(
          .notFound, "There is no role `\(role)`.",
          hint: guess ?? "There are: \(names.joined(separator: ", ")).")
      }
      try await session.show(found, name: found.name) {
        var page = Page(found.name, "role")
        page.field("description", found.description)
        page.section("May", lines: found.permissions)
        return page
      }
    }
  }
}
