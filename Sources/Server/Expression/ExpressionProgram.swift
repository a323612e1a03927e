/// A checked expression as a flat list of typed instructions in postfix order.
///
/// Each instruction takes its operands from the top of a stack and pushes one result; the last one
/// leaves the expression's value. A program is a value without references to where it came from:
/// parameters are bound, names resolved, patterns compiled.
package struct ExpressionProgram: Sendable {
  /// A step of the program.
  package struct Instruction: Sendable, Hashable {
    package var operation: Operation
    /// The type of what is pushed.
    package var type: ExpressionType
    /// Byte offset in the text, for errors of rows.
    package var offset: Int32
  }

  /// What an instruction does. Counts of operands are those of the stack.
  package enum Operation: Sendable, Hashable {
    /// Pushes column `columns[index]`.
    case column(Int)
    /// Pushes `constants[index]`.
    case constant(Int)
    case not
    case and
    case or
    /// Compares two operands of one type.
    case compare(Comparison)
    /// value, low, high: `value >= low and value <= high`.
    case between
    case isNull
    case isNotNull
    /// Looks one operand up in `lists[index]`.
    case inList(Int)
    /// Matches one string against `patterns[index]`.
    case matches(Int)
    case negate
    /// Two operands of the instruction's type, or timestamp and duration, or two timestamps.
    case arithmetic(Arithmetic)
    case integerToDouble
    /// Calls a function of the language with as many operands.
    case call(Function, Int)
    /// condition, value, condition, value, …, else value: that many pairs before the else.
    case choose(Int)
    /// Calls `schema.functions[index]`; only the SQL back end can.
    case callContext(Int, Int)
  }

  /// The elements of a list of one type, without nulls, and whether there was a null.
  package struct List: Sendable, Hashable {
    package var type: ExpressionType
    package var elements: [ExpressionValue]
    package var containsNull: Bool
  }

  /// The text it was compiled from.
  package let text: String
  package internal(set) var instructions: [Instruction] = []
  /// The columns that are read, each once, in order of first use.
  package internal(set) var columns: [ExpressionSchema.Column] = []
  package internal(set) var constants: [ExpressionValue] = []
  package internal(set) var lists: [List] = []
  package internal(set) var patterns: [Pattern] = []
  package internal(set) var contextFunctions: [ExpressionSchema.ContextFunction] = []
  /// The most operands that are on the stack at once.
  package internal(set) var maxStackDepth = 0

  init(text: String) { self.text = text }

  /// The type of the expression's value.
  package var type: ExpressionType { instructions.last?.type ?? .null }

  /// The position of an instruction's source in the text: 1-based, in characters.
  package func position(of instruction: Instruction) -> Int {
    Lexer.position(of: Int(instruction.offset), in: text.utf8)
  }
}

extension ExpressionProgram.Operation {
  /// How many operands the operation takes from the stack.
  package var operandCount: Int {
    switch self {
    case .column, .constant: 0
    case .not, .isNull, .isNotNull, .inList, .matches, .negate, .integerToDouble: 1
    case .and, .or, .compare, .arithmetic: 2
    case .between: 3
    case .call(_, let count), .callContext(_, let count): count
    case .choose(let pairs): pairs * 2 + 1
    }
  }
}

extension ExpressionProgram {
  /// Compiles an expression: parses, resolves names, binds parameters and checks types.
  ///
  /// - Parameters:
  ///   - text: the expression.
  ///   - schema: the columns and context functions that it may use.
  ///   - parameters: the values of `@name`, without the sign; never pasted into text.
  ///   - now: what `now()` and `age()` refer to, in microseconds since 1970-01-01T00:00:00Z; nil
  ///     where the time must not matter, which makes both an error.
  ///   - type: what the expression must be; nil takes any type.
  /// - Throws: `ExpressionError` with the position and what to write instead.
  package static func compile(
    _ text: String, schema: ExpressionSchema, parameters: [String: ExpressionValue] = [:],
    now: Int64? = nil, expecting type: ExpressionType? = nil
  ) throws(ExpressionError) -> ExpressionProgram {
    var parser = try Parser(text, schema: schema, parameters: parameters, now: now)
    return try parser.parse(expecting: type)
  }

  /// Compiles a boolean expression, as filters, rules and policies are.
  package static func filter(
    _ text: String, schema: ExpressionSchema, parameters: [String: ExpressionValue] = [:],
    now: Int64? = nil
  ) throws(ExpressionError) -> ExpressionProgram {
    try compile(text, schema: schema, parameters: parameters, now: now, expecting: .boolean)
  }
}
