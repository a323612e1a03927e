extension Parser {
  /// A literal, name, call, case or parenthesised expression.
  mutating func primary() throws(ExpressionError) -> Operand {
    let token = peek
    if let value = try literal() {
      guard value.type != nil else {
        throw error(.typeMismatch, at: token, "a list can only stand after \"in\"")
      }
      return try builder.constant(value, at: token.offset)
    }
    if take(.leftParenthesis) {
      let operand = try expression(.lowest)
      try expect(.rightParenthesis, "to close the parenthesis")
      return operand
    }
    if take(.case) { return try choose(token) }
    guard case .name(let name, let isQuoted) = token.kind else {
      throw error(.syntax, at: token, "a value is expected here, not \(token.text)")
    }
    _ = advance()
    if !isQuoted, take(.leftParenthesis) { return try call(name, token) }
    return try builder.column(name, isQuoted: isQuoted, at: token.offset)
  }

  /// `case when c then v … else e end`; without else, null.
  private mutating func choose(_ token: Token) throws(ExpressionError) -> Operand {
    let start = builder.program.instructions.count
    var operands: [Operand] = []
    while take(.when) {
      guard operands.count / 2 < ExpressionLimits.maxCaseBranches else {
        throw error(
          .limitExceeded, at: token,
          "the case has more than \(ExpressionLimits.maxCaseBranches) branches")
      }
      var condition = try expression(.lowest)
      try builder.require(&condition, .boolean) {
        "\"when\" takes a boolean, not a \($0.name)"
      }
      try expect(.then, "after the condition")
      operands.append(condition)
      operands.append(try expression(.lowest))
    }
    guard !operands.isEmpty else {
      throw error(.syntax, at: peek, "\"when\" is expected after \"case\", not \(peek.text)")
    }
    if take(.else) {
      operands.append(try expression(.lowest))
    } else {
      operands.append(try builder.constant(.null, at: peek.offset))
    }
    try expect(.end, "to close the case")
    let type = try unifyBranches(&operands)
    return try builder.push(
      .choose(operands.count / 2), type, start: start, at: token.offset)
  }

  /// Gives the values of a case one type; its conditions are booleans already.
  private mutating func unifyBranches(_ operands: inout [Operand]) throws(ExpressionError)
    -> ExpressionType
  {
    let last = operands.count - 1
    let values = operands.indices.filter { $0 % 2 == 1 || $0 == last }
    var common = ExpressionType.null
    for index in values where operands[index].type != .null && operands[index].type != common {
      let type = operands[index].type
      guard common == .null || (common.isNumeric && type.isNumeric) else {
        throw builder.error(
          .typeMismatch, at: operands[index].offset,
          "the branches of a case have one type; this is a \(type.name), others are a "
            + common.name)
      }
      common = common == .null ? type : .double
    }
    builder.convert(&operands, only: values, to: common)
    return common
  }

  /// Unary minus.
  mutating func negated(_ operand: Operand, at offset: Int) throws(ExpressionError) -> Operand {
    var operand = operand
    if operand.type == .null { try builder.require(&operand, .integer) { _ in "" } }
    guard operand.type.isNumeric || operand.type == .duration else {
      throw builder.error(
        .typeMismatch, at: offset, "\"-\" takes a number or duration, not a \(operand.type.name)")
    }
    if case .double(let value)? = builder.constantValue(of: operand) {
      builder.removeConstants(from: operand.start)
      return try builder.constant(.double(-value), at: offset)
    }
    return try builder.push(.negate, operand.type, start: operand.start, at: offset)
  }

  /// Two operands and one of `+ - * / %`.
  mutating func arithmetic(
    _ operation: Arithmetic, _ left: Operand, _ right: Operand, at offset: Int
  ) throws(ExpressionError) -> Operand {
    var operands = [left, right]
    let type: ExpressionType
    if let special = Self.timeResult(operation, left.type, right.type) {
      type = special
    } else {
      type = try builder.unify(&operands) { a, b in
        "\"\(operation.symbol)\" does not take a \(a.name) and a \(b.name)"
      }
      let isDurationSum = type == .duration && (operation == .add || operation == .subtract)
      guard type.isNumeric || type == .null || isDurationSum else {
        throw builder.error(
          .typeMismatch, at: offset, "\"\(operation.symbol)\" does not take a \(type.name)")
      }
    }
    if let folded = try fold(operation, operands, type, at: offset) { return folded }
    return try builder.push(.arithmetic(operation), type, start: left.start, at: offset)
  }

  /// The type of arithmetic with dates and timestamps; nil when it is another case.
  private static func timeResult(
    _ operation: Arithmetic, _ a: ExpressionType, _ b: ExpressionType
  ) -> ExpressionType? {
    switch (operation, a, b) {
    case (.add, .timestamp, .duration), (.add, .duration, .timestamp),
      (.subtract, .timestamp, .duration):
      .timestamp
    case (.subtract, .timestamp, .timestamp): .duration
    case (.add, .date, .integer), (.add, .integer, .date), (.subtract, .date, .integer): .date
    case (.subtract, .date, .date): .integer
    default: nil
    }
  }

  /// The constant that two constants make; nil when one of them is not constant.
  private mutating func fold(
    _ operation: Arithmetic, _ operands: [Operand], _ type: ExpressionType, at offset: Int
  ) throws(ExpressionError) -> Operand? {
    guard let left = builder.constantValue(of: operands[0], end: operands[1].start),
      let right = builder.constantValue(of: operands[1])
    else { return nil }
    var value = ExpressionValue.null
    do throws(RowFailure) {
      if case .double(let a) = left, case .double(let b) = right {
        value = .double(try operation.apply(a, b).get())
      } else if let a = left.integral, let b = right.integral {
        value = try ExpressionValue(integral: try operation.apply(a, b).get(), type)
      }
    } catch {
      throw builder.error(.invalidValue, at: offset, error.rowError.message)
    }
    builder.removeConstants(from: operands[0].start)
    return try builder.constant(value, type, at: offset)
  }
}

extension ExpressionValue {
  /// A value of one of the integral types from its 64-bit form.
  init(integral value: Int64, _ type: ExpressionType) throws(RowFailure) {
    switch type {
    case .date:
      guard let days = Int32(exactly: value) else { throw RowFailure(.overflow) }
      self = .date(days)
    case .timestamp: self = .timestamp(value)
    case .duration: self = .duration(value)
    case .null, .boolean, .integer, .double, .string, .bytes: self = .integer(value)
    }
  }
}
