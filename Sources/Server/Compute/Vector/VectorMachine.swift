internal import PurSightArrow
internal import PurSightExpression

/// Runs a program over the rows of a batch, chunk by chunk.
///
/// Single owner. Its registers are allocated once and used for every chunk; nothing is allocated
/// per row. Operands that are not needed are computed as well: an error is a value, and `and`,
/// `or`, `case` and `coalesce` drop the errors that do not decide.
struct VectorMachine: Sendable {
  let program: ExpressionProgram
  /// Position in the batch of each of the program's columns.
  private let positions: [Int]
  private let lists: [PreparedList]
  var registers: [Register]
  var scratch = Register()
  /// How many registers are in use.
  var depth = 0
  /// Rows of the chunk at hand.
  var rows = 0

  /// Binds a program to the columns of a schema.
  ///
  /// - Throws: `schemaMismatch` when a column is missing, has another type than the program was
  ///   checked with, or a function of the context is called.
  init(_ program: ExpressionProgram, schema: ArrowSchema) throws(ComputeError) {
    var positions: [Int] = []
    for column in program.columns {
      guard let position = schema.index(of: column.name) else {
        throw ComputeError(.schemaMismatch, "there is no column \"\(column.name)\"")
      }
      let type = schema.fields[position].type
      guard ExpressionType(type) == column.type else {
        throw ComputeError(
          .schemaMismatch, "the column \"\(column.name)\" is \(type), not \(column.type.name)")
      }
      positions.append(position)
    }
    for instruction in program.instructions {
      if case .callContext(let index, _) = instruction.operation {
        throw ComputeError(
          .schemaMismatch,
          "the function \"\(program.contextFunctions[index].name)\" cannot be used on rows")
      }
    }
    self.program = program
    self.positions = positions
    lists = program.lists.map { PreparedList($0) }
    registers = [Register](repeating: Register(), count: max(program.maxStackDepth, 1))
  }

  /// Computes the program for `rows` rows from row `base` on; `base` is a multiple of 64.
  ///
  /// The result is in `registers[0]` until the next run.
  mutating func run(_ batch: RecordBatch, base: Int, rows: Int) {
    depth = 0
    self.rows = rows
    for (index, instruction) in program.instructions.enumerated() {
      switch instruction.operation {
      case .column(let column):
        registers[depth].prepare(instruction.type)
        ColumnLoader(base: base, rows: rows, instruction: index)
          .load(batch.columns[positions[column]], into: &registers[depth])
        depth += 1
      case .constant(let constant):
        registers[depth].fill(program.constants[constant], instruction.type, rows: rows)
        depth += 1
      case .not: registers[depth - 1].invert(rows: rows)
      case .and: binary { $0.and($1, rows: $2) }
      case .or: binary { $0.or($1, rows: $2) }
      case .compare(let comparison):
        let type = program.operandType(before: index)
        binary { $0.compare(comparison, with: $1, type, rows: $2) }
      case .between: between(program.operandType(before: index))
      case .isNull: registers[depth - 1].testNull(isNull: true, rows: rows)
      case .isNotNull: registers[depth - 1].testNull(isNull: false, rows: rows)
      case .inList(let list): registers[depth - 1].look(up: lists[list], rows: rows)
      case .matches(let pattern):
        registers[depth - 1].match(program.patterns[pattern], rows: rows)
      case .negate: registers[depth - 1].negate(instruction.type, rows: rows, index)
      case .arithmetic(let arithmetic):
        let type = instruction.type
        binary { $0.compute(arithmetic, $1, type, rows: $2, instruction: index) }
      case .integerToDouble: registers[depth - 1].widen(rows: rows)
      case .call(let function, let count): call(function, count, instruction, index)
      case .choose(let pairs): choose(pairs, instruction.type)
      case .callContext: preconditionFailure("refused when the machine was made")
      }
    }
  }

  /// Replaces the two top registers by what `body` makes of them in the first.
  private mutating func binary(_ body: (inout Register, borrowing Register, Int) -> Void) {
    depth -= 1
    swap(&scratch, &registers[depth])
    body(&registers[depth - 1], scratch, rows)
    swap(&scratch, &registers[depth])
  }

  /// value, low, high: `value >= low and value <= high`.
  private mutating func between(_ type: ExpressionType) {
    depth -= 2
    var low = Register()
    swap(&low, &registers[depth])
    var value = registers[depth - 1]
    // The value is compared twice; the copy keeps its arrays until one side writes.
    registers[depth - 1].compare(.greaterOrEqual, with: low, type, rows: rows)
    value.compare(.lessOrEqual, with: registers[depth + 1], type, rows: rows)
    registers[depth - 1].and(value, rows: rows)
    swap(&low, &registers[depth])
  }
}

extension ExpressionProgram {
  /// The type of the operand that ends right before an instruction.
  func operandType(before index: Int) -> ExpressionType { instructions[index - 1].type }
}
