internal import ArgumentParser
internal import PurSightClient
internal import PurSightJSON

/// `pursightctl audit`: what happened, and the proof of it.
struct AuditCommand: Noun {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "What happened, and the proof of it.",
    usage: "pursightctl audit <verb> [<options>]",
    discussion: "Example: pursightctl audit verify",
    subcommands: [List.self, AuditVerifyCommand.self, AuditProofCommand.self, Watch.self])

  @OptionGroup(title: "Global options") var global: GlobalOptions

  static let listing = Listing<AuditEvent>(
    columns: [
      .init("#", .right) { event in event.leafIndex.map { .number($0) } ?? .text("–") },
      .init("When") { .time($0.eventTime) },
      .init("Who") { .text($0.actor) },
      .init("Did") { event in
        .text(event.activity, event.outcome == 0 ? .plain : .red)
      },
      .init("What") { .text(resources($0)) },
      .init("Outcome") { event in
        event.outcome == 0
          ? .text("ok", .dim) : .text(RPCCode(rawValue: event.outcome).name, .red)
      },
      .init("Method", isWide: true) { .text($0.method) },
      .init("ID", isWide: true) { .text($0.id) },
      .init("Note", isWide: true) { .text($0.note) },
    ],
    name: { $0.id })

  private static func resources(_ event: AuditEvent) -> String {
    let names = event.resources.map { ResourceName.inProject($0.name) }
    return names.count > 2
      ? "\(names[0]) and \(names.count - 1) more" : names.joined(separator: ", ")
  }

  struct List: Command {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "List the events, newest first.",
      discussion:
        "Example: pursightctl audit list --where \"actor = 'spiffe://dev/guest'\" --limit 20",
      aliases: ["log"])

    @OptionGroup var selection: Selection
    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(_ session: Session) async throws {
      let events = try await session.client().audit.events(
        where: selection.filter, limit: selection.limit)
      try await session.list(
        events, AuditCommand.listing, limit: selection.limit, empty: "No event fits.")
    }
  }

  struct Watch: Command {
    static let configuration = CommandConfiguration(
      commandName: "watch", abstract: "Print events as they come, until interrupted.",
      discussion: "Example: pursightctl audit watch --from 0 -o jsonl")

    @Option(help: ArgumentHelp("Begin at this place in the log.", valueName: "n"))
    var from: Int64?
    @Option(help: ArgumentHelp("End after so many.", valueName: "n")) var limit: Int?
    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(_ session: Session) async throws {
      let isForPeople = try session.format([.table, .jsonl, .json]).isForPeople
      var count = 0
      for try await event in try await session.client().audit.watch(from: from) {
        if isForPeople {
          let time = event.eventTime.map { Times.clock($0) } ?? ""
          let index = event.leafIndex.map { "\($0)" } ?? "–"
          let what = AuditCommand.resources(event)
          try session.say(
            DisplayText.printable("\(index)  \(time)  \(event.actor)  \(event.activity)  \(what)"))
        } else {
          try session.say(JSONText.compact(event))
        }
        count += 1
        if count == limit { return }
      }
    }
  }
}
