internal import PurSightClient
internal import PurSightJSON

/// One thing for people: its name, its fields, and tables below.
struct Page {
  private var lines: [Line] = []

  private enum Line {
    case title(String, String)
    case field(String, String)
    case section(String)
    case table(Table)
    case text(String)
  }

  init(_ title: String, _ kind: String) { lines.append(.title(title, kind)) }

  /// A field; left out when there is nothing to say.
  mutating func field(_ name: String, _ value: String) {
    if !value.isEmpty { lines.append(.field(name, value)) }
  }

  mutating func field(_ name: String, _ time: Timestamp?) {
    if let time { field(name, "\(Times.relative(time)) (\(time.text))") }
  }

  /// What all resources have: revision, when and by whom.
  mutating func meta(_ meta: ResourceMeta?) {
    guard let meta else { return }
    field("created", Self.change(meta.createTime, meta.creator))
    if meta.updateTime != meta.createTime {
      field("updated", Self.change(meta.updateTime, meta.updater))
    }
    field("deleted", meta.deleteTime)
  }

  private static func change(_ time: Timestamp?, _ principal: String) -> String {
    guard let time else { return "" }
    return Times.relative(time) + (principal.isEmpty ? "" : " by \(principal)")
  }

  mutating func section(_ title: String, _ table: Table) {
    lines.append(.section(title))
    lines.append(.table(table))
  }

  mutating func section(_ title: String, lines text: [String]) {
    lines.append(.section(title))
    lines += text.map { .text($0) }
  }

  /// The page as lines.
  func lines(width: Int?, _ painter: Painter) -> [String] {
    let names = lines.compactMap { line in if case .field(let name, _) = line { name } else { nil }
    }
    let indent = (names.map(\.count).max() ?? 0) + 2
    return lines.flatMap { line -> [String] in
      switch line {
      case .title(let title, let kind):
        [painter.paint(DisplayText.printable(title), .bold) + "  " + painter.paint(kind, .dim)]
      case .field(let name, let value):
        Self.field(name, value, indent, painter)
      case .section(let title): ["", painter.paint(title, .bold)]
      case .table(let table):
        table.lines(width: width.map { $0 - 2 }, painter).map { "  " + $0 }
      case .text(let text): ["  " + text]
      }
    }
  }

  /// A field with a line for each line of its value.
  private static func field(
    _ name: String, _ value: String, _ indent: Int, _ painter: Painter
  ) -> [String] {
    value.split(whereSeparator: \.isNewline).enumerated().map { index, line in
      let label = index == 0 ? name : ""
      let blanks = String(repeating: " ", count: indent - label.count)
      return "  " + painter.paint(label, .dim) + blanks + DisplayText.printable(String(line))
    }
  }
}

extension Session {
  /// Prints one thing in the form that was asked for.
  ///
  /// - Parameters:
  ///   - name: What `-o name` prints.
  ///   - document: What `-o yaml` prints; nil: the message as it is.
  ///   - page: What people read.
  func show<Message: RPCMessage>(
    _ message: Message, name: String, document: ((Message) throws -> String)? = nil,
    page: () async throws -> Page
  ) async throws {
    switch try format(OutputFormat.pages) {
    case .table: try await say(page().lines(width: terminal.width, terminal.painter))
    case .wide: try await say(page().lines(width: nil, terminal.painter))
    case .json: try say(JSONText.indented(message))
    case .jsonl: try say(JSONText.compact(message))
    case .yaml:
      try terminal.write(document?(message) ?? YAMLText.text(JSONText.value(message)))
    case .name: try say(name)
    case .csv, .arrow: break
    }
  }

  /// Prints what a change came to: a line for people, the resource for machines.
  func changed<Message: RPCMessage>(
    _ message: Message, name: String, _ line: String,
    document: ((Message) throws -> String)? = nil
  ) throws {
    switch try format(OutputFormat.pages) {
    case .table, .wide: try say(line)
    case .json: try say(JSONText.indented(message))
    case .jsonl: try say(JSONText.compact(message))
    case .yaml:
      try terminal.write(document?(message) ?? YAMLText.text(JSONText.value(message)))
    case .name: try say(name)
    case .csv, .arrow: break
    }
  }
}
