@testable import PurSightExpression

/// A value, null or error of one row, as the reference interpreter knows it.
enum Cell: Equatable {
  case null
  case error
  case boolean(Bool)
  case integer(Int64)
  case double(Double)
  case text(String)

  static func == (a: Cell, b: Cell) -> Bool {
    switch (a, b) {
    case (.null, .null), (.error, .error): true
    case (.boolean(let a), .boolean(let b)): a == b
    case (.integer(let a), .integer(let b)): a == b
    case (.double(let a), .double(let b)): a == b || (a.isNaN && b.isNaN)
    case (.text(let a), .text(let b)): Array(a.utf8) == Array(b.utf8)
    default: false
    }
  }
}

/// Evaluates a program for one row the slow and obvious way, as the semantics are written down.
struct ReferenceInterpreter {
  let program: ExpressionProgram

  func evaluate(_ row: [String: Cell]) -> Cell {
    var stack: [Cell] = []
    for (index, instruction) in program.instructions.enumerated() {
      let count = instruction.operation.operandCount
      let operands = Array(stack.suffix(count))
      stack.removeLast(count)
      stack.append(apply(instruction, index, operands, row))
    }
    return stack[0]
  }

  private func cell(_ value: ExpressionValue) -> Cell {
    switch value {
    case .null, .list, .bytes: .null
    case .boolean(let value): .boolean(value)
    case .double(let value): .double(value)
    case .string(let value): .text(value)
    case .integer, .date, .timestamp, .duration: .integer(value.integral ?? 0)
    }
  }

  private func apply(
    _ instruction: ExpressionProgram.Instruction, _ index: Int, _ values: [Cell],
    _ row: [String: Cell]
  ) -> Cell {
    switch instruction.operation {
    case .column(let column): return row[program.columns[column].name] ?? .null
    case .constant(let constant): return cell(program.constants[constant])
    case .not: return strict(values) { $0[0] == .boolean(true) ? .boolean(false) : .boolean(true) }
    case .and: return and(values[0], values[1])
    case .or: return not(and(not(values[0]), not(values[1])))
    case .compare(let comparison):
      return strict(values) { .boolean(holds(comparison, order($0[0], $0[1]))) }
    case .between:
      let low = strict([values[0], values[1]]) { .boolean(order($0[0], $0[1]) >= 0) }
      let high = strict([values[0], values[2]]) { .boolean(order($0[0], $0[1]) <= 0) }
      return and(low, high)
    case .isNull: return values[0] == .error ? .error : .boolean(values[0] == .null)
    case .isNotNull: return values[0] == .error ? .error : .boolean(values[0] != .null)
    case .inList(let list): return member(values[0], program.lists[list])
    case .matches(let pattern):
      return strict(values) {
        guard case .text(let text) = $0[0] else { return .error }
        return .boolean(program.patterns[pattern].matches(text))
      }
    case .negate: return strict([.integer(0)] + values) { arithmetic(.subtract, $0, negates: true) }
    case .arithmetic(let operation): return strict(values) { arithmetic(operation, $0) }
    case .integerToDouble:
      return strict(values) {
        if case .integer(let value) = $0[0] { .double(Double(value)) } else { .error }
      }
    case .call(let function, _):
      return ReferenceFunctions.call(function, values, program.instructions[index - 1].type)
    case .choose(let pairs):
      for pair in 0..<pairs {
        if values[pair * 2] == .error { return .error }
        if values[pair * 2] == .boolean(true) { return values[pair * 2 + 1] }
      }
      return values[pairs * 2]
    case .callContext: return .error
    }
  }

  private func strict(_ values: [Cell], _ body: ([Cell]) -> Cell) -> Cell {
    if values.contains(.error) { return .error }
    return values.contains(.null) ? .null : body(values)
  }

  private func not(_ value: Cell) -> Cell {
    if case .boolean(let value) = value { .boolean(!value) } else { value }
  }

  private func and(_ a: Cell, _ b: Cell) -> Cell {
    if a == .boolean(false) || b == .boolean(false) { return .boolean(false) }
    if a == .error || b == .error { return .error }
    return a == .null || b == .null ? .null : .boolean(true)
  }

  private func member(_ value: Cell, _ list: ExpressionProgram.List) -> Cell {
    if value == .error { return .error }
    if list.elements.isEmpty && !list.containsNull { return .boolean(false) }
    if value == .null { return .null }
    if list.elements.contains(where: { order(value, cell($0)) == 0 }) { return .boolean(true) }
    return list.containsNull ? .null : .boolean(false)
  }

  private func holds(_ comparison: Comparison, _ order: Int) -> Bool {
    switch comparison {
    case .equal: order == 0
    case .notEqual: order != 0
    case .less: order < 0
    case .lessOrEqual: order <= 0
    case .greater: order > 0
    case .greaterOrEqual: order >= 0
    }
  }

  private func arithmetic(_ operation: Arithmetic, _ values: [Cell], negates: Bool = false) -> Cell
  {
    if case .integer(let a) = values[0], case .integer(let b) = values[1] {
      // With twice the width nothing overflows but what is out of range in the end.
      if (operation == .divide || operation == .modulo) && b == 0 { return .error }
      let (a, b) = (Int128(a), Int128(b))
      let result =
        switch operation {
        case .add: a + b
        case .subtract: a - b
        case .multiply: a * b
        case .divide: a / b
        case .modulo: a % b
        }
      return Int64(exactly: result).map { .integer($0) } ?? .error
    }
    guard case .double(let b) = values[1] else { return .error }
    if negates { return .double(-b) }
    guard case .double(let a) = values[0] else { return .error }
    if (operation == .divide || operation == .modulo) && b == 0 { return .error }
    let result =
      switch operation {
      case .add: a + b
      case .subtract: a - b
      case .multiply: a * b
      case .divide: a / b
      case .modulo: a.truncatingRemainder(dividingBy: b)
      }
    return result.isInfinite && a.isFinite && b.isFinite ? .error : .double(result)
  }
}

/// -1, 0 or 1: numbers by value with NaN last, text by bytes, false before true.
func order(_ a: Cell, _ b: Cell) -> Int {
  switch (a, b) {
  case (.boolean(let a), .boolean(let b)): a == b ? 0 : a ? 1 : -1
  case (.integer(let a), .integer(let b)): a == b ? 0 : a < b ? -1 : 1
  case (.double(let a), .double(let b)):
    a.isNaN ? (b.isNaN ? 0 : 1) : b.isNaN ? -1 : a == b ? 0 : a < b ? -1 : 1
  case (.text(let a), .text(let b)):
    Array(a.utf8) == Array(b.utf8) ? 0 : a.utf8.lexicographicallyPrecedes(b.utf8) ? -1 : 1
  default: 0
  }
}
