/// Appends checked instructions to a program and keeps the types of what is on its stack.
struct ProgramBuilder {
  /// A value on the stack: the instructions from `start` to the next operand's start make it.
  struct Operand {
    var start: Int
    var type: ExpressionType
    /// Byte offset in the text.
    var offset: Int
  }

  private(set) var program: ExpressionProgram
  let schema: ExpressionSchema
  private let text: String

  init(text: String, schema: ExpressionSchema) {
    self.text = text
    self.schema = schema
    program = ExpressionProgram(text: text)
    program.contextFunctions = schema.functions
  }

  func error(
    _ code: ExpressionError.Code, at offset: Int, _ message: String
  ) -> ExpressionError {
    ExpressionError(code, at: Lexer.position(of: offset, in: text.utf8), message)
  }

  /// Appends an operation whose operands are on the stack, the first of them at `start`.
  mutating func push(
    _ operation: ExpressionProgram.Operation, _ type: ExpressionType, start: Int? = nil,
    at offset: Int
  ) throws(ExpressionError) -> Operand {
    let start = start ?? program.instructions.count
    guard program.instructions.count < ExpressionLimits.maxInstructions else {
      throw error(
        .limitExceeded, at: offset,
        "the expression has more than \(ExpressionLimits.maxInstructions) operations")
    }
    program.instructions.append(
      ExpressionProgram.Instruction(operation: operation, type: type, offset: Int32(offset)))
    return Operand(start: start, type: type, offset: offset)
  }

  mutating func constant(
    _ value: ExpressionValue, _ type: ExpressionType? = nil, at offset: Int
  ) throws(ExpressionError) -> Operand {
    program.constants.append(value)
    return try push(
      .constant(program.constants.count - 1), type ?? value.type ?? .null, at: offset)
  }

  mutating func column(_ name: String, isQuoted: Bool, at offset: Int) throws(ExpressionError)
    -> Operand
  {
    guard let index = schema.index(ofColumn: name) else {
      if let type = schema.unusableColumns[name] {
        throw error(
          .typeMismatch, at: offset,
          "the column \"\(name)\" is \(type), which expressions cannot use")
      }
      let names = schema.columns.lazy.map(\.name)
      var clause = Suggestion.clause(for: name, among: names)
      if clause.isEmpty, isQuoted { clause = "; strings are written in single quotes" }
      throw error(.unknownName, at: offset, "unknown column \"\(name)\"\(clause)")
    }
    let column = schema.columns[index]
    let known = program.columns.firstIndex(of: column)
    if known == nil { program.columns.append(column) }
    return try push(.column(known ?? program.columns.count - 1), column.type, at: offset)
  }

  mutating func pattern(_ pattern: Pattern, on operand: Operand, at offset: Int)
    throws(ExpressionError) -> Operand
  {
    program.patterns.append(pattern)
    return try push(
      .matches(program.patterns.count - 1), .boolean, start: operand.start, at: offset)
  }

  mutating func list(
    _ elements: [ExpressionValue], of type: ExpressionType, on operand: Operand, at offset: Int
  ) throws(ExpressionError) -> Operand {
    program.lists.append(
      ExpressionProgram.List(
        type: type, elements: elements.filter { $0 != .null },
        containsNull: elements.contains(.null)))
    return try push(
      .inList(program.lists.count - 1), .boolean, start: operand.start, at: offset)
  }

  /// The constant that makes up the whole operand, whose instructions are the last ones.
  func constantValue(of operand: Operand, end: Int? = nil) -> ExpressionValue? {
    let end = end ?? program.instructions.count
    guard end == operand.start + 1,
      case .constant(let index) = program.instructions[operand.start].operation
    else { return nil }
    return program.constants[index]
  }

  /// Removes the last operands down to instruction `start`, which were constants.
  mutating func removeConstants(from start: Int) {
    program.constants.removeLast(program.instructions.count - start)
    program.instructions.removeLast(program.instructions.count - start)
  }

  /// Makes the operands one type, widening integer to double and typing null.
  ///
  /// The operands are the last ones on the stack, in order.
  mutating func unify(
    _ operands: inout [Operand], _ describe: (ExpressionType, ExpressionType) -> String
  ) throws(ExpressionError) -> ExpressionType {
    var common = ExpressionType.null
    for operand in operands where operand.type != .null && operand.type != common {
      guard common == .null || (common.isNumeric && operand.type.isNumeric) else {
        throw error(.typeMismatch, at: operand.offset, describe(common, operand.type))
      }
      common = common == .double ? .double : operand.type
    }
    if operands.contains(where: { $0.type == .double }) { common = .double }
    convert(&operands, only: Array(operands.indices), to: common)
    return common
  }

  /// Widens integers and types nulls among the operands at `indices`, the last on the stack.
  mutating func convert(
    _ operands: inout [Operand], only indices: [Int], to type: ExpressionType
  ) {
    for index in indices.reversed() {
      let end = index + 1 < operands.count ? operands[index + 1].start : program.instructions.count
      if operands[index].type == .null {
        setType(type, ofNullsIn: operands[index].start..<end)
        operands[index].type = type
      } else if operands[index].type == .integer, type == .double {
        widen(&operands, index, end: end)
      }
    }
  }

  /// Puts a constant under the last operand; returns where both start.
  mutating func insertConstant(
    _ value: ExpressionValue, before operand: Operand, at offset: Int
  ) -> Int {
    program.constants.append(value)
    program.instructions.insert(
      ExpressionProgram.Instruction(
        operation: .constant(program.constants.count - 1), type: value.type ?? .null,
        offset: Int32(offset)),
      at: operand.start)
    return operand.start
  }

  private mutating func setType(_ type: ExpressionType, ofNullsIn range: Range<Int>) {
    for index in range where program.instructions[index].type == .null {
      program.instructions[index].type = type
    }
  }

  /// Widens the operand at `index`, whose last instruction is before `end`, to double.
  private mutating func widen(_ operands: inout [Operand], _ index: Int, end: Int) {
    operands[index].type = .double
    if case .integer(let value)? = constantValue(of: operands[index], end: end),
      case .constant(let constant) = program.instructions[operands[index].start].operation
    {
      program.constants[constant] = .double(Double(value))
      program.instructions[operands[index].start].type = .double
      return
    }
    program.instructions.insert(
      ExpressionProgram.Instruction(
        operation: .integerToDouble, type: .double, offset: Int32(operands[index].offset)),
      at: end)
    for later in operands.indices.dropFirst(index + 1) { operands[later].start += 1 }
  }

  /// Checks that an operand, the last on the stack or before `end`, has the type.
  mutating func require(
    _ operand: inout Operand, _ type: ExpressionType, end: Int? = nil,
    _ message: (ExpressionType) -> String
  ) throws(ExpressionError) {
    if operand.type == .null {
      setType(type, ofNullsIn: operand.start..<(end ?? program.instructions.count))
      operand.type = type
    }
    guard operand.type == type else {
      throw error(.typeMismatch, at: operand.offset, message(operand.type))
    }
  }

  /// Ends the program: no null literal stays without type, and the stack's depth is known.
  mutating func finish(_ operand: Operand, expecting type: ExpressionType?)
    throws(ExpressionError) -> ExpressionProgram
  {
    var operand = operand
    if let type {
      try require(&operand, type) { "the expression is a \($0.name), not a \(type.name)" }
    }
    setType(.integer, ofNullsIn: 0..<program.instructions.count)
    var depth = 0
    for instruction in program.instructions {
      depth += 1 - instruction.operation.operandCount
      program.maxStackDepth = max(program.maxStackDepth, depth)
    }
    return program
  }
}
