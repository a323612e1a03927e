internal import PurSightClient
internal import PurSightJSON

/// How things of one kind are listed: their columns, and the name that other commands take.
struct Listing<Element: RPCMessage>: Sendable {
  /// One value of a thing, for people and for machines.
  struct Value: Sendable {
    let text: String
    let machine: String
    var style = TextStyle.plain

    static func text(_ text: String, _ style: TextStyle = .plain) -> Value {
      Value(text: text, machine: text, style: style)
    }

    static func number(_ number: some BinaryInteger) -> Value {
      Value(text: Numbers.grouped(Int64(number)), machine: "\(number)")
    }

    static func bytes(_ count: Int64) -> Value {
      Value(text: Numbers.bytes(count), machine: "\(count)")
    }

    static func time(_ time: Timestamp?) -> Value {
      guard let time else { return .text("") }
      return Value(text: Times.relative(time), machine: time.text, style: .dim)
    }
  }

  struct Column: Sendable {
    let title: String
    var alignment = Table.Alignment.left
    /// Whether only `-o wide` and `-o csv` show it.
    var isWide = false
    let value: @Sendable (Element) -> Value

    init(
      _ title: String, _ alignment: Table.Alignment = .left, isWide: Bool = false,
      _ value: @escaping @Sendable (Element) -> Value
    ) {
      self.title = title
      self.alignment = alignment
      self.isWide = isWide
      self.value = value
    }
  }

  let columns: [Column]
  let name: @Sendable (Element) -> String
  /// The document that `apply` takes; nil where there is none.
  var document: (@Sendable (Element) throws -> String)?
  /// Whether tables begin with a line of titles.
  var hasHeader = true
}

extension Session {
  /// Prints things of one kind as they come, in the form that was asked for.
  ///
  /// Tables are laid out in blocks of `Limits.tableRows`, so that memory is bounded.
  /// - Parameters:
  ///   - limit: How many at the most; nil: all.
  ///   - empty: What people read when there is none.
  func list<Element: RPCMessage, Elements: AsyncSequence>(
    _ elements: Elements, _ listing: Listing<Element>, limit: Int? = nil, empty: String
  ) async throws where Elements.Element == Element {
    let printer = ListPrinter(
      terminal: terminal, format: try format(OutputFormat.lists), listing: listing)
    var block: [Element] = []
    var count = 0
    for try await element in elements {
      if let limit, count == limit { break }
      count += 1
      block.append(element)
      if block.count == printer.blockSize {
        try printer.write(block, isFirst: count == block.count)
        block = []
      }
    }
    if count == 0 { return try printer.writeNothing(empty) }
    if !block.isEmpty { try printer.write(block, isFirst: count == block.count) }
    try printer.end()
  }
}

/// Writes blocks of a list.
private struct ListPrinter<Element: RPCMessage> {
  let terminal: Terminal
  let format: OutputFormat
  let listing: Listing<Element>

  var blockSize: Int { format.isForPeople ? Limits.tableRows : 1 }

  func writeNothing(_ empty: String) throws {
    switch format {
    case .table, .wide: terminal.note(empty)
    case .json: try terminal.write("[]\n")
    case .csv: try terminal.write(header)
    case .jsonl, .yaml, .name, .arrow: break
    }
  }

  func write(_ block: [Element], isFirst: Bool) throws {
    switch format {
    case .table, .wide:
      let lines = table(block, hasHeader: isFirst && listing.hasHeader).lines(
        width: format == .wide ? nil : terminal.width, terminal.painter)
      try terminal.write(lines.joined(separator: "\n") + "\n")
    case .json:
      for (index, element) in block.enumerated() {
        let begin = isFirst && index == 0 ? "[\n  " : ",\n  "
        let text = try JSONText.indented(element).replacing("\n", with: "\n  ")
        try terminal.write(begin + text)
      }
    case .jsonl: for element in block { try terminal.write(JSONText.compact(element) + "\n") }
    case .yaml:
      for (index, element) in block.enumerated() {
        if !isFirst || index > 0 { try terminal.write("---\n") }
        let text = try listing.document?(element) ?? YAMLText.text(JSONText.value(element))
        try terminal.write(text)
      }
    case .csv:
      if isFirst { try terminal.write(header) }
      for element in block {
        try terminal.write(CSVText.line(listing.columns.map { $0.value(element).machine }))
      }
    case .name: for element in block { try terminal.write(listing.name(element) + "\n") }
    case .arrow: break
    }
  }

  func end() throws {
    if format == .json { try terminal.write("\n]\n") }
  }

  private var header: String {
    CSVText.line(
      listing.columns.map {
        $0.title == "#" ? "index" : $0.title.lowercased().replacing(" ", with: "_")
      })
  }

  private func table(_ block: [Element], hasHeader: Bool) -> Table {
    let shown = listing.columns.filter { !$0.isWide || format == .wide }
    var table = Table(
      columns: shown.map { Table.Column(title: $0.title, alignment: $0.alignment) },
      hasHeader: hasHeader)
    table.rows = block.map { element in
      shown.map { column in
        let value = column.value(element)
        return Table.Cell(value.text, value.style)
      }
    }
    return table
  }
}

/// Lines of comma-separated values (RFC 4180).
enum CSVText {
  static func line(_ values: [String]) -> String {
    values.map(field).joined(separator: ",") + "\n"
  }

  private static func field(_ text: String) -> String {
    guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }
}
