/// A function's place in its file.
struct FunctionSpan: Equatable {
  var name: String
  /// The line of `func`, `init`, `deinit` or `subscript`, from 1.
  var line: Int
  /// Lines from there to the closing brace, both included.
  var count: Int
}

extension SourceText {
  /// Finds the functions, initialisers and subscripts that have a body.
  func functions() -> [FunctionSpan] {
    var spans: [FunctionSpan] = []
    for (index, line) in code.enumerated() {
      guard let name = Self.declaredName(line), let last = lastLine(from: index) else { continue }
      spans.append(FunctionSpan(name: name, line: index + 1, count: last - index + 1))
    }
    return spans
  }

  /// Returns the name that a line declares; nil when it declares no function.
  private static func declaredName(_ line: Substring) -> String? {
    let words = line.split(whereSeparator: { $0 == " " || $0 == "(" || $0 == "<" || $0 == "?" })
    guard
      let keyword = words.firstIndex(where: {
        ["func", "init", "deinit", "subscript"].contains($0)
      }),
      words[..<keyword].allSatisfy({ $0.first?.isLowercase == true || $0.first == "@" })
    else { return nil }
    if words[keyword] != "func" { return String(words[keyword]) }
    return words.indices.contains(keyword + 1) ? String(words[keyword + 1]) : nil
  }

  /// Returns the index of the line with the body's closing brace; nil when there is no body.
  private func lastLine(from first: Int) -> Int? {
    var parentheses = 0
    var braces = 0
    for index in first..<code.count {
      // A requirement of a protocol ends where the next declaration begins.
      if index > first, braces == 0, parentheses == 0, Self.beginsOther(code[index]) { return nil }
      for character in code[index].utf8 {
        switch character {
        case UInt8(ascii: "("), UInt8(ascii: "["): parentheses += 1
        case UInt8(ascii: ")"), UInt8(ascii: "]"): parentheses -= 1
        case UInt8(ascii: "{") where parentheses == 0: braces += 1
        case UInt8(ascii: "}") where parentheses == 0:
          braces -= 1
          if braces == 0 { return index }
          if braces < 0 { return nil }
        default: break
        }
      }
    }
    return nil
  }

  private static func beginsOther(_ line: Substring) -> Bool {
    let word = line.drop { $0 == " " }.prefix { $0 != " " && $0 != "(" }
    return word.isEmpty
      || [
        "func", "init", "var", "let", "static", "mutating", "package", "public", "internal",
        "private", "case", "subscript", "associatedtype", "typealias", "}", "@discardableResult",
      ].contains(word)
  }
}
