internal import PurSightJSON

/// Writes JSON values one by one: as an array, or a line each. Single-owner: one command.
final class JSONPrinter {
  private let session: Session
  private let isLines: Bool
  private var isFirst = true

  init(_ session: Session) {
    self.session = session
    isLines = session.global.output == .jsonl
  }

  func write(_ value: JSONValue) throws {
    defer { isFirst = false }
    if isLines { return try session.say(JSONText.text(value)) }
    let text = JSONText.text(value, .indented).replacing("\n", with: "\n  ")
    try session.terminal.write((isFirst ? "[\n  " : ",\n  ") + text)
  }

  func end() throws {
    if !isLines { try session.terminal.write(isFirst ? "[]\n" : "\n]\n") }
  }
}

extension Session {
  /// Prints an answer that is no resource: JSON for programs, lines for people.
  func answer(_ value: JSONValue, lines: () throws -> [String]) throws {
    switch try format(OutputFormat.answers + [.yaml]) {
    case .json: try say(JSONText.text(value, .indented))
    case .jsonl: try say(JSONText.text(value))
    case .yaml: try terminal.write(YAMLText.text(value))
    default: try say(lines())
    }
  }
}
