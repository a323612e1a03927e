internal import PurSightArrow

/// Makes random well-typed expressions over the columns of `TestColumns`.
struct RandomExpression {
  var random: SplitMix

  mutating func boolean(_ depth: Int) -> String {
    if depth <= 0 { return pick(["p", "q", "true", "false", "i is null", "s is not null"]) }
    switch random.below(13) {
    case 0: return "(\(boolean(depth - 1)) and \(boolean(depth - 1)))"
    case 1: return "(\(boolean(depth - 1)) or \(boolean(depth - 1)))"
    case 2: return "not (\(boolean(depth - 1)))"
    case 3: return "\(integer(depth - 1)) \(comparison()) \(number(depth - 1))"
    case 4: return "\(double(depth - 1)) \(comparison()) \(number(depth - 1))"
    case 5: return "\(text(depth - 1)) \(comparison()) \(text(depth - 1))"
    case 6: return "(\(integer(depth - 1)) between \(number(depth - 1)) and \(integer(depth - 1)))"
    case 7:
      let list = pick(["(1, 2, 3)", "(0, null, -7)", "(2.5, 1)", "()", "[9]"])
      return "(\(integer(depth - 1)) \(pick(["", "not "]))in \(list))"
    case 8: return "(\(text(depth - 1)) in ('a', 'é', '', 'B b'))"
    case 9: return "(\(text(depth - 1)) like \(pick(["'a%'", "'%b'", "'_'", "'%é%'", "''"])))"
    case 10:
      return "(\(text(depth - 1)) matches \(pick(["'^a'", "'b$'", "'[a-z]+\\d'", "'é|B'"])))"
    case 11: return "(\(integer(depth - 1)) is \(pick(["", "not "]))null)"
    default:
      let name = pick(["starts_with", "ends_with", "contains"])
      return "\(name)(\(text(depth - 1)), \(text(depth - 1)))"
    }
  }

  private mutating func comparison() -> String { pick(["=", "!=", "<", "<=", ">", ">="]) }

  private mutating func number(_ depth: Int) -> String {
    random.below(2) == 0 ? integer(depth) : double(depth)
  }

  mutating func integer(_ depth: Int) -> String {
    if depth <= 0 { return pick(["i", "j", "0", "3", "-7", "9223372036854775807", "u"]) }
    switch random.below(9) {
    case 0, 1:
      return "(\(integer(depth - 1)) \(pick(["+", "-", "*", "/", "%"])) \(integer(depth - 1)))"
    case 2: return "abs(\(integer(depth - 1)))"
    case 3: return "length(\(text(depth - 1)))"
    case 4: return "coalesce(\(integer(depth - 1)), \(integer(depth - 1)))"
    case 5: return "\(pick(["greatest", "least"]))(\(integer(depth - 1)), \(integer(depth - 1)))"
    case 6:
      return "\(pick(["year", "month", "day", "hour", "minute", "second", "day_of_week"]))(t)"
    case 7: return "\(pick(["year", "month", "day", "day_of_week"]))(d)"
    default:
      let cases = "when \(boolean(depth - 1)) then \(integer(depth - 1))"
      return "case \(cases) \(pick(["", "else \(integer(depth - 1))"])) end"
    }
  }

  mutating func double(_ depth: Int) -> String {
    if depth <= 0 { return pick(["x", "y", "0.0", "2.5", "-1e300"]) }
    switch random.below(6) {
    case 0, 1:
      return "(\(double(depth - 1)) \(pick(["+", "-", "*", "/", "%"])) \(number(depth - 1)))"
    case 2: return "\(pick(["abs", "round", "floor", "ceil"]))(\(double(depth - 1)))"
    case 3: return "coalesce(\(double(depth - 1)), \(number(depth - 1)))"
    case 4: return "(-\(double(depth - 1)))"
    default: return "greatest(\(double(depth - 1)), \(double(depth - 1)))"
    }
  }

