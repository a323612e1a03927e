extension Parser {
  /// `in`, `between`, `like` and `matches` after their left side.
  mutating func membership(_ left: Operand, _ token: Token) throws(ExpressionError) -> Operand {
    switch token.kind {
    case .keyword(.in): return try inList(left, token)
    case .keyword(.between): return try between(left, token)
    case .keyword(.like), .keyword(.matches): return try pattern(left, token)
    default:
      throw error(
        .syntax, at: token,
        "\"in\", \"between\", \"like\" or \"matches\" is expected after \"not\", not \(token.text)")
    }
  }

  private mutating func between(_ left: Operand, _ token: Token) throws(ExpressionError)
    -> Operand
  {
    let low = try expression(.sum)
    try expect(.and, "between the bounds")
    let high = try expression(.sum)
    var operands = [left, low, high]
    _ = try builder.unify(&operands) { a, b in
      "a \(a.name) cannot be compared with a \(b.name)\(Self.advice(a, b))"
    }
    return try builder.push(.between, .boolean, start: left.start, at: token.offset)
  }

  private mutating func pattern(_ left: Operand, _ token: Token) throws(ExpressionError)
    -> Operand
  {
    var left = left
    try builder.require(&left, .string) { "\(token.text) takes a string, not a \($0.name)" }
    let source = peek
    let value = try element()
    let pattern: Pattern
    do throws(ExpressionError) {
      switch value {
      case .string(let text):
        pattern = token.kind == .keyword(.like) ? try .like(text) : try .matching(text)
      default:
        throw ExpressionError(
          .typeMismatch, "\(token.text) is followed by a pattern: a string or a parameter")
      }
    } catch {
      throw self.error(error.code, at: source, error.message)
    }
    return try builder.pattern(pattern, on: left, at: token.offset)
  }

  private mutating func inList(_ left: Operand, _ token: Token) throws(ExpressionError) -> Operand {
    let (elements, offsets) = try listElements()
    var type = left.type
    for (element, offset) in zip(elements, offsets) {
      guard let elementType = element.type else {
        throw builder.error(.typeMismatch, at: offset, "lists do not nest")
      }
      if elementType == type || elementType == .null { continue }
      if type == .null || (type == .integer && elementType == .double) {
        type = elementType
      } else if !(type == .double && elementType == .integer) {
        throw builder.error(
          .typeMismatch, at: offset,
          "a \(type.name) cannot be compared with a \(elementType.name)"
            + Self.advice(type, elementType))
      }
    }
    var operands = [left]
    if type == .double, left.type == .integer {
      // A constant of the common type makes the left side widen; it is taken off again.
      operands.append(try builder.constant(.double(0), at: token.offset))
      _ = try builder.unify(&operands) { _, _ in "" }
      builder.removeConstants(from: operands[1].start)
    } else {
      try builder.require(&operands[0], type) { "\"in\" cannot look up a \($0.name)" }
    }
    return try builder.list(
      elements.compactMap { $0.converted(to: type) }, of: type, on: operands[0],
      at: token.offset)
  }

  /// The elements of `(…)`, `[…]` or of a list parameter, with their byte offsets.
  private mutating func listElements() throws(ExpressionError) -> ([ExpressionValue], [Int]) {
    let start = peek
    if case .parameter = start.kind {
      let value = try element()
      guard case .list(let elements) = value else {
        throw error(.typeMismatch, at: start, "\(start.text) is not a list; write \"in (...)\"")
      }
      return (
        try checkedCount(elements, at: start),
        [Int](repeating: start.offset, count: elements.count)
      )
    }
    let isBracketed = take(.leftBracket)
    if !isBracketed { try expect(.leftParenthesis, "after \"in\"") }
    let close: Token.Symbol = isBracketed ? .rightBracket : .rightParenthesis
    var elements: [ExpressionValue] = []
    var offsets: [Int] = []
    while !take(close) {
      if !elements.isEmpty { try expect(.comma, "between the elements of a list") }
      offsets.append(peek.offset)
      elements.append(try element())
      _ = try checkedCount(elements, at: start)
    }
    return (elements, offsets)
  }

  private func checkedCount(
    _ elements: [ExpressionValue], at token: Token
  ) throws(ExpressionError) -> [ExpressionValue] {
    guard elements.count <= ExpressionLimits.maxListElements else {
      throw error(
        .limitExceeded, at: token,
        "the list has more than \(ExpressionLimits.maxListElements) elements")
    }
    return elements
  }

  /// A literal or parameter where no other expression may stand.
  private mutating func element() throws(ExpressionError) -> ExpressionValue {
    let token = peek
    if take(.minus) {
      switch advance().kind {
      case .integer(let magnitude):
        return .integer(Int64(truncatingIfNeeded: 0 &- magnitude))
      case .double(let value): return .double(-value)
      default: throw error(.syntax, at: token, "a number is expected after \"-\"")
      }
    }
    guard let value = try literal() else {
      throw error(
        .syntax, at: token, "a literal or a parameter is expected here, not \(token.text)")
    }
    return value
  }

  /// The literal or parameter at hand; nil, with nothing taken, when there is none.
  mutating func literal() throws(ExpressionError) -> ExpressionValue? {
    let token = peek
    switch token.kind {
    case .integer(let magnitude):
      guard let value = Int64(exactly: magnitude) else {
        throw error(.invalidValue, at: token, "the integer \(magnitude) is out of range")
      }
      _ = advance()
      return .integer(value)
    case .double(let value):
      _ = advance()
      return .double(value)
    case .string(let text):
      _ = advance()
      return .string(text)
    case .keyword(.true):
      _ = advance()
      return .boolean(true)
    case .keyword(.false):
      _ = advance()
      return .boolean(false)
    case .keyword(.null):
      _ = advance()
      return .null
    case .parameter(let name):
      _ = advance()
      guard let value = parameters[name] else {
        throw error(
          .unknownName, at: token,
          "the parameter \"@\(name)\" has no value"
            + Suggestion.clause(for: name, among: parameters.keys.sorted()))
      }
      return value
    case .name(let name, isQuoted: false):
      guard case .string(let text) = peekSecond.kind else { return nil }
      return try timeLiteral(name, text)
    case .name, .keyword, .symbol, .end: return nil
    }
  }

  /// `date '…'`, `timestamp '…'`, `duration '…'`.
  private mutating func timeLiteral(_ name: String, _ text: String) throws(ExpressionError)
    -> ExpressionValue
  {
    let token = advance()
    let value: ExpressionValue?
    let form: String
    switch name.lowercased() {
    case "date":
      value = CivilTime.parseDate(text.utf8).map { .date($0) }
      form = "YYYY-MM-DD"
    case "timestamp":
      value = CivilTime.parseTimestamp(text.utf8).map { .timestamp($0) }
      form = "YYYY-MM-DDTHH:MM:SS[.ffffff][Z or +HH:MM]"
    case "duration":
      value = CivilTime.parseDuration(text.utf8).map { .duration($0) }
      form = "1d 2h 30m 10.5s, with units w, d, h, m, s, ms, us"
    default:
      throw error(
        .syntax, at: token,
        "\(token.text) before a string is not one of date, timestamp, duration")
    }
    guard let value else {
      throw error(.invalidValue, at: peek, "'\(text)' is not a \(name.lowercased()): \(form)")
    }
    _ = advance()
    return value
  }
}
