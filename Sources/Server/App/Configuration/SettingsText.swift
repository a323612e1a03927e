/// The text of a configuration file: mappings within mappings, by indentation, with one scalar a
/// line.
///
/// A subset of YAML 1.2 that every YAML program reads the same way: `name: value`, `name:` with an
/// indented block below it, comments, plain and quoted scalars. Lists, anchors, tags and scalars of
/// several lines are refused with their line: no setting needs them.
struct SettingsText {
  /// Depth of groups.
  static let maxDepth = 8

  /// One scalar, with the names of the groups around it joined by dots.
  struct Value: Hashable {
    let key: String
    let text: String
    let line: Int
  }

  /// A group whose block is being read.
  private struct Group {
    let key: String
    let line: Int
    /// Columns of its names; nil before the first of them.
    var indentation: Int?
  }

  private(set) var values: [Value] = []
  private let path: String
  private var groups = [Group(key: "", line: 1, indentation: nil)]
  private var seen: Set<String> = []

  /// - Parameter path: For the errors.
  init(parsing text: String, path: String) throws(AppError) {
    self.path = path
    var number = 0
    let isEnd: (Character) -> Bool = { $0 == "\n" || $0 == "\r\n" }
    for line in text.split(omittingEmptySubsequences: false, whereSeparator: isEnd) {
      number += 1
      let indentation = line.prefix { $0 == " " }.count
      let rest = line.dropFirst(indentation)
      guard !rest.isEmpty, !rest.hasPrefix("#"), rest != "---" else { continue }
      try take(rest, indentation, number)
    }
    try close(to: 0, number)
  }

  private mutating func take(
    _ rest: Substring, _ indentation: Int, _ line: Int
  ) throws(AppError) {
    try close(to: indentation, line)
    let group = groups[groups.count - 1]
    if group.indentation == nil {
      groups[groups.count - 1].indentation = indentation
    } else if group.indentation != indentation {
      throw refused(line, "is indented by \(indentation) columns, which fits no group above it")
    }
    let name = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
    let after = rest.dropFirst(name.count)
    guard !name.isEmpty, after.first == ":" else {
      throw refused(line, "is not of the form `name: value`")
    }
    let key = group.key.isEmpty ? String(name) : "\(group.key).\(name)"
    guard seen.insert(key).inserted else { throw refused(line, "sets \(key) a second time") }
    let value = after.dropFirst()
    guard value.isEmpty || value.first == " " else {
      throw refused(line, "has no space after the colon")
    }
    let text = value.drop { $0 == " " }
    if text.isEmpty || text.hasPrefix("#") {
      guard groups.count < Self.maxDepth else { throw refused(line, "is nested too deep") }
      groups.append(Group(key: key, line: line, indentation: nil))
    } else {
      values.append(Value(key: key, text: try scalar(text, line), line: line))
    }
  }

  /// Ends the groups whose blocks are indented deeper; one without a block is an empty scalar.
  private mutating func close(to indentation: Int, _ line: Int) throws(AppError) {
    while groups.count > 1, let last = groups.last {
      let parent = groups[groups.count - 2].indentation ?? 0
      if last.indentation == nil {
        guard indentation <= parent else { return }
        values.append(Value(key: last.key, text: "", line: last.line))
      } else if let own = last.indentation, indentation >= own {
        return
      }
      groups.removeLast()
    }
  }

  private func scalar(_ text: Substring, _ line: Int) throws(AppError) -> String {
    switch text.first {
    case "\"": return try doubleQuoted(text.dropFirst(), line)
    case "'": return try singleQuoted(text.dropFirst(), line)
    case "[", "]", "{", "}", "&", "*", "!", "|", ">", "%", "@", "`", ",", "?":
      throw refused(line, "holds YAML that no setting needs; use one plain or quoted value")
    case "-" where text.dropFirst().first == " ":
      throw refused(line, "begins a list; no setting is one")
    default:
      var plain = text
      if let comment = text.firstRange(of: " #") { plain = text[..<comment.lowerBound] }
      while plain.last == " " { plain.removeLast() }
      guard plain.firstRange(of: ": ") == nil, plain.last != ":" else {
        throw refused(line, "holds two colons; put the value into quotes")
      }
      return plain == "~" || plain == "null" ? "" : String(plain)
    }
  }

  private func doubleQuoted(_ text: Substring, _ line: Int) throws(AppError) -> String {
    let escapes: [Character: Character] = ["\"": "\"", "\\": "\\", "n": "\n", "t": "\t", "/": "/"]
    var (result, rest) = ("", text)
    while let character = rest.popFirst() {
      switch character {
      case "\"":
        try end(rest, line)
        return result
      case "\\":
        guard let escaped = rest.popFirst().flatMap({ escapes[$0] }) else {
          throw refused(line, "holds an escape other than \\\" \\\\ \\/ \\n \\t")
        }
        result.append(escaped)
      default: result.append(character)
      }
    }
    throw refused(line, "holds a quote that is not closed")
  }

  private func singleQuoted(_ text: Substring, _ line: Int) throws(AppError) -> String {
    var (result, rest) = ("", text)
    while let character = rest.popFirst() {
      guard character == "'" else {
        result.append(character)
        continue
      }
      guard rest.first == "'" else {
        try end(rest, line)
        return result
      }
      rest.removeFirst()
      result.append("'")
    }
    throw refused(line, "holds a quote that is not closed")
  }

  /// Only a comment may follow a quoted scalar.
  private func end(_ rest: Substring, _ line: Int) throws(AppError) {
    let after = rest.drop { $0 == " " }
    guard after.isEmpty || rest.first == " " && after.hasPrefix("#") else {
      throw refused(line, "goes on after its closing quote")
    }
  }

  private func refused(_ line: Int, _ what: String) -> AppError {
    AppError(.configuration, "\(path):\(line): the line \(what).")
  }
}
