/// A Pratt parser that checks types while it reads and emits postfix instructions.
///
/// Its recursion is bounded by `ExpressionLimits.maxDepth`; nothing after it recurses.
struct Parser {
  /// How tightly operators bind, loosest first.
  enum Precedence: Int, Comparable {
    case lowest, or, and, not, comparison, sum, product, sign

    static func < (a: Precedence, b: Precedence) -> Bool { a.rawValue < b.rawValue }
    var tighter: Precedence { Precedence(rawValue: rawValue + 1) ?? .sign }
  }

  typealias Operand = ProgramBuilder.Operand

  var builder: ProgramBuilder
  let parameters: [String: ExpressionValue]
  /// The instant that `now()` stands for.
  let now: Int64?
  private let tokens: [Token]
  private var index = 0
  private var depth = 0

  init(
    _ text: String, schema: ExpressionSchema, parameters: [String: ExpressionValue], now: Int64?
  ) throws(ExpressionError) {
    tokens = try Lexer.tokens(of: text)
    builder = ProgramBuilder(text: text, schema: schema)
    self.parameters = parameters
    self.now = now
  }

  mutating func parse(expecting type: ExpressionType?) throws(ExpressionError) -> ExpressionProgram
  {
    if peek.kind == .end {
      throw error(.syntax, at: peek, "the expression is empty")
    }
    let operand = try expression(.lowest)
    guard peek.kind == .end else {
      throw error(.syntax, at: peek, "\(peek.text) is unexpected here")
    }
    return try builder.finish(operand, expecting: type)
  }

  // MARK: Tokens

  var peek: Token { tokens[index] }
  var peekSecond: Token { tokens[min(index + 1, tokens.count - 1)] }

  mutating func advance() -> Token {
    let token = tokens[index]
    if index + 1 < tokens.count { index += 1 }
    return token
  }

  mutating func take(_ symbol: Token.Symbol) -> Bool {
    guard peek.kind == .symbol(symbol) else { return false }
    _ = advance()
    return true
  }

  mutating func take(_ keyword: Token.Keyword) -> Bool {
    guard peek.kind == .keyword(keyword) else { return false }
    _ = advance()
    return true
  }

  mutating func expect(_ symbol: Token.Symbol, _ place: String) throws(ExpressionError) {
    guard take(symbol) else {
      throw error(
        .syntax, at: peek, "\"\(symbol.rawValue)\" is expected \(place), not \(peek.text)")
    }
  }

  mutating func expect(_ keyword: Token.Keyword, _ place: String) throws(ExpressionError) {
    guard take(keyword) else {
      throw error(
        .syntax, at: peek, "\"\(keyword.rawValue)\" is expected \(place), not \(peek.text)")
    }
  }

  func error(_ code: ExpressionError.Code, at token: Token, _ message: String) -> ExpressionError {
    builder.error(code, at: token.offset, message)
  }

  // MARK: Expressions

  /// Parses what binds tighter than `minimum` allows.
  mutating func expression(_ minimum: Precedence) throws(ExpressionError) -> Operand {
    depth += 1
    defer { depth -= 1 }
    guard depth <= ExpressionLimits.maxDepth else {
      throw error(
        .limitExceeded, at: peek,
        "the expression nests deeper than \(ExpressionLimits.maxDepth) levels")
    }
    var left = try prefix()
    while let precedence = infixPrecedence, precedence >= minimum {
      left = try infix(left)
    }
    return left
  }

  private mutating func prefix() throws(ExpressionError) -> Operand {
    let token = peek
    if take(.not) {
      var operand = try expression(.not)
      try builder.require(&operand, .boolean) {
        "\"not\" takes a boolean, not a \($0.name)"
      }
      return try builder.push(.not, .boolean, start: operand.start, at: token.offset)
    }
    if take(.minus) {
      // The smallest integer has no positive counterpart, so the sign belongs to the literal.
      if case .integer(let magnitude) = peek.kind {
        _ = advance()
        return try builder.constant(
          .integer(Int64(truncatingIfNeeded: 0 &- magnitude)), at: token.offset)
      }
      return try negated(try expression(.sign), at: token.offset)
    }
    return try primary()
  }

