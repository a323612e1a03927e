/// What is wrong with an expression, and where.
package struct ExpressionError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kind of fault.
  package enum Code: String, Sendable {
    /// The text is not an expression.
    case syntax
    /// A name stands for nothing.
    case unknownName
    /// A value or column has a type that the operation does not take.
    case typeMismatch
    /// A literal, pattern or parameter has no valid value.
    case invalidValue
    /// A limit of the language is exceeded.
    case limitExceeded
    /// The expression is valid but cannot be rendered as SQL with equal meaning.
    case notRenderable
  }

  package var code: Code
  /// 1-based position in the text, in characters (Unicode scalars); 0 when there is none.
  package var position: Int
  /// What is wrong, without the position.
  package var message: String

  package init(_ code: Code, at position: Int = 0, _ message: String) {
    self.code = code
    self.position = position
    self.message = message
  }

  /// `12: unknown column "dep_dealy"; did you mean "dep_delay"?`
  package var description: String { position > 0 ? "\(position): \(message)" : message }
}
