extension SQLRenderer {
  /// A call of the language's functions in SQL.
  mutating func call(
    _ function: Function, _ values: [Operand], _ instruction: ExpressionProgram.Instruction
  ) throws(ExpressionError) -> String {
    let operands = values.map(\.text)
    let first = operands.first ?? ""
    switch function {
    case .length: return "length(\(first))::bigint"
    case .lower, .upper: return "\(function.rawValue)(\(first))"
    case .trim: return "btrim(\(first), ' ')"
    case .startsWith: return "starts_with(\(first), \(operands[1]))"
    case .endsWith: return "(right(\(first), length(\(operands[1]))) = \(operands[1]))"
    case .contains: return "(strpos(\(first), \(operands[1])) > 0)"
    case .concat: return "(" + operands.joined(separator: " || ") + ")"
    case .coalesce: return "coalesce(" + operands.joined(separator: ", ") + ")"
    case .greatest, .least:
      return "\(function.rawValue)(" + operands.joined(separator: ", ") + ")"
    case .round, .floor, .ceil:
      // Integers are whole already, and PostgreSQL has these for numeric and double only.
      return instruction.type == .integer ? first : "\(function.rawValue)(\(first))"
    case .abs:
      guard instruction.type == .double else {
        throw refusal(
          instruction, "abs of an integer cannot be pushed down: it can be out of range")
      }
      return "abs(\(first))"
    case .year, .month, .day, .hour, .minute, .dayOfWeek:
      let field = function == .dayOfWeek ? "isodow" : function.rawValue
      return "extract(\(field) from \(Self.utc(values[0])))::bigint"
    case .second: return "floor(extract(second from \(Self.utc(values[0]))))::bigint"
    case .substr:
      throw refusal(
        instruction, "substr cannot be pushed down: a negative count would fail the whole list")
    case .mod, .age, .now:
      // The parser replaces these three by arithmetic and constants.
      throw refusal(instruction, "\(function.rawValue) cannot be pushed down")
    }
  }

  /// The civil time of a timestamp, or the date as it is.
  private static func utc(_ operand: Operand) -> String {
    operand.type == .date ? operand.text : "\(operand.text) at time zone 'UTC'"
  }

  /// A pattern as a condition.
  mutating func match(
    _ operand: String, _ pattern: Pattern, _ instruction: ExpressionProgram.Instruction
  ) throws(ExpressionError) -> String {
    guard !pattern.source.unicodeScalars.contains("\0") else {
      throw refusal(instruction, "a pattern with the character U+0000 cannot be pushed down")
    }
    if pattern.kind == .like {
      let source = append(.string(pattern.source), pattern.source, "text")
      return "(\(operand) like \(source))"
    }
    guard let translated = PatternTranslation.postgres(pattern.syntax) else {
      throw refusal(
        instruction,
        "this pattern cannot be pushed down: PostgreSQL has no equal of a word boundary, a line "
          + "anchor, a count above 255 or an empty class")
    }
    return "(\(operand) ~ \(append(.string(translated), translated, "text")))"
  }
}
