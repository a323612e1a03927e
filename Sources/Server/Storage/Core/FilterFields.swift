package import PurSightExpression

/// The fields by which the lists of one kind can be filtered, and where they stand in its
/// statements.
package struct FilterFields: Sendable {
  package struct Field: Sendable {
    let name: String
    let type: ExpressionType
    /// An expression over the tables of the list's statement.
    let column: String

    init(_ name: String, _ type: ExpressionType, _ column: String) {
      self.name = name
      self.type = type
      self.column = column
    }
  }

  private let columns: [String: String]
  private let schema: ExpressionSchema

  init(_ fields: [Field]) {
    columns = Dictionary(
      fields.map { ($0.name, $0.column) }, uniquingKeysWith: { first, _ in first })
    schema = ExpressionSchema(fields.map { ExpressionSchema.Column($0.name, $0.type) })
  }

  /// A filter as a condition; nil for an empty one.
  /// - Throws: with the position of what is wrong, such as an unknown field.
  package func render(_ filter: String) throws(ExpressionError) -> SQLFragment? {
    guard !filter.isEmpty else { return nil }
    let program = try ExpressionProgram.filter(filter, schema: schema)
    return try SQLRenderer.render(program, mapping: SQLMapping(column: { columns[$0] }))
  }
}
