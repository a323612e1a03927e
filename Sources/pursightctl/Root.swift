internal import ArgumentParser

/// `pursightctl`: nouns with verbs, and the few verbs that are the job itself.
struct PurSightCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pursightctl",
    abstract:
      "Knows your data: loads it, checks it, says where it comes from, proves what happened.",
    usage: "pursightctl <noun> <verb> [<options>]",
    discussion: """
      Commands are a noun and a verb: pursightctl dataset list. Results go to standard output, \
      everything else to standard error; -o json is for programs. The server comes from flags, \
      then PURSIGHT_* variables, then the current context.
      Example: pursightctl ingest orders.csv --dataset orders
      """,
    version: "pursightctl \(Version.current)",
    subcommands: [HelpCommand.self],
    groupedSubcommands: [
      CommandGroup(
        name: "Data",
        subcommands: [
          IngestCommand.self, ReadCommand.self, DatasetCommand.self, QuarantineCommand.self,
        ]),
      CommandGroup(
        name: "Catalog",
        subcommands: [
          SearchCommand.self, AssetCommand.self, SourceCommand.self, LineageCommand.self,
        ]),
      CommandGroup(
        name: "Quality",
        subcommands: [RuleCommand.self, ProfileCommand.self, IssueCommand.self]),
      CommandGroup(
        name: "Governance",
        subcommands: [
          ApplyCommand.self, DiffCommand.self, RoleCommand.self, AuditCommand.self,
        ]),
      CommandGroup(
        name: "This program",
        subcommands: [
          StatusCommand.self, DoctorCommand.self, ContextCommand.self, LoginCommand.self,
          APICommand.self, CompletionCommand.self,
        ]),
    ])

  @OptionGroup(title: "Global options") var global: GlobalOptions
}