  mutating func text(_ depth: Int) -> String {
    if depth <= 0 { return pick(["s", "r", "'a'", "''", "'é1'", "' b '"]) }
    switch random.below(6) {
    case 0: return "\(pick(["lower", "upper", "trim"]))(\(text(depth - 1)))"
    case 1: return "concat(\(text(depth - 1)), \(text(depth - 1)))"
    case 2: return "substr(\(text(depth - 1)), \(integer(0)), \(integer(0)))"
    case 3: return "substr(\(text(depth - 1)), \(pick(["1", "2", "-1", "i"])))"
    case 4: return "coalesce(\(text(depth - 1)), \(text(depth - 1)))"
    default:
      return "case when \(boolean(depth - 1)) then \(text(depth - 1)) else \(text(depth - 1)) end"
    }
  }

  private mutating func pick(_ options: [String]) -> String {
    options[random.below(options.count)]
  }
}

/// A small generator with a seed, so that a failure can be repeated.
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }
}

/// A batch with columns of each type and its rows as cells.
struct TestColumns {
  var batch: RecordBatch
  var rows: [[String: Cell]]

  init(rows count: Int, seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    var rows = [[String: Cell]](repeating: [:], count: count)
    var fields: [ArrowField] = []
    var columns: [ArrowColumn] = []
    func add(
      _ name: String, _ type: ArrowType, _ cell: (inout SplitMix) -> Cell,
      _ append: (inout ColumnBuilder, Cell) throws -> Void
    ) rethrows {
      var builder = ColumnBuilder(type)
      for row in 0..<count {
        let value = random.below(5) == 0 && name != "j" ? .null : cell(&random)
        rows[row][name] = value
        if value == .null { builder.appendNull() } else { try append(&builder, value) }
      }
      fields.append(ArrowField(name, type))
      columns.append(builder.finish())
    }
    let integers: [Int64] = [0, 1, 2, 3, -7, 9, 100, .max, .min, -1]
    add("i", .int64, { .integer(integers[$0.below(integers.count)]) }) {
      if case .integer(let value) = $1 { $0.append(value) }
    }
    add("j", .int16, { .integer(Int64($0.below(20)) - 10) }) {
      if case .integer(let value) = $1 { $0.append(Int16(value)) }
    }
    add("u", .uint32, { .integer(Int64($0.below(2)) * 4_294_967_295) }) {
      if case .integer(let value) = $1 { $0.append(UInt32(value)) }
    }
    let doubles: [Double] = [0, -0.0, 1, 2.5, -7.5, .nan, .infinity, 1e300, -1e-300, 0.5, 1.5]
    for name in ["x", "y"] {
      add(name, .float64, { .double(doubles[$0.below(doubles.count)]) }) {
        if case .double(let value) = $1 { $0.append(value) }
      }
    }
    let texts = ["", "a", "b", "ab", "é", "é1", "B b", "  a ", "zürich 1", "aaaaaaaaaaaaab", "😀b"]
    for (name, type) in [("s", ArrowType.utf8), ("r", .largeUtf8)] {
      try add(name, type, { .text(texts[$0.below(texts.count)]) }) {
        if case .text(let value) = $1 { try $0.append(value) }
      }
    }
    for name in ["p", "q"] {
      add(name, .bool, { .boolean($0.below(2) == 0) }) {
        if case .boolean(let value) = $1 { $0.append(value) }
      }
    }
    try add(
      "t", .timestamp(.microsecond, zone: "UTC"),
      {
        .integer(Int64($0.below(4_000_000_000)) * 1_000_003 - 1_000_000_000_000_000)
      }
    ) {
      if case .integer(let value) = $1 { $0.append(value) }
    }
    add("d", .date32, { .integer(Int64($0.below(60_000)) - 30_000) }) {
      if case .integer(let value) = $1 { $0.append(Int32(value)) }
    }
    batch = try RecordBatch(schema: ArrowSchema(fields), columns: columns)
    self.rows = rows
  }
}
