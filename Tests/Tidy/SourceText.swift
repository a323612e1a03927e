/// A Swift file, taken apart: the code without comments and literals, and the literals.
///
/// Code keeps its columns and lines: what is taken out is replaced by spaces. Regular expression
/// literals are not known; none are used.
struct SourceText {
  /// A string literal's text and the line it begins on, from 1.
  struct Literal: Equatable {
    var line: Int
    var text: String
  }

  /// The lines as they are in the file.
  let lines: [Substring]
  /// The lines with comments and the text of literals blanked.
  let code: [Substring]
  /// The string literals; an interpolation stands as a single space.
  let literals: [Literal]

  init(_ text: String) {
    var scanner = Scanner(Array(text.utf8))
    scanner.scan()
    lines = Self.lines(text)
    code = Self.lines(String(decoding: scanner.code, as: UTF8.self))
    literals = scanner.literals
  }

  private static func lines(_ text: String) -> [Substring] {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }
}

/// Walks over the bytes of a file once.
private struct Scanner {
  /// A literal that is open, and how it ends.
  struct Open {
    var hashes: Int
    var quotes: Int
    var line: Int
    /// Parentheses that are open in its interpolation; nil: in the text.
    var depth: Int?
  }

  let bytes: [UInt8]
  var code: [UInt8]
  var literals: [SourceText.Literal] = []
  private var place = 0
  private var line = 1
  private var open: [Open] = []
  /// What was read of the innermost open literal.
  private var text: [UInt8] = []
  /// What was read of the literals whose interpolation is open.
  private var suspended: [[UInt8]] = []

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    code = []
    code.reserveCapacity(bytes.count)
  }

  mutating func scan() {
    while place < bytes.count {
      if let literal = open.last, literal.depth == nil {
        scanText(literal)
      } else {
        scanCode()
      }
    }
  }

  private mutating func scanCode() {
    if isRun(of: "/", 2, from: place) {
      while place < bytes.count, bytes[place] != UInt8(ascii: "\n") { blank() }
    } else if isPair("/", "*") {
      scanBlockComment()
    } else if let literal = opening() {
      keep(literal.hashes + literal.quotes)
      open.append(literal)
    } else {
      trackParentheses()
      keep(1)
    }
  }

  private mutating func scanText(_ literal: Open) {
    let isEscape =
      isRun(of: "\\", 1, from: place) && isRun(of: "#", literal.hashes, from: place + 1)
    if isEscape, isRun(of: "(", 1, from: place + 1 + literal.hashes) {
      for _ in 0..<(2 + literal.hashes) { blank() }
      text.append(UInt8(ascii: " "))
      open[open.count - 1].depth = 1
      suspended.append(text)
      text = []
    } else if isEscape, literal.hashes == 0 {
      append(2)
    } else if isRun(of: "\"", literal.quotes, from: place),
      isRun(of: "#", literal.hashes, from: place + literal.quotes)
    {
      close(literal)
      keep(literal.quotes + literal.hashes)
    } else if literal.quotes == 1, bytes[place] == UInt8(ascii: "\n") {
      close(literal)
    } else {
      append(1)
    }
  }

  private mutating func close(_ literal: Open) {
    literals.append(
      SourceText.Literal(line: literal.line, text: String(decoding: text, as: UTF8.self)))
    text = []
    open.removeLast()
  }

  private mutating func scanBlockComment() {
    var depth = 0
    repeat {
      if isPair("/", "*") {
        depth += 1
        blank()
      } else if isPair("*", "/") {
        depth -= 1
        blank()
      }
      blank()
    } while depth > 0 && place < bytes.count
  }

  /// What opens here, if a string literal does.
  private func opening() -> Open? {
    var end = place
    while end < bytes.count, bytes[end] == UInt8(ascii: "#") { end += 1 }
    let hashes = end - place
    guard end < bytes.count, bytes[end] == UInt8(ascii: "\"") else { return nil }
    let isLong =
      end + 2 < bytes.count && bytes[end + 1] == bytes[end] && bytes[end + 2] == bytes[end]
    return Open(hashes: hashes, quotes: isLong ? 3 : 1, line: line)
  }

  private mutating func trackParentheses() {
    guard let depth = open.last?.depth else { return }
    switch bytes[place] {
    case UInt8(ascii: "("): open[open.count - 1].depth = depth + 1
    case UInt8(ascii: ")") where depth == 1:
      open[open.count - 1].depth = nil
      text = suspended.removeLast()
    case UInt8(ascii: ")"): open[open.count - 1].depth = depth - 1
    default: break
    }
  }

  /// Says whether a character stands so many times from a place on.
  private func isRun(of character: Unicode.Scalar, _ count: Int, from place: Int) -> Bool {
    guard place + count <= bytes.count else { return false }
    for index in place..<(place + count) where bytes[index] != UInt8(ascii: character) {
      return false
    }
    return true
  }

  private func isPair(_ first: Unicode.Scalar, _ second: Unicode.Scalar) -> Bool {
    isRun(of: first, 1, from: place) && isRun(of: second, 1, from: place + 1)
  }

  private mutating func append(_ count: Int) {
    for _ in 0..<count where place < bytes.count {
      text.append(bytes[place])
      blank()
    }
  }

  private mutating func keep(_ count: Int) {
    for _ in 0..<count {
      if bytes[place] == UInt8(ascii: "\n") { line += 1 }
      code.append(bytes[place])
      place += 1
    }
  }

  private mutating func blank() {
    guard place < bytes.count else { return }
    let isLineEnd = bytes[place] == UInt8(ascii: "\n")
    if isLineEnd { line += 1 }
    code.append(isLineEnd ? bytes[place] : UInt8(ascii: " "))
    place += 1
  }
}
