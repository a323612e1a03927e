internal import ArgumentParser
internal import PurSightClient
internal import PurSightJSON

/// The files that `apply` and `diff` take.
struct DocumentOptions: ParsableArguments {
  @Option(
    name: [.customShort("f"), .customLong("file")],
    help: ArgumentHelp("A YAML file, a folder of them, or - ; may be repeated.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml"]))
  var files: [String]

  func documents() throws -> [ResourceDocument] { try DocumentReader.documents(files) }
}

/// `pursightctl apply`: makes resources as files describe them.
struct ApplyCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "apply", abstract: "Make resources as YAML files describe them.",
    discussion: """
      Prints a line per resource: + made, ~ changed, = as it was. Sources come first, then rule \
      sets, datasets, assets and roles. What a document does not name stays as it is.
      Example: pursightctl apply -f governance/ --dry-run
      """)

  @OptionGroup var files: DocumentOptions
  @OptionGroup var change: ChangeOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(_ session: Session) async throws {
    let isForPeople = try session.format([.table, .wide, .json, .jsonl]).isForPeople
    let documents = try files.documents()
    guard !documents.isEmpty else {
      throw Failure.usage("There is no document in \(files.files.joined(separator: ", ")).")
    }
    let applier = Applier(try await session.client(), isDryRun: change.dryRun, documents)
    let printer = JSONPrinter(session)
    for document in documents {
      let outcome = try await applier.apply(document)
      if isForPeople {
        try session.say(change.line(outcome.line))
      } else {
        try printer.write(
          .object([
            .init("resource", .string(document.kind.rawValue)),
            .init("name", .string(document.name)), .init("change", .string("\(outcome.change)")),
          ]))
      }
    }
    if !isForPeople { try printer.end() }
  }
}

/// `pursightctl diff`: what `apply` would change.
struct DiffCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "Show what apply would change; exit code 1 when it would.",
    discussion: "Example: pursightctl diff -f governance/")

  @OptionGroup var files: DocumentOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(_ session: Session) async throws {
    let isForPeople = try session.format([.table, .wide, .json, .jsonl]).isForPeople
    let pursight = try await session.client()
    let printer = JSONPrinter(session)
    var differs = false
    for document in try files.documents() {
      let difference = try await Difference(document, pursight)
      if difference.change == .same { continue }
      differs = true
      if isForPeople {
        try session.say(difference.lines(session.terminal.painter))
      } else {
        try printer.write(Self.json(difference))
      }
    }
    if !isForPeople { try printer.end() }
    if differs { throw Finished(status: .no) }
  }

  private static func json(_ difference: Difference) -> JSONValue {
    .object([
      .init("resource", .string(difference.document.kind.rawValue)),
      .init("name", .string(difference.document.name)),
      .init("change", .string("\(difference.change)")),
      .init(
        "fields",
        .array(
          difference.fields.map { field in
            .record([
              ("field", .string(field.name)), ("before", field.before.map { .string($0) }),
              ("after", field.after.map { .string($0) }),
            ])
          })),
    ])
  }
}
