internal import PurSightArrow
internal import PurSightExpression

extension VectorMachine {
  /// Calls a function with the `count` top registers as arguments.
  mutating func call(
    _ function: Function, _ count: Int, _ instruction: ExpressionProgram.Instruction, _ index: Int
  ) {
    let first = depth - count
    depth = first + 1
    switch function {
    case .length:
      let isText = program.operandType(before: index) == .string
      registers[first].length(isText: isText, rows: rows)
    case .lower, .upper: registers[first].changeCase(toUpper: function == .upper, rows: rows)
    case .trim: registers[first].trim(rows: rows)
    case .substr:
      let start = registers[first + 1]
      let length = count == 3 ? registers[first + 2] : start
      registers[first].substring(
        start, length, hasCount: count == 3, rows: rows, instruction: index)
    case .startsWith, .endsWith, .contains:
      let other = registers[first + 1]
      registers[first].search(function, other, rows: rows)
    case .concat:
      for argument in (first + 1)..<(first + count) {
        let other = registers[argument]
        registers[first].append(other, rows: rows, instruction: index)
      }
    case .abs, .round, .floor, .ceil:
      registers[first].round(function, instruction.type, rows: rows, index)
    case .year, .month, .day, .hour, .minute, .second, .dayOfWeek:
      let isDate = program.operandType(before: index) == .date
      registers[first].datePart(function, isDate: isDate, rows: rows)
    case .coalesce: coalesce(first, count, instruction.type)
    case .greatest, .least:
      for argument in (first + 1)..<(first + count) {
        merge(first, argument, instruction.type, keepsGreater: function == .greatest)
      }
    case .mod, .age, .now: preconditionFailure("the parser replaces these")
    }
  }

  /// The first argument that is not null; an error before it is the result.
  private mutating func coalesce(_ first: Int, _ count: Int, _ type: ExpressionType) {
    var picker = Picker(type, rows: rows)
    for argument in first..<(first + count) {
      for word in 0..<Words.count(rows) {
        picker.result.takeErrors(of: registers[argument], word: word, mask: picker.open[word])
        picker.take(registers[argument], word, registers[argument].valid[word])
        picker.open[word] &= ~registers[argument].errors[word]
      }
      picker.appendBytes(of: registers[argument])
    }
    registers[first] = picker.finish()
  }

  /// condition, value, …, else value.
  mutating func choose(_ pairs: Int, _ type: ExpressionType) {
    let first = depth - pairs * 2 - 1
    depth = first + 1
    var picker = Picker(type, rows: rows)
    for pair in 0...pairs {
      let value = first + (pair == pairs ? pairs * 2 : pair * 2 + 1)
      for word in 0..<Words.count(rows) {
        var mask = picker.open[word]
        if pair < pairs {
          let condition = registers[first + pair * 2]
          picker.result.takeErrors(of: condition, word: word, mask: picker.open[word])
          picker.open[word] &= ~condition.errors[word]
          mask &= condition.bits[word]
        }
        picker.result.takeErrors(of: registers[value], word: word, mask: mask)
        picker.take(registers[value], word, mask & registers[value].valid[word])
        picker.open[word] &= ~mask
      }
      picker.appendBytes(of: registers[value])
    }
    registers[first] = picker.finish()
  }

  /// Leaves the greater or smaller of two registers in the first; null gives way, errors do not.
  private mutating func merge(
    _ first: Int, _ second: Int, _ type: ExpressionType, keepsGreater: Bool
  ) {
    var wins = registers[second]
    wins.compare(keepsGreater ? .greater : .less, with: registers[first], type, rows: rows)
    var picker = Picker(type, rows: rows)
    for word in 0..<Words.count(rows) {
      picker.result.takeErrors(of: registers[first], word: word)
      picker.result.takeErrors(of: registers[second], word: word)
      picker.open[word] &= ~picker.result.errors[word]
      let mask = registers[second].valid[word] & (wins.bits[word] | ~registers[first].valid[word])
      picker.take(registers[second], word, mask)
    }
    picker.appendBytes(of: registers[second])
    for word in 0..<Words.count(rows) {
      picker.take(registers[first], word, registers[first].valid[word])
    }
    picker.appendBytes(of: registers[first])
    registers[first] = picker.finish()
  }
}

/// Puts a register together from rows of others.
struct Picker {
  let type: ExpressionType
  let rows: Int
  var result = Register()
  /// Rows that are not decided yet.
  var open: [UInt64]
  private var taken: [UInt64]
  private var bytes: [UInt8] = []

  init(_ type: ExpressionType, rows: Int) {
    self.type = type
    self.rows = rows
    result.prepare(type)
    open = (0..<Register.maxWords).map { $0 < Words.count(rows) ? Words.full($0, rows: rows) : 0 }
    taken = [UInt64](repeating: 0, count: Register.maxWords)
  }

  /// Takes the open rows of `mask` from a register; strings follow with `appendBytes`.
  mutating func take(_ other: borrowing Register, _ word: Int, _ mask: UInt64) {
    let rows = mask & open[word]
    open[word] &= ~rows
    if type.isBytes {
      result.valid[word] |= rows
      taken[word] = rows
    } else {
      result.copy(other, type, word: word, mask: rows)
    }
  }

  /// Copies the strings of the rows that were taken since the last call.
  mutating func appendBytes(of other: borrowing Register) {
    guard type.isBytes else { return }
    for word in 0..<Words.count(rows) {
      var rest = taken[word]
      taken[word] = 0
      while rest != 0 {
        let row = word &* 64 &+ rest.trailingZeroBitCount
        rest &= rest &- 1
        result.starts[row] = bytes.count
        result.counts[row] = other.counts[row]
        bytes.append(copying: other.bytes, other.starts[row], other.counts[row])
      }
    }
  }

  consuming func finish() -> Register {
    var result = result
    if type.isBytes { result.bytes = ArrowBuffer(bytes) }
    return result
  }
}
