/// The names that an expression may use.
package struct ExpressionSchema: Sendable, Hashable {
  /// A column or field.
  package struct Column: Sendable, Hashable {
    /// The name or dotted path, compared exactly.
    package var name: String
    package var type: ExpressionType
    /// Whether null can occur.
    package var isNullable: Bool

    package init(_ name: String, _ type: ExpressionType, isNullable: Bool = true) {
      self.name = name
      self.type = type
      self.isNullable = isNullable
    }
  }

  /// A function of the place where the expression is used, such as `hasTag("pii")` in the catalog.
  ///
  /// Only the SQL back end evaluates it; its renderer is given with the column mapping.
  package struct ContextFunction: Sendable, Hashable {
    package var name: String
    package var arguments: [ExpressionType]
    package var result: ExpressionType

    package init(_ name: String, _ arguments: [ExpressionType], returns result: ExpressionType) {
      self.name = name
      self.arguments = arguments
      self.result = result
    }
  }

  package let columns: [Column]
  package let functions: [ContextFunction]
  /// Columns that exist but have a type that expressions cannot use, and that type's name.
  package let unusableColumns: [String: String]
  private let columnIndices: [String: Int]

  /// Makes a schema; of columns with the same name the first is found.
  package init(
    _ columns: [Column], functions: [ContextFunction] = [],
    unusableColumns: [String: String] = [:]
  ) {
    self.columns = columns
    self.functions = functions
    self.unusableColumns = unusableColumns
    var indices: [String: Int] = [:]
    for (index, column) in columns.enumerated() where indices[column.name] == nil {
      indices[column.name] = index
    }
    columnIndices = indices
  }

  /// The position of the column called `name`.
  package func index(ofColumn name: String) -> Int? { columnIndices[name] }

  /// The position of the context function called `name`.
  package func index(ofFunction name: String) -> Int? {
    functions.firstIndex { $0.name == name }
  }
}
