internal import PurSightArrow
internal import PurSightExpression
internal import PurSightGovernance

/// Compiles one rule for a schema.
struct RuleCompiler {
  let rule: Rule
  let schema: ArrowSchema

  func compile() throws(RuleFault) -> RuleProgram.CompiledRule {
    var columns: [Int] = []
    for name in rule.kind.columns { columns.append(try position(of: name)) }
    let kernel = try kernel(columns)
    if case .expression(let program) = kernel {
      columns = program.columns.compactMap { schema.index(of: $0.name) }
    }
    return RuleProgram.CompiledRule(
      rule: rule, columns: columns, kernel: kernel, condition: try condition())
  }

  private func position(of name: String) throws(RuleFault) -> Int {
    guard let position = schema.index(of: name) else {
      let clause = Suggestion.clause(for: name, among: schema.fields.map(\.name))
      throw RuleFault("columns", "there is no column \"\(name)\"\(clause)")
    }
    return position
  }

  private func condition() throws(RuleFault) -> ExpressionProgram? {
    guard let text = rule.condition, !text.isEmpty else { return nil }
    return try expression(text, field: "when")
  }

  private func expression(_ text: String, field: String) throws(RuleFault) -> ExpressionProgram {
    do {
      return try ExpressionProgram.filter(text, schema: ExpressionSchema(schema))
    } catch {
      throw RuleFault(field, error.description)
    }
  }

  private func kernel(_ columns: [Int]) throws(RuleFault) -> RuleKernel {
    switch rule.kind {
    case .notNull, .unique, .references:
      guard !columns.isEmpty else { throw RuleFault("columns", "no column is named") }
      if case .references(_, _, let parents) = rule.kind, parents.count != columns.count {
        throw RuleFault(
          "reference", "\(columns.count) columns refer to \(parents.count) of the parent")
      }
      return switch rule.kind {
      case .unique: .unique
      case .references: .references
      default: .notNull
      }
    case .type(_, let type): return try typeKernel(field(columns), type)
    case .range(_, let minimum, let maximum):
      return try RuleValues(field: field(columns)).range(minimum, maximum)
    case .inSet(_, let values):
      guard values.count <= ExpressionLimits.maxListElements else {
        throw RuleFault(
          "in_set", "the list has more than \(ExpressionLimits.maxListElements) values")
      }
      return try RuleValues(field: field(columns)).set(values)
    case .format(_, let pattern):
      let field = field(columns)
      guard field.type.isText || field.type == .null else {
        throw RuleFault("columns", "a pattern takes text, but \"\(field.name)\" is \(field.type)")
      }
      do {
        _ = try Pattern.matching(pattern)
        return .pattern(try Pattern.matching("\\A(?:\(pattern))\\z"))
      } catch {
        throw RuleFault("pattern", error.message)
      }
    case .expression(let text): return .expression(try expression(text, field: "expression"))
    }
  }

  private func field(_ columns: [Int]) -> ArrowField { schema.fields[columns[0]] }

  private func typeKernel(
    _ field: ArrowField, _ type: ColumnType
  ) throws(RuleFault) -> RuleKernel {
    if let bounds = Self.bounds(of: type) {
      switch field.type {
      case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64:
        return .integers(
          IntegerRange(
            minimum: Int64(exactly: bounds.0), maximum: Int64(exactly: bounds.1)))
      case .utf8, .largeUtf8: return .readsAs(.integer(bounds.0, bounds.1))
      default: return .constant(fails: true)
      }
    }
    if field.type.isText {
      switch type {
      case .bool: return .readsAs(.boolean)
      case .float32, .float64, .decimal128: return .readsAs(.double)
      case .date: return .readsAs(.date)
      case .timestamp: return .readsAs(.timestamp)
      case .string: return .constant(fails: false)
      default: return .constant(fails: true)
      }
    }
    return .constant(fails: !Self.holds(type, field.type))
  }

  /// The smallest and largest value of an integer type; nil for other types.
  private static func bounds(of type: ColumnType) -> (Int128, Int128)? {
    switch type {
    case .int8: (Int128(Int8.min), Int128(Int8.max))
    case .int16: (Int128(Int16.min), Int128(Int16.max))
    case .int32: (Int128(Int32.min), Int128(Int32.max))
    case .int64: (Int128(Int64.min), Int128(Int64.max))
    case .uint8: (0, Int128(UInt8.max))
    case .uint16: (0, Int128(UInt16.max))
    case .uint32: (0, Int128(UInt32.max))
    case .uint64: (0, Int128(UInt64.max))
    case .bool, .float32, .float64, .decimal128, .string, .bytes, .date, .time, .timestamp,
      .duration:
      nil
    }
  }

  /// Whether every value of an Arrow type is one of the column type.
  private static func holds(_ type: ColumnType, _ arrow: ArrowType) -> Bool {
    switch (type, arrow) {
    case (_, .null), (.bool, .bool), (.float64, .float64), (.float64, .float32),
      (.float32, .float32), (.bytes, .binary), (.bytes, .largeBinary),
      (.bytes, .fixedSizeBinary), (.date, .date32), (.date, .date64), (.time, .time32),
      (.time, .time64), (.timestamp, .timestamp), (.duration, .duration),
      (.decimal128, .decimal128):
      true
    case (.float64, .int8), (.float64, .int16), (.float64, .int32), (.float64, .uint8),
      (.float64, .uint16), (.float64, .uint32):
      true
    default: false
    }
  }
}
