extension Parser {
  /// A call after its opening parenthesis.
  mutating func call(_ name: String, _ token: Token) throws(ExpressionError) -> Operand {
    let start = builder.program.instructions.count
    var arguments: [Operand] = []
    while !take(.rightParenthesis) {
      if !arguments.isEmpty { try expect(.comma, "between arguments") }
      guard arguments.count < ExpressionLimits.maxArguments else {
        throw error(
          .limitExceeded, at: token,
          "a call takes at most \(ExpressionLimits.maxArguments) arguments")
      }
      arguments.append(try expression(.lowest))
    }
    if let function = Function(rawValue: name.lowercased()) {
      guard function.argumentCount.contains(arguments.count) else {
        throw error(
          .typeMismatch, at: token,
          "\(function.rawValue) has \(arguments.count) arguments; write \(function.usage)")
      }
      return try emit(function, &arguments, start: start, token)
    }
    return try contextCall(name, &arguments, start: start, token)
  }

  private mutating func contextCall(
    _ name: String, _ arguments: inout [Operand], start: Int, _ token: Token
  ) throws(ExpressionError) -> Operand {
    let schema = builder.schema
    guard let index = schema.index(ofFunction: name) else {
      let names = Function.allCases.map(\.rawValue) + schema.functions.map(\.name)
      throw error(
        .unknownName, at: token,
        "unknown function \"\(name)\"\(Suggestion.clause(for: name, among: names))")
    }
    let function = schema.functions[index]
    let usage = "\(name)(\(function.arguments.map(\.name).joined(separator: ", ")))"
    guard arguments.count == function.arguments.count else {
      throw error(
        .typeMismatch, at: token, "\(name) has \(arguments.count) arguments; write \(usage)")
    }
    for (index, type) in function.arguments.enumerated() {
      try require(&arguments, index, type, usage)
    }
    return try builder.push(
      .callContext(index, arguments.count), function.result, start: start, at: token.offset)
  }

  private mutating func require(
    _ arguments: inout [Operand], _ index: Int, _ type: ExpressionType, _ usage: String
  ) throws(ExpressionError) {
    let end = index + 1 < arguments.count ? arguments[index + 1].start : nil
    var argument = arguments[index]
    try builder.require(&argument, type, end: end) {
      "a \(type.name) is expected, not a \($0.name); write \(usage)"
    }
    arguments[index] = argument
  }

  private mutating func requireAll(
    _ arguments: inout [Operand], _ type: ExpressionType, _ function: Function
  ) throws(ExpressionError) {
    for index in arguments.indices { try require(&arguments, index, type, function.usage) }
  }

  private mutating func emit(
    _ function: Function, _ arguments: inout [Operand], start: Int, _ token: Token
  ) throws(ExpressionError) -> Operand {
    let type: ExpressionType
    switch function {
    case .length:
      if arguments[0].type != .bytes { try requireAll(&arguments, .string, function) }
      type = .integer
    case .lower, .upper, .trim, .concat:
      try requireAll(&arguments, .string, function)
      type = .string
    case .substr:
      try require(&arguments, 0, .string, function.usage)
      for index in arguments.indices.dropFirst() {
        try require(&arguments, index, .integer, function.usage)
      }
      type = .string
    case .startsWith, .endsWith, .contains:
      try requireAll(&arguments, .string, function)
      type = .boolean
    case .abs, .round, .floor, .ceil:
      type = try numeric(&arguments, function, token)
    case .mod:
      return try arithmetic(.modulo, arguments[0], arguments[1], at: token.offset)
    case .year, .month, .day, .dayOfWeek:
      if arguments[0].type != .date { try requireAll(&arguments, .timestamp, function) }
      type = .integer
    case .hour, .minute, .second:
      try requireAll(&arguments, .timestamp, function)
      type = .integer
    case .age:
      try requireAll(&arguments, .timestamp, function)
      return try age(of: arguments[0], token)
    case .now: return try builder.constant(.timestamp(try instant(token)), at: token.offset)
    case .coalesce, .greatest, .least:
      type = try builder.unify(&arguments) { a, b in
        "\(function.rawValue) takes values of one type, not a \(a.name) and a \(b.name)"
      }
      guard function == .coalesce || type != .boolean else {
        throw error(.typeMismatch, at: token, "\(function.rawValue) does not take booleans")
      }
    }
    return try builder.push(
      .call(function, arguments.count), type, start: start, at: token.offset)
  }

  private mutating func numeric(
    _ arguments: inout [Operand], _ function: Function, _ token: Token
  ) throws(ExpressionError) -> ExpressionType {
    if arguments[0].type == .null { try requireAll(&arguments, .double, function) }
    guard arguments[0].type.isNumeric else {
      throw error(
        .typeMismatch, at: token,
        "a number is expected, not a \(arguments[0].type.name); write \(function.usage)")
    }
    return arguments[0].type
  }

  /// `now() - argument`.
  private mutating func age(of argument: Operand, _ token: Token) throws(ExpressionError)
    -> Operand
  {
    let instant = try instant(token)
    if case .timestamp(let value)? = builder.constantValue(of: argument) {
      builder.removeConstants(from: argument.start)
      let left = try builder.constant(.timestamp(instant), at: token.offset)
      let right = try builder.constant(.timestamp(value), at: token.offset)
      return try arithmetic(.subtract, left, right, at: token.offset)
    }
    let start = builder.insertConstant(.timestamp(instant), before: argument, at: token.offset)
    return try builder.push(.arithmetic(.subtract), .duration, start: start, at: token.offset)
  }

  private func instant(_ token: Token) throws(ExpressionError) -> Int64 {
    guard let now else {
      throw error(.unknownName, at: token, "there is no current time where this expression is used")
    }
    return now
  }
}
