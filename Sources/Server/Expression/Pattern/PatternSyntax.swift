/// A pattern's syntax as a flat arena of nodes; the last node is the root.
struct PatternSyntax: Sendable {
  /// A place between two characters.
  enum Assertion: UInt8, Sendable, Hashable {
    /// `^` without m, `\A`.
    case textStart
    /// `$` without m, `\z`.
    case textEnd
    /// `^` with m.
    case lineStart
    /// `$` with m.
    case lineEnd
    /// `\b`
    case wordBoundary
    /// `\B`
    case noWordBoundary
  }

  enum Node: Sendable {
    case empty
    case set(ScalarSet)
    case assertion(Assertion)
    case sequence([Int])
    case choice([Int])
    /// At least `minimum`, at most `maximum` times; nil is without bound.
    case repetition(Int, minimum: Int, maximum: Int?)
  }

  private(set) var nodes: [Node] = []

  var root: Int { nodes.count - 1 }

  mutating func add(_ node: Node) -> Int {
    nodes.append(node)
    return nodes.count - 1
  }

  /// The syntax of a `like` pattern: `%` any run, `_` one character, `\` takes the next as it is.
  static func like(_ pattern: String) throws(PatternError) -> PatternSyntax {
    guard pattern.utf8.count <= ExpressionLimits.maxPatternBytes else { throw .tooLong(pattern) }
    var syntax = PatternSyntax()
    var parts = [syntax.add(.assertion(.textStart))]
    var isEscaped = false
    for scalar in pattern.unicodeScalars {
      if isEscaped {
        parts.append(syntax.add(.set(ScalarSet(scalar))))
        isEscaped = false
      } else if scalar == "\\" {
        isEscaped = true
      } else if scalar == "%" {
        let any = syntax.add(.set(.all))
        parts.append(syntax.add(.repetition(any, minimum: 0, maximum: nil)))
      } else {
        parts.append(syntax.add(.set(scalar == "_" ? .all : ScalarSet(scalar))))
      }
    }
    guard !isEscaped else {
      throw PatternError("a pattern of \"like\" must not end with \"\\\"")
    }
    parts.append(syntax.add(.assertion(.textEnd)))
    _ = syntax.add(.sequence(parts))
    return syntax
  }
}

/// What is wrong with a pattern.
struct PatternError: Error, Equatable {
  var message: String

  init(_ message: String) { self.message = message }

  static func tooLong(_ pattern: String) -> PatternError {
    PatternError(
      "the pattern has \(pattern.utf8.count) bytes; the limit is "
        + "\(ExpressionLimits.maxPatternBytes)")
  }
}
