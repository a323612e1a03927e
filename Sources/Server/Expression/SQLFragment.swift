/// A part of a PostgreSQL statement: text with `$n` and the values that belong to them.
package struct SQLFragment: Sendable, Hashable {
  /// A value to bind, in PostgreSQL's text format.
  package struct Parameter: Sendable, Hashable {
    /// The value; nil is SQL's null.
    package var text: String?
    /// PostgreSQL's name of its type: `bigint`, `text[]`, …
    package var type: String
    /// The value with its type, for callers that bind in binary format.
    package var value: ExpressionValue
  }

  /// Valid wherever a parenthesised expression may stand; every parameter carries its cast.
  package var text: String
  /// The value of `$first` and so on, `first` being what the renderer was told.
  package var parameters: [Parameter]
}

/// What the SQL back end needs to know of the place where an expression is used.
package struct SQLMapping: Sendable {
  /// The SQL of a column, such as `a.name`; its SQL type is that of `SQLRenderer.typeName`.
  ///
  /// Timestamps are `timestamptz`. Nil when the column has no counterpart.
  package var column: @Sendable (String) -> String?
  /// The SQL of a context function from the SQL of its arguments; nil when there is none.
  package var function: @Sendable (String, [String]) -> String?

  package init(
    column: @escaping @Sendable (String) -> String?,
    function: @escaping @Sendable (String, [String]) -> String? = { _, _ in nil }
  ) {
    self.column = column
    self.function = function
  }
}
