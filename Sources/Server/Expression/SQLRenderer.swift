/// Renders a program as a PostgreSQL expression of equal meaning, or refuses.
///
/// Refused is what PostgreSQL would do differently: it ends the whole statement where an expression
/// has an error in one row, so arithmetic and `abs` of integers are not rendered; neither are
/// durations of columns, word boundaries in patterns, and values that it cannot store.
package struct SQLRenderer {
  /// The SQL of an operand, complete in itself, and its type.
  struct Operand {
    var text: String
    var type: ExpressionType
  }

  private let program: ExpressionProgram
  private let mapping: SQLMapping
  private let firstParameter: Int
  private(set) var parameters: [SQLFragment.Parameter] = []

  /// Renders `program`.
  ///
  /// - Parameters:
  ///   - program: what to render.
  ///   - mapping: the SQL of columns and context functions.
  ///   - firstParameter: the number of the first `$n`, 1 or more.
  /// - Throws: `ExpressionError` with code `notRenderable` and the position of what is refused.
  package static func render(
    _ program: ExpressionProgram, mapping: SQLMapping, firstParameter: Int = 1
  ) throws(ExpressionError) -> SQLFragment {
    var renderer = SQLRenderer(
      program: program, mapping: mapping, firstParameter: firstParameter)
    var stack: [Operand] = []
    for instruction in program.instructions {
      let count = instruction.operation.operandCount
      let operands = Array(stack.suffix(count))
      stack.removeLast(count)
      let text = try renderer.render(instruction, operands)
      stack.append(Operand(text: text, type: instruction.type))
    }
    return SQLFragment(text: stack.last?.text ?? "", parameters: renderer.parameters)
  }

  private init(program: ExpressionProgram, mapping: SQLMapping, firstParameter: Int) {
    self.program = program
    self.mapping = mapping
    self.firstParameter = firstParameter
  }

  /// PostgreSQL's name of the type that a column of `type` has.
  package static func typeName(_ type: ExpressionType) -> String {
    switch type {
    case .null, .integer: "bigint"
    case .boolean: "boolean"
    case .double: "double precision"
    case .string: "text"
    case .bytes: "bytea"
    case .date: "date"
    case .timestamp: "timestamp with time zone"
    case .duration: "interval"
    }
  }

  func refusal(
    _ instruction: ExpressionProgram.Instruction, _ message: String
  ) -> ExpressionError {
    ExpressionError(.notRenderable, at: program.position(of: instruction), message)
  }

  private mutating func render(
    _ instruction: ExpressionProgram.Instruction, _ values: [Operand]
  ) throws(ExpressionError) -> String {
    let operands = values.map(\.text)
    switch instruction.operation {
    case .column(let index): return try column(program.columns[index], instruction)
    case .constant(let index):
      return try bind(program.constants[index], instruction.type, instruction)
    case .not: return "(not \(operands[0]))"
    case .and: return "(\(operands[0]) and \(operands[1]))"
    case .or: return "(\(operands[0]) or \(operands[1]))"
    case .compare(let comparison):
      let symbol = comparison == .notEqual ? "<>" : comparison.symbol
      return "(\(operands[0]) \(symbol) \(operands[1]))"
    case .between: return "(\(operands[0]) between \(operands[1]) and \(operands[2]))"
    case .isNull: return "(\(operands[0]) is null)"
    case .isNotNull: return "(\(operands[0]) is not null)"
    case .inList(let index):
      return "(\(operands[0]) = any(\(try bind(program.lists[index], instruction))))"
    case .matches(let index):
      return try match(operands[0], program.patterns[index], instruction)
    case .integerToDouble: return "\(operands[0])::double precision"
    case .negate, .arithmetic:
      throw refusal(
        instruction,
        "arithmetic on columns cannot be pushed down: one row out of range would fail the whole "
          + "list; compare the column with a computed parameter instead")
    case .call(let function, _): return try call(function, values, instruction)
    case .choose(let pairs):
      var text = "(case"
      for pair in 0..<pairs {
        text += " when \(operands[pair * 2]) then \(operands[pair * 2 + 1])"
      }
      return text + " else \(operands[pairs * 2]) end)"
    case .callContext(let index, _):
      let name = program.contextFunctions[index].name
      guard let text = mapping.function(name, operands) else {
        throw refusal(instruction, "the function \"\(name)\" has no counterpart here")
      }
      return text
    }
  }

  private func column(
    _ column: ExpressionSchema.Column, _ instruction: ExpressionProgram.Instruction
  ) throws(ExpressionError) -> String {
    guard let text = mapping.column(column.name) else {
      throw refusal(instruction, "the column \"\(column.name)\" has no counterpart here")
    }
    guard column.type != .duration else {
      throw refusal(instruction, "columns of type duration cannot be pushed down")
    }
    // Bytewise order; the collation travels up to every operator that compares.
    return column.type == .string ? "(\(text) collate \"C\")" : text
  }

  /// Appends a parameter; returns `$n::type`.
  private mutating func bind(
    _ value: ExpressionValue, _ type: ExpressionType,
    _ instruction: ExpressionProgram.Instruction
  ) throws(ExpressionError) -> String {
    let text = try Self.text(of: value) { refusal(instruction, $0) }
    return append(value, text, Self.typeName(type))
  }

  private mutating func bind(
    _ list: ExpressionProgram.List, _ instruction: ExpressionProgram.Instruction
  ) throws(ExpressionError) -> String {
    var elements: [String] = []
    for element in list.elements {
      let text = try Self.text(of: element) { refusal(instruction, $0) } ?? ""
      let escaped = text.flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] }
      elements.append("\"" + String(escaped) + "\"")
    }
    if list.containsNull { elements.append("null") }
    let values = list.elements + (list.containsNull ? [.null] : [])
    return append(
      .list(values), "{" + elements.joined(separator: ",") + "}", Self.typeName(list.type) + "[]")
  }

  mutating func append(_ value: ExpressionValue, _ text: String?, _ type: String) -> String {
    parameters.append(SQLFragment.Parameter(text: text, type: type, value: value))
    let parameter = "$\(firstParameter + parameters.count - 1)::\(type)"
    // A parameter inherits the database's collation; without this two of them would compare by it.
    return type == "text" ? "(\(parameter) collate \"C\")" : parameter
  }

  /// PostgreSQL's text format of a scalar; nil is null.
  private static func text(
    of value: ExpressionValue, _ refusal: (String) -> ExpressionError
  ) throws(ExpressionError) -> String? {
    switch value {
    case .null, .list: return nil
    case .boolean(let value): return value ? "true" : "false"
    case .integer(let value): return String(value)
    case .double(let value):
      if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
      return value.isNaN ? "NaN" : String(value)
    case .string(let text):
      guard !text.unicodeScalars.contains("\0") else {
        throw refusal("a string with the character U+0000 cannot be pushed down")
      }
      return text
    case .bytes(let bytes):
      let digits = Array("0123456789abcdef".utf8)
      let pairs = bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
      return "\\x" + String(decoding: pairs, as: UTF8.self)
    case .date(let days):
      return try calendarText(CivilTime.format(date: Int64(days)), refusal)
    case .timestamp(let value):
      return try calendarText(CivilTime.format(timestamp: value), refusal)
    case .duration: throw refusal("durations cannot be pushed down")
    }
  }

  /// A date or timestamp that PostgreSQL reads as we write it: years 0001 to 9999.
  private static func calendarText(
    _ text: String, _ refusal: (String) -> ExpressionError
  ) throws(ExpressionError) -> String {
    let year = text.prefix(while: { $0.isNumber })
    guard year.count == 4, year != "0000" else {
      throw refusal("only the years 0001 to 9999 can be pushed down")
    }
    return text
  }
}
