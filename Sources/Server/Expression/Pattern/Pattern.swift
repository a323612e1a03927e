/// A compiled pattern of `like` or `matches` that decides in time linear in the text.
///
/// Its machine is turned into a table once, so that matching is one look-up per byte; patterns
/// whose table would exceed `ExpressionLimits.maxPatternStates` run the machine itself, still
/// without backtracking. A value; matching changes nothing in it.
package struct Pattern: Sendable {
  /// Which operator the pattern belongs to.
  package enum Kind: Sendable, Hashable {
    case like
    case matches
  }

  package let kind: Kind
  /// The pattern as written.
  package let source: String
  let syntax: PatternSyntax
  let code: PatternCode
  let table: PatternTable?

  /// Compiles a pattern of `matches`: RE2's syntax, searched anywhere in the text.
  package static func matching(_ source: String) throws(ExpressionError) -> Pattern {
    try Pattern(.matches, source)
  }

  /// Compiles a pattern of `like`, which covers the whole text.
  package static func like(_ source: String) throws(ExpressionError) -> Pattern {
    try Pattern(.like, source)
  }

  private init(_ kind: Kind, _ source: String) throws(ExpressionError) {
    do {
      syntax = kind == .like ? try .like(source) : try PatternParser.parse(source)
      code = try PatternCode(syntax)
    } catch {
      throw ExpressionError(.invalidValue, error.message)
    }
    self.kind = kind
    self.source = source
    table = PatternTable(code)
  }

  /// Whether the pattern is found in `text`, which is UTF-8.
  package func matches(_ text: Span<UInt8>) -> Bool {
    if let table { return table.matches(text) }
    var simulation = PatternSimulation(code)
    return simulation.matches(text)
  }

  /// Whether the pattern is found in `text`.
  package func matches(_ text: String) -> Bool { matches(Array(text.utf8).span) }
}

extension Pattern: Hashable {
  package static func == (a: Pattern, b: Pattern) -> Bool {
    a.kind == b.kind && a.source == b.source
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(kind)
    hasher.combine(source)
  }
}
