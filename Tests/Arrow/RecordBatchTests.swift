import PurSightArrow
import Testing

@Suite("Record batches")
struct RecordBatchTests {
  /// A batch of every type, as pyarrow wrote it, and its values as text.
  private func everyType() throws -> (batch: RecordBatch, texts: [[String?]]) {
    let fixture = Fixture(name: "types")
    let batch = try #require(try readStream(fixture.stream()).batches.first)
    return (batch, try fixture.expected().batches[0].columns)
  }

  @Test(arguments: [0..<12, 0..<0, 3..<11, 1..<2, 12..<12])
  func `a slice has the rows of its range`(_ range: Range<Int>) throws {
    let (batch, expected) = try everyType()
    let slice = batch.slice(range)
    #expect(slice.rowCount == range.count)
    #expect(slice.columns.map(texts) == expected.map { Array($0[range]) })
    #expect(slice.columns.map(\.nullCount) == expected.map { $0[range].count { $0 == nil } })
    for column in slice.columns { try column.validate() }
  }

  @Test func `a slice of a slice is the same as one slice`() throws {
    let (batch, expected) = try everyType()
    let slice = batch.slice(1..<11).slice(2..<7)
    #expect(slice.columns.map(texts) == expected.map { Array($0[3..<8]) })
  }

  @Test func `rows are taken in the order asked for`() throws {
    let (batch, expected) = try everyType()
    let rows: [Int32] = [11, 0, 0, 5, 2]
    let taken = batch.slice(0..<12).taking(rows)
    #expect(taken.columns.map(texts) == expected.map { column in rows.map { column[Int($0)] } })
  }

  @Test func `a mask keeps the rows whose bit is set`() throws {
    let (batch, expected) = try everyType()
    let mask = (0..<12).map { $0 % 5 == 1 || $0 > 9 }
    let kept = batch.filtering(Bitmap(mask))
    let rows = mask.indices.filter { mask[$0] }
    #expect(kept.columns.map(texts) == expected.map { column in rows.map { column[$0] } })
    #expect(batch.filtering(Bitmap(repeating: false, count: 12)).rowCount == 0)
    #expect(batch.filtering(Bitmap(repeating: true, count: 12)).rowCount == 12)
  }

  @Test func `batches are concatenated`() throws {
    let (batch, expected) = try everyType()
    let parts = [batch.slice(3..<9), batch.slice(0..<0), batch.slice(9..<12), batch.slice(1..<4)]
    let whole = try RecordBatch.concatenating(parts)
    #expect(
      whole.columns.map(texts)
        == expected.map { Array($0[3..<9]) + Array($0[9..<12]) + Array($0[1..<4]) })
    for column in whole.columns { try column.validate() }
  }

  @Test func `columns are selected by name, and a wrong name is named`() throws {
    let (batch, _) = try everyType()
    let selected = try batch.selecting(["utf8", "int8"])
    #expect(selected.schema.fields.map(\.name) == ["utf8", "int8"])
    let error = #expect(throws: ArrowError.self) { try batch.selecting(["int8", "uft8"]) }
    #expect(error?.code == .schemaMismatch)
    #expect(error?.column == "uft8")
  }

  @Test func `a column that does not fit its field is named`() throws {
    let column = try ArrowColumn(
      type: .int32, length: 2, validity: Bitmap([true, false]),
      values: ArrowBuffer(copying: [1, 2] as [Int32]))
    func check(_ field: ArrowField, _ rows: Int) -> ArrowError? {
      #expect(throws: ArrowError.self) {
        try RecordBatch(schema: ArrowSchema([field]), columns: [column], rowCount: rows)
      }
    }
    #expect(check(ArrowField("a", .int64), 2)?.column == "a")
    #expect(check(ArrowField("b", .int32), 3)?.column == "b")
    #expect(check(ArrowField("c", .int32, nullable: false), 2)?.column == "c")
  }

  @Test func `buffers that are too short are refused`() {
    let short = ArrowBuffer([1, 2, 3, 4, 5, 6, 7])
    #expect(throws: ArrowError.self) { try ArrowColumn(type: .int64, length: 1, values: short) }
    #expect(throws: ArrowError.self) { try ArrowColumn(type: .bool, length: 57, values: short) }
    #expect(throws: ArrowError.self) {
      try ArrowColumn(type: .utf8, length: 1, offsets: short, values: short)
    }
    #expect(throws: ArrowError.self) {
      try ArrowColumn(
        type: .int8, length: 2, validity: Bitmap([true]), values: ArrowBuffer([1, 2]))
    }
  }
}
