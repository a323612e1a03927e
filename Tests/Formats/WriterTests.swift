import PurSightArrow
import PurSightFormats
import Testing

@Suite("CSV and JSON Lines out")
struct WriterTests {
  @Test func `CSV is what Python writes`() throws {
    let batch = try arrowFixture("values.arrows")
    let writer = CSVWriter()
    var output: [UInt8] = []
    writer.appendHeader(of: batch.schema, to: &output)
    writer.append(batch, to: &output)
    #expect(
      String(decoding: output, as: UTF8.self)
        == String(decoding: try fixture("values.csv"), as: UTF8.self))
  }

  @Test func `JSON Lines are what Python writes`() throws {
    let batch = try arrowFixture("values.arrows")
    var output: [UInt8] = []
    JSONLinesWriter(batch.schema).append(batch, to: &output)
    #expect(
      String(decoding: output, as: UTF8.self)
        == String(decoding: try fixture("values.jsonl"), as: UTF8.self))
  }

  @Test(arguments: ["flights", "planes", "weather"])
  func `a file that is written reads back the same`(_ name: String) throws {
    let batch = try arrowFixture("\(name).arrows")
    var csv: [UInt8] = []
    CSVWriter().appendHeader(of: batch.schema, to: &csv)
    CSVWriter().append(batch, to: &csv)
    var options = CSVOptions()
    options.types = Dictionary(
      uniqueKeysWithValues: batch.schema.fields.map { ($0.name, $0.type) })
    #expect(try readCSV(csv, options).rows == batch.rows)
    var lines: [UInt8] = []
    JSONLinesWriter(batch.schema).append(batch, to: &lines)
    var jsonOptions = JSONLinesOptions()
    jsonOptions.types = options.types
    #expect(try readJSONLines(lines, jsonOptions).rows == batch.rows)
  }

  @Test func `floats that JSON lacks are texts that read back`() throws {
    var builder = ColumnBuilder(.float64)
    for value in [Double.nan, .infinity, -.infinity, 0.5] { builder.append(value) }
    let schema = ArrowSchema([ArrowField("x", .float64)])
    let batch = try RecordBatch(schema: schema, columns: [builder.finish()])
    var output: [UInt8] = []
    JSONLinesWriter(schema).append(batch, to: &output)
    #expect(
      String(decoding: output, as: UTF8.self)
        == "{\"x\":\"NaN\"}\n{\"x\":\"Infinity\"}\n{\"x\":\"-Infinity\"}\n{\"x\":0.5}\n")
    var options = JSONLinesOptions()
    options.types = ["x": .float64]
    #expect(try readJSONLines(output, options).rows == [["nan"], ["inf"], ["-inf"], ["0.5"]])
  }
}