  /// The precedence of the operator at hand; nil when there is none.
  private var infixPrecedence: Precedence? {
    switch peek.kind {
    case .keyword(.or): .or
    case .keyword(.and): .and
    case .keyword(.in), .keyword(.between), .keyword(.like), .keyword(.matches), .keyword(.is):
      .comparison
    case .keyword(.not): .comparison
    case .symbol(.equal), .symbol(.notEqual), .symbol(.less), .symbol(.lessOrEqual),
      .symbol(.greater), .symbol(.greaterOrEqual):
      .comparison
    case .symbol(.plus), .symbol(.minus): .sum
    case .symbol(.star), .symbol(.slash), .symbol(.percent): .product
    default: nil
    }
  }

  private mutating func infix(_ left: Operand) throws(ExpressionError) -> Operand {
    let token = advance()
    switch token.kind {
    case .keyword(.or): return try logic(.or, left, token)
    case .keyword(.and): return try logic(.and, left, token)
    case .symbol(let symbol):
      if let comparison = symbol.comparison { return try compare(comparison, left, token) }
      if let arithmetic = symbol.arithmetic {
        let precedence: Precedence = symbol == .plus || symbol == .minus ? .sum : .product
        let right = try expression(precedence.tighter)
        return try self.arithmetic(arithmetic, left, right, at: token.offset)
      }
    case .keyword(.is): return try nullTest(left, token)
    case .keyword(.not):
      let word = advance()
      let operand = try membership(left, word)
      return try builder.push(.not, .boolean, start: operand.start, at: token.offset)
    case .keyword: return try membership(left, token)
    default: break
    }
    throw error(.syntax, at: token, "\(token.text) is unexpected here")
  }

  private mutating func logic(
    _ operation: ExpressionProgram.Operation, _ left: Operand, _ token: Token
  ) throws(ExpressionError) -> Operand {
    let end = builder.program.instructions.count
    var left = left
    var right = try expression(operation == .or ? .and : .not)
    let name = token.text
    try builder.require(&left, .boolean, end: end) {
      "\(name) takes booleans, not a \($0.name)"
    }
    try builder.require(&right, .boolean) { "\(name) takes booleans, not a \($0.name)" }
    return try builder.push(operation, .boolean, start: left.start, at: token.offset)
  }

  private mutating func compare(
    _ comparison: Comparison, _ left: Operand, _ token: Token
  ) throws(ExpressionError) -> Operand {
    let right = try expression(.sum)
    for side in [left, right] where isNullLiteral(side) {
      throw error(
        .typeMismatch, at: token,
        "a comparison with null is never true; write \"is null\" or \"is not null\"")
    }
    var operands = [left, right]
    _ = try builder.unify(&operands) { a, b in
      "a \(a.name) cannot be compared with a \(b.name)\(Self.advice(a, b))"
    }
    if let symbol = peek.kind.symbol, symbol.comparison != nil {
      throw error(.syntax, at: peek, "comparisons do not chain; write \"a < b and b < c\"")
    }
    return try builder.push(.compare(comparison), .boolean, start: left.start, at: token.offset)
  }

  /// Whether the operand is the word `null`, and not a parameter that happens to be null.
  private func isNullLiteral(_ operand: Operand) -> Bool {
    operand.type == .null
      && tokens.contains { $0.offset == operand.offset && $0.kind == .keyword(.null) }
  }

  /// How to write the literal that was probably meant.
  static func advice(_ a: ExpressionType, _ b: ExpressionType) -> String {
    guard a == .string || b == .string else {
      return a == .date || b == .date
        ? "; write the date as timestamp 'YYYY-MM-DDTHH:MM:SSZ'" : ""
    }
    let other = a == .string ? b : a
    return switch other {
    case .date: "; write date 'YYYY-MM-DD'"
    case .timestamp: "; write timestamp 'YYYY-MM-DDTHH:MM:SSZ'"
    case .duration: "; write duration '1h 30m'"
    case .integer, .double: "; write the number without quotes"
    case .null, .boolean, .string, .bytes: ""
    }
  }

  private mutating func nullTest(_ left: Operand, _ token: Token) throws(ExpressionError)
    -> Operand
  {
    let isNegated = take(.not)
    try expect(.null, "after \"is\"")
    return try builder.push(
      isNegated ? .isNotNull : .isNull, .boolean, start: left.start, at: token.offset)
  }
}

extension Token.Kind {
  var symbol: Token.Symbol? { if case .symbol(let symbol) = self { symbol } else { nil } }
}

extension Token.Symbol {
  var comparison: Comparison? { Comparison.allCases.first { $0.symbol == rawValue } }
  var arithmetic: Arithmetic? { Arithmetic.allCases.first { $0.symbol == rawValue } }
}
