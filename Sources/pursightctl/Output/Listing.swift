internal import PurSightClient
internal import PurSightJSON

/// One value of a thing, for people and for machines.
struct ListValue: Sendable {
  let text: String
  let machine: String
  var style = TextStyle.plain

  static func text(_ text: String, _ style: TextStyle = .plain) -> ListValue {
    ListValue(text: text, machine: text, style: style)
  }

  static func number(_ number: some BinaryInteger) -> ListValue {
    ListValue(text: Numbers.grouped(Int64(number)), machine: "\(number)")
  }

  static func bytes(_ count: Int64) -> ListValue {
    ListValue(text: Numbers.bytes(count), machine: "\(count)")
  }

  static func time(_ time: Timestamp?) -> ListValue {
    guard let time else { return .text("") }
    return ListValue(text: Times.relative(time), machine: time.text, style: .dim)
  }
}

/// How things of one kind are listed: their columns, and the name that other commands take.
struct Listing<Element: RPCMessage>: Sendable {
  struct Column: Sendable {
    let title: String
    var alignment = Table.Alignment.left
    /// Whether only `-o wide` and `-o csv` show it.
    var isWide = false
    let value: @Sendable (Element) -> ListValue

    init(
      _ title: String, _ alignment: Table.Alignment = .left, isWide: Bool = false,
      _ value: @escaping @Sendable (Element) -> ListValue
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
    let format = try format(OutputFormat.lists)
    let shown = listing.columns.filter { !$0.isWide || format != .table }
    let printer = ListPrinter(
      terminal: terminal, format: format,
      columns: shown.map { Table.Column(title: $0.title, alignment: $0.alignment) },
      hasHeader: listing.hasHeader)
    var block: [ListedItem] = []
    var count = 0
    for try await element in elements {
      if let limit, count == limit { break }
      count += 1
      block.append(
        ListedItem(
          message: element, name: listing.name(element),
          document: format == .yaml ? try listing.document?(element) : nil,
          values: format.hasColumns ? shown.map { $0.value(element) } : []))
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

/// One thing of a list, whatever its kind.
private struct ListedItem {
  let message: any RPCMessage
  let name: String
  /// The document that `apply` takes, where it is asked for and there is one.
  let document: String?
  /// A value for each column, where columns are asked for.
  let values: [ListValue]
}

extension OutputFormat {
  fileprivate var hasColumns: Bool { isForPeople || self == .csv }
}

/// Writes blocks of a list. Not generic: one copy serves all kinds of things.
private struct ListPrinter {
  let terminal: Terminal
  let format: OutputFormat
  let columns: [Table.Column]
  let hasHeader: Bool

  var blockSize: Int { format.isForPeople ? Limits.tableRows : 1 }

  func writeNothing(_ empty: String) throws {
    switch format {
    case .table, .wide: terminal.note(empty)
    case .json: try terminal.write("[]\n")
    case .csv: try terminal.write(header)
    case .jsonl, .yaml, .name, .arrow: break
    }
  }

  func write(_ block: [ListedItem], isFirst: Bool) throws {
    switch format {
    case .table, .wide:
      let lines = table(block, hasHeader: isFirst && hasHeader).lines(
        width: format == .wide ? nil : terminal.width, terminal.painter)
      try terminal.write(lines.joined(separator: "\n") + "\n")
    case .json:
      for (index, item) in block.enumerated() {
        let begin = isFirst && index == 0 ? "[\n  " : ",\n  "
        let text = try JSONText.indented(item.message).replacing("\n", with: "\n  ")
        try terminal.write(begin + text)
      }
    case .jsonl: for item in block { try terminal.write(JSONText.compact(item.message) + "\n") }
    case .yaml:
      for (index, item) in block.enumerated() {
        if !isFirst || index > 0 { try terminal.write("---\n") }
        try terminal.write(item.document ?? YAMLText.text(JSONText.value(item.message)))
      }
    case .csv:
      if isFirst { try terminal.write(header) }
      for item in block { try terminal.write(CSVText.line(item.values.map(\.machine))) }
    case .name: for item in block { try terminal.write(item.name + "\n") }
    case .arrow: break
    }
  }

  func end() throws {
    if format == .json { try terminal.write("\n]\n") }
  }

  private var header: String {
    CSVText.line(
      columns.map { $0.title == "#" ? "index" : $0.title.lowercased().replacing(" ", with: "_") })
  }

  private func table(_ block: [ListedItem], hasHeader: Bool) -> Table {
    var table = Table(columns: columns, hasHeader: hasHeader)
    table.rows = block.map { item in
      item.values.map { Table.Cell($0.text, $0.style) }
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
