package import PurSightArrow
package import PurSightExpression

extension ExpressionType {
  /// The type that a column of an Arrow type has in expressions; nil when they cannot use it.
  package init?(_ type: ArrowType) {
    switch type {
    case .bool: self = .boolean
    case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64: self = .integer
    case .float32, .float64: self = .double
    // A column of nulls has no values to disagree with any type.
    case .utf8, .largeUtf8, .null: self = .string
    case .binary, .largeBinary, .fixedSizeBinary: self = .bytes
    case .date32, .date64: self = .date
    case .timestamp: self = .timestamp
    case .duration: self = .duration
    case .time32, .time64, .decimal128: return nil
    }
  }
}

extension ExpressionSchema {
  /// The columns of an Arrow schema as an expression sees them.
  package init(_ schema: ArrowSchema, functions: [ContextFunction] = []) {
    var columns: [Column] = []
    var unusable: [String: String] = [:]
    for field in schema.fields {
      if let type = ExpressionType(field.type) {
        columns.append(Column(field.name, type, isNullable: field.nullable))
      } else {
        unusable[field.name] = field.type.description
      }
    }
    self.init(columns, functions: functions, unusableColumns: unusable)
  }
}
