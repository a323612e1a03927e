internal import PurSightArrow
internal import PurSightExpression
import Testing

@testable import PurSightCompute

@Suite struct FilterKernelTests {
  private func evaluate(_ text: String, _ batch: RecordBatch) throws -> FilterOutcome {
    let program = try ExpressionProgram.filter(text, schema: ExpressionSchema(batch.schema))
    var kernel = try FilterKernel(program, schema: batch.schema)
    return kernel.evaluate(batch)
  }

  /// The program; nil where folding its constants overflows.
  private func compile(_ text: String, _ schema: ArrowSchema) throws -> ExpressionProgram? {
    do {
      return try ExpressionProgram.filter(text, schema: ExpressionSchema(schema))
    } catch {
      guard error.code == .invalidValue else { throw error }
      return nil
    }
  }

  @Test func `random expressions agree with the row-at-a-time interpreter`() throws {
    for seed in 1...200 {
      // Some batches span several chunks, most end inside a word.
      let rows = seed % 50 == 0 ? Register.maxRows + 77 : 70
      let columns = try TestColumns(rows: rows, seed: UInt64(seed))
      var generator = RandomExpression(random: SplitMix(seed: UInt64(seed) &* 7919))
      let text = generator.boolean(4)
      guard let program = try compile(text, columns.batch.schema) else { continue }
      var kernel = try FilterKernel(program, schema: columns.batch.schema)
      let outcome = kernel.evaluate(columns.batch)
      let reference = ReferenceInterpreter(program: program)
      for row in 0..<rows {
        let expected = reference.evaluate(columns.rows[row])
        let actual: Cell =
          outcome.failed[row]
          ? .error : outcome.nulls[row] ? .null : .boolean(outcome.selected[row])
        guard expected == actual else {
          Issue.record("\(text)\nrow \(columns.rows[row]): \(actual), expected \(expected)")
          break
        }
      }
    }
  }

  // SQL:2023 part 2, 6.39 <boolean value expression>, tables for AND and OR; t, f, n = null.
  @Test(arguments: [
    ("t", "t", "t", "t"), ("t", "f", "f", "t"), ("t", "n", "n", "t"), ("f", "t", "f", "t"),
    ("f", "f", "f", "f"), ("f", "n", "f", "n"), ("n", "t", "n", "t"), ("n", "f", "f", "n"),
    ("n", "n", "n", "n"),
  ])
  func `logic is SQL's`(a: String, b: String, and: String, or: String) throws {
    let batch = try RecordBatch(
      schema: ArrowSchema([ArrowField("a", .bool), ArrowField("b", .bool)]),
      columns: [Self.truth(a), Self.truth(b)])
    for (text, expected) in [
      ("a and b", and), ("a or b", or), ("not a", a == "n" ? "n" : a == "t" ? "f" : "t"),
    ] {
      let outcome = try evaluate(text, batch)
      let value = outcome.nulls[0] ? "n" : outcome.selected[0] ? "t" : "f"
      #expect(value == expected, "\(text)")
    }
  }

  private static func truth(_ value: String) -> ArrowColumn {
    var builder = ColumnBuilder(.bool)
    if value == "n" { builder.appendNull() } else { builder.append(value == "t") }
    return builder.finish()
  }

  @Test func `an error is reported with row and position, and dropped where it does not decide`()
    throws
  {
    var builder = ColumnBuilder(.int32)
    for value in [Int32(5), 0, 10] { builder.append(value) }
    let batch = try RecordBatch(
      schema: ArrowSchema([ArrowField("n", .int32)]), columns: [builder.finish()])
    let outcome = try evaluate("100 / n > 10", batch)
    #expect(outcome.faults == [RowFault(row: 1, error: .divisionByZero, position: 5)])
    #expect(outcome.selected == Bitmap([true, false, false]))
    #expect(outcome.failed == Bitmap([false, true, false]))
    let guarded = try evaluate("n != 0 and 100 / n > 10", batch)
    #expect(guarded.faults.isEmpty)
    #expect(guarded.selected == Bitmap([true, false, false]))
    let chosen = try evaluate("case when n = 0 then 0 else 100 / n end >= 10", batch)
    #expect(chosen.faults.isEmpty)
    #expect(chosen.selected == Bitmap([true, false, true]))
  }

  @Test func `errors are described up to a limit`() throws {
    for extra in [0, 1] {
      var builder = ColumnBuilder(.int64)
      for _ in 0..<(FilterKernel.maxReportedFaults + extra) { builder.append(Int64(0)) }
      let batch = try RecordBatch(
        schema: ArrowSchema([ArrowField("n", .int64)]), columns: [builder.finish()])
      let outcome = try evaluate("1 / n > 0", batch)
      #expect(outcome.faults.count == FilterKernel.maxReportedFaults)
      #expect(outcome.failed.countOfOnes == FilterKernel.maxReportedFaults + extra)
    }
  }

  @Test func `units of time are brought to microseconds`() throws {
    let instant: Int64 = 1_357_034_400  // 2013-01-01T10:00:00Z by python's datetime
    for (unit, factor) in [
      (TimeUnit.second, Int64(1)), (.millisecond, 1_000), (.microsecond, 1_000_000),
      (.nanosecond, 1_000_000_000),
    ] {
      var builder = ColumnBuilder(.timestamp(unit, zone: nil))
      builder.append(instant * factor)
      let batch = try RecordBatch(
        schema: ArrowSchema([ArrowField("t", .timestamp(unit, zone: nil))]),
        columns: [builder.finish()])
      #expect(try evaluate("t = timestamp '2013-01-01T10:00:00Z'", batch).selected[0])
    }
  }

  @Test func `an unsigned value above the signed range is an error of its row`() throws {
    var builder = ColumnBuilder(.uint64)
    builder.append(UInt64(7))
    builder.append(UInt64.max)
    let batch = try RecordBatch(
      schema: ArrowSchema([ArrowField("u", .uint64)]), columns: [builder.finish()])
    let outcome = try evaluate("u > 5", batch)
    #expect(outcome.selected == Bitmap([true, false]))
    #expect(outcome.faults.map(\.row) == [1])
  }

  @Test func `a slice is evaluated like a batch of its own`() throws {
    let columns = try TestColumns(rows: 300, seed: 5)
    let whole = try evaluate("j > 2 and s is not null", columns.batch).selected
    let part = try evaluate("j > 2 and s is not null", columns.batch.slice(37..<300)).selected
    #expect(part == whole.slice(37..<300))
  }

  @Test func `a decimal column is refused with its type`() throws {
    let schema = ArrowSchema([ArrowField("price", .decimal128(precision: 10, scale: 2))])
    #expect(
      throws: ExpressionError(
        .typeMismatch, at: 1,
        "the column \"price\" is decimal128(10, 2), which expressions cannot use")
    ) {
      _ = try ExpressionProgram.filter("price > 1", schema: ExpressionSchema(schema))
    }
  }
}
