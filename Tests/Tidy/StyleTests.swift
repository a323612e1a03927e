import Testing

@Suite struct StyleTests {
  /// Lines of a file.
  static let maxFileLines = 400
  /// Lines of a function, first word to last brace.
  static let maxFunctionLines = 60
  /// Columns of a line.
  static let maxColumns = 100

  /// Words that are refused outside of `Exceptions.words`, and what to write instead.
  static let bannedWords = [
    "print(": "write to the telemetry room, or return the text",
    "fatalError(": "throw, or use precondition for a bug of ours",
    "try!": "handle the error",
    "as!": "use a type that says what it holds",
    "Task.detached": "keep the task in the structure that waits for it",
    "Thread.sleep": "use the loop's timers",
  ]

  private static let ours = ["Sources", "examples"]

  @Test(arguments: bannedWords.keys.sorted())
  func `is written only where it is allowed`(word: String) throws {
    let allowed = Exceptions.words[word] ?? []
    var findings: [Finding] = []
    for path in Tree.swift(in: Self.ours)
    where !allowed.contains(path) && !path.hasPrefix("Sources/pursightctl/") {
      for (index, line) in try Tree.source(path).code.enumerated()
      where Self.contains(line, word: word) {
        let instead = Self.bannedWords[word] ?? ""
        findings.append(Finding(path: path, line: index + 1, message: "\(word): \(instead)"))
      }
    }
    refuse(findings)
  }

  @Test func `an opt-out of the compiler's checks has its reason above or beside it`() throws {
    var findings: [Finding] = []
    for path in Tree.swift(in: Self.ours) {
      let source = try Tree.source(path)
      for (index, line) in source.code.enumerated()
      where line.contains("@unchecked Sendable") || line.contains("nonisolated(unsafe)") {
        let nearby = source.lines[max(0, index - 12)...index]
        if nearby.contains(where: { $0.contains("//") }) { continue }
        findings.append(Finding(path: path, line: index + 1, message: "say why this is safe"))
      }
    }
    refuse(findings)
  }

  @Test func `unsafe stands only on the hot path and around C`() throws {
    var findings: [Finding] = []
    for path in Tree.swift(in: Self.ours)
    where !Exceptions.unsafeFiles.contains(path)
      && !Exceptions.unsafeFolders.contains(where: { path.hasPrefix($0) })
    {
      for (index, line) in try Tree.source(path).code.enumerated()
      where line.split(whereSeparator: { !$0.isLetter }).contains("unsafe") {
        findings.append(Finding(path: path, line: index + 1, message: "unsafe"))
      }
    }
    refuse(findings)
  }

  @Test func `files, functions and lines keep their measure`() throws {
    var findings: [Finding] = []
    for path in Tree.swift(in: ["Sources", "Tests", "examples"]) + ["Package.swift"] {
      let source = try Tree.source(path)
      if source.lines.count > Self.maxFileLines, !Exceptions.longFiles.contains(path) {
        let message = "\(source.lines.count) lines, more than \(Self.maxFileLines)"
        findings.append(Finding(path: path, line: 1, message: message))
      }
      for span in source.functions()
      where span.count > Self.maxFunctionLines
        && !Exceptions.longFunctions.contains("\(path): \(span.name)")
      {
        let message = "\(span.name) has \(span.count) lines, more than \(Self.maxFunctionLines)"
        findings.append(Finding(path: path, line: span.line, message: message))
      }
      for (index, line) in source.lines.enumerated() where line.count > Self.maxColumns {
        let message = "\(line.count) columns, more than \(Self.maxColumns)"
        findings.append(Finding(path: path, line: index + 1, message: message))
      }
    }
    refuse(findings)
  }

  @Test func `SQL stands only where it belongs`() throws {
    let beginnings = [
      #/\bSELECT\s[^;]*\sFROM\s/#, #/\bINSERT\s+INTO\s/#, #/\bUPDATE\s[^;]*\sSET\s/#,
      #/\bDELETE\s+FROM\s/#, #/\bCREATE\s+(?:TABLE|INDEX|ROLE|FUNCTION|UNIQUE)\s/#,
      #/\bALTER\s+(?:TABLE|ROLE|DATABASE)\s/#,
    ]
    var findings: [Finding] = []
    for path in Tree.swift(in: Self.ours)
    where !Exceptions.sqlFolders.contains(where: { path.hasPrefix($0) }) {
      for literal in try Tree.source(path).literals
      where beginnings.contains(where: { literal.text.firstMatch(of: $0) != nil }) {
        findings.append(Finding(path: path, line: literal.line, message: "SQL"))
      }
    }
    refuse(findings)
  }

  /// Says whether a line has a word that does not go on to the left: `print(`, not `fingerprint(`.
  private static func contains(_ line: Substring, word: String) -> Bool {
    var rest = line
    while let range = rest.firstRange(of: word) {
      let before = rest[..<range.lowerBound].last
      if before == nil || !(before?.isLetter == true || before == "_" || before == ".") {
        return true
      }
      rest = rest[range.upperBound...]
    }
    return false
  }
}
