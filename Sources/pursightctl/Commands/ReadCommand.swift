internal import ArgumentParser
internal import PurSightClient

/// `pursightctl read`: rows out.
struct ReadCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "read", abstract: "Print rows of a dataset.",
    discussion: """
      Null is empty in CSV. The order is that in which the rows were stored.
      Example: pursightctl read flights --where "dep_delay > 1000" --columns carrier,flight -o csv
      """)

  @Argument(help: "The dataset.") var dataset: String
  @Option(help: ArgumentHelp("Which columns, in this order: a,b.", valueName: "columns"))
  var columns: String?
  @Option(help: ArgumentHelp("As it was at this revision.", valueName: "revision"))
  var at: Int64?
  @Option(help: ArgumentHelp("As -o: csv, jsonl, arrow or table.", valueName: "format"))
  var format: OutputFormat?
  @OptionGroup var selection: Selection
  @OptionGroup(title: "Global options") var global: GlobalOptions

  private static let formats: [OutputFormat] = [.table, .wide, .csv, .jsonl, .json, .arrow]

  func validate() throws {
    if format != nil, global.output != nil, format != global.output {
      throw ValidationError("--format and -o say different things; give one of them.")
    }
  }

  func run(_ session: Session) async throws {
    let format = try format ?? session.format(Self.formats, standard: standard(session))
    var reference = try await session.client().dataset(dataset)
    if let at { reference = reference.at(revision: at) }
    let names = columns.map { $0.split(separator: ",").map(String.init) } ?? []
    switch format {
    case .csv: try await export(reference, .csv, names, session)
    case .jsonl: try await export(reference, .jsonLines, names, session)
    case .arrow:
      guard !session.terminal.isInteractive else {
        throw Failure.usage(
          "Arrow is no text for a terminal.", hint: "Send it to a file: > rows.arrows")
      }
      try await export(reference, .arrowStream, names, session)
    case .json: try await printArray(reference, names, session)
    case .table, .wide: try await printTable(reference, names, session, isWide: format == .wide)
    case .yaml, .name:
      throw Failure.usage(
        "Rows are not printed as \(format.rawValue).", hint: "Choose csv, jsonl, arrow or table.")
    }
  }

  /// People on a terminal get a table, programs CSV.
  private func standard(_ session: Session) -> OutputFormat {
    session.terminal.isInteractive ? .table : .csv
  }

  private func export(
    _ reference: DatasetReference, _ form: RowFormat, _ names: [String], _ session: Session
  ) async throws {
    let bytes = reference.export(
      as: form, where: selection.filter, columns: names, limit: selection.limit)
    for try await chunk in bytes { try session.terminal.write(chunk) }
  }

  /// A JSON array of the lines of JSON Lines.
  private func printArray(
    _ reference: DatasetReference, _ names: [String], _ session: Session
  ) async throws {
    let bytes = reference.export(
      as: .jsonLines, where: selection.filter, columns: names, limit: selection.limit)
    var isFirst = true
    for try await chunk in bytes {
      var text = ""
      for line in String(decoding: chunk, as: UTF8.self).split(separator: "\n") {
        text += (isFirst ? "[\n  " : ",\n  ") + line
        isFirst = false
      }
      try session.terminal.write(text)
    }
    try session.terminal.write(isFirst ? "[]\n" : "\n]\n")
  }

  private func printTable(
    _ reference: DatasetReference, _ names: [String], _ session: Session, isWide: Bool
  ) async throws {
    let batches = reference.batches(
      where: selection.filter, columns: names, limit: selection.limit)
    var isFirst = true
    for try await batch in batches {
      for start in stride(from: 0, to: batch.rowCount, by: Limits.tableRows) {
        let rows = start..<min(start + Limits.tableRows, batch.rowCount)
        let lines = Self.table(batch, rows, hasHeader: isFirst).lines(
          width: isWide ? nil : session.terminal.width, session.terminal.painter)
        try session.say(lines)
        isFirst = false
      }
    }
    if isFirst { session.terminal.note("No rows.") }
  }

  private static func table(_ batch: Batch, _ rows: Range<Int>, hasHeader: Bool) -> Table {
    var table = Table(
      columns: batch.fields.map {
        Table.Column(title: $0.name, alignment: $0.isNumeric ? .right : .left)
      }, hasHeader: hasHeader)
    table.rows = rows.map { row in
      batch.fields.indices.map { column in
        batch.text(row: row, column: column).map { Table.Cell($0) } ?? Table.Cell("–", .dim)
      }
    }
    return table
  }
}
