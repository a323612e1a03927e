/// The limits of the expression language; each overflow is an error that names the limit.
package enum ExpressionLimits {
  /// Longest text, in bytes of UTF-8.
  package static let maxTextBytes = 65_536
  /// Most tokens in one text.
  package static let maxTokens = 16_384
  /// Deepest nesting of parentheses, operators, calls and cases.
  package static let maxDepth = 64
  /// Most instructions in a program.
  package static let maxInstructions = 2_048
  /// Most elements in one list, literal or parameter.
  package static let maxListElements = 10_000
  /// Most arguments in one call.
  package static let maxArguments = 64
  /// Most branches in one `case`.
  package static let maxCaseBranches = 64
  /// Most bytes that `concat` may produce in one row.
  package static let maxStringBytes = 1_048_576
  /// Longest pattern of `like` and `matches`, in bytes.
  package static let maxPatternBytes = 4_096
  /// Deepest nesting of groups in a pattern.
  package static let maxPatternDepth = 64
  /// Largest count in `{n,m}`, as in RE2.
  package static let maxPatternRepeat = 1_000
  /// Most instructions of a compiled pattern.
  package static let maxPatternInstructions = 20_000
  /// Most states of a pattern's table; above, the pattern runs without table, still linear.
  package static let maxPatternStates = 1_024
  /// Most steps spent on building that table.
  package static let maxPatternTableSteps = 4_000_000
}
