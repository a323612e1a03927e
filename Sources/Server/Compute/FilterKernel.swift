package import PurSightArrow
package import PurSightExpression

/// An error of an expression in one row of a batch.
package struct RowFault: Sendable, Equatable {
  /// Row inside the batch, from 0.
  package var row: Int
  package var error: RowError
  /// 1-based position in the expression's text, in characters.
  package var position: Int
}

/// What a boolean expression says about the rows of a batch.
package struct FilterOutcome: Sendable {
  /// Rows where it is true.
  package var selected: Bitmap
  /// Rows where it is null.
  package var nulls: Bitmap
  /// Rows where it has an error.
  package var failed: Bitmap
  /// The first of those errors, at most `FilterKernel.maxReportedFaults`.
  package var faults: [RowFault]
}

/// A boolean expression over record batches.
///
/// Single owner: it keeps scratch space between batches.
package struct FilterKernel: Sendable {
  /// Most errors of rows that are described one by one.
  package static let maxReportedFaults = 100

  private var machine: VectorMachine

  /// Binds a program to batches of a schema.
  ///
  /// - Throws: `schemaMismatch` when the schema is not the one the program was checked with.
  package init(_ program: ExpressionProgram, schema: ArrowSchema) throws(ComputeError) {
    guard program.type == .boolean else {
      throw ComputeError(
        .schemaMismatch, "a filter is a boolean expression, not a \(program.type.name)")
    }
    machine = try VectorMachine(program, schema: schema)
  }

  /// Evaluates the expression for every row of a batch of the kernel's schema.
  package mutating func evaluate(_ batch: RecordBatch) -> FilterOutcome {
    var selected: [UInt64] = []
    var nulls: [UInt64] = []
    var failed: [UInt64] = []
    var faults: [RowFault] = []
    var base = 0
    while base < batch.rowCount {
      let rows = min(Register.maxRows, batch.rowCount - base)
      machine.run(batch, base: base, rows: rows)
      let result = machine.registers[0]
      for word in 0..<Words.count(rows) {
        let errors = result.hasErrors ? result.errors[word] : 0
        selected.append(result.bits[word])
        nulls.append(Words.full(word, rows: rows) & ~result.valid[word] & ~errors)
        failed.append(errors)
      }
      describeFaults(base, rows, into: &faults)
      base += rows
    }
    return FilterOutcome(
      selected: Bitmap(words: selected, count: batch.rowCount),
      nulls: Bitmap(words: nulls, count: batch.rowCount),
      failed: Bitmap(words: failed, count: batch.rowCount), faults: faults)
  }

  private func describeFaults(_ base: Int, _ rows: Int, into faults: inout [RowFault]) {
    let result = machine.registers[0]
    guard result.hasErrors else { return }
    for row in 0..<rows where result.errors[row >> 6] >> UInt64(row & 63) & 1 == 1 {
      guard faults.count < Self.maxReportedFaults else { return }
      let code = result.codes[row]
      let instruction = machine.program.instructions[Int(code >> 2)]
      faults.append(
        RowFault(
          row: base + row, error: RowError(rawValue: UInt8(code & 3)) ?? .overflow,
          position: machine.program.position(of: instruction)))
    }
  }
}
