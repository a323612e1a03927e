import PurSightArrow
import PurSightFormats
import Testing

@Suite("JSON Lines in")
struct JSONLinesReaderTests {
  private func read(
    _ text: String, _ options: JSONLinesOptions = JSONLinesOptions(), pieces: Int = .max
  ) throws(FormatError) -> ReadResult {
    try readJSONLines(Array(text.utf8), options, pieces: pieces)
  }

  @Test(arguments: [Int.max, 1, 11])
  func `columns and types come from the sample`(_ pieces: Int) throws {
    let result = try read(
      """
      {"a": 1, "b": 1.5, "c": "x", "d": true, "e": "2013-01-01", "f": "2013-01-01T00:00:00Z"}
      {"b": 2, "a": null, "g": "12", "c": "ü\\n"}

      {"h": null}
      """, pieces: pieces)
    #expect(result.schema.fields.map(\.name) == ["a", "b", "c", "d", "e", "f", "g", "h"])
    #expect(
      result.schema.fields.map(\.type) == [
        .int64, .float64, .utf8, .bool, .date32, .timestamp(.microsecond, zone: "UTC"), .utf8,
        .utf8,
      ])
    #expect(
      result.rows == [
        ["1", "1.5", "x", "true", "15706", "1356998400000000", nil, nil],
        [nil, "2.0", "ü\n", nil, nil, nil, "12", nil],
        [nil, nil, nil, nil, nil, nil, nil, nil],
      ])
    #expect(result.inference.map(\.nulls) == [2, 1, 1, 2, 2, 2, 2, 3])
  }

  @Test(
    arguments: [
      ("{\"a\": 1}\n[1]\n", .badJSON), ("{\"a\": 1}\n{\"a\": \n", .badJSON),
      ("{\"a\": 1}\n{\"a\": 1, \"a\": 2}\n", .badJSON), ("{\"a\": 1}\nnull\n", .badJSON),
      ("not json\n", .badJSON), ("{\"a\": 1}\n\u{1}\n", .badJSON), ("", .empty), ("\n \n", .noRows),
    ] as [(String, FormatError.Code)])
  func `what is no object is refused with its line`(
    _ text: String, _ code: FormatError.Code
  ) {
    let error = #expect(throws: FormatError.self) { try read(text) }
    #expect(error?.code == code)
    if code == .badJSON { #expect(error?.line == (text.hasPrefix("n") ? 1 : 2)) }
  }

  @Test func `values that do not fit and keys that are unknown are quarantined`() throws {
    var options = JSONLinesOptions()
    options.badRows = .quarantine
    options.sampleBytes = 20
    let text = """
      {"a": 1, "b": "x"}
      {"a": 2, "b": "y"}
      {"a": "3", "b": "z"}
      {"b": "q", "a": 1.5}
      {"a": 4, "c": 1}
      {"a": {"x": 1}}
      {"a": 1e2}
      """
    var reader = try JSONLinesReader(options)
    var batches: [SourceBatch] = []
    // The sample ends with the second piece, before the rows that do not fit.
    for piece in split(Array(text.utf8), 30) { batches += try reader.receive(piece.bytes) }
    batches += try reader.finish()
    #expect(batches.flatMap { $0.batch.rows } == [["1", "x"], ["2", "y"], ["100", nil]])
    let rejected = batches.flatMap(\.rejected)
    #expect(rejected.map(\.row) == [2, 3, 4, 5])
    #expect(rejected.map(\.error.line) == [3, 4, 5, 6])
    #expect(rejected.map(\.error.code) == [.badCell, .badCell, .unknownColumn, .badCell])
    #expect(rejected.map(\.error.column) == ["a", "a", "c", "a"])
    #expect(rejected.map { String(decoding: $0.text, as: UTF8.self) }[3] == "{\"a\": {\"x\": 1}}")
  }

  @Test func `lines up to the limit are taken, one more byte is refused`() throws {
    var options = JSONLinesOptions()
    options.maxRowBytes = 30
    func line(_ count: Int) -> String {
      "{\"a\":\"" + String(repeating: "x", count: count - 8) + "\"}\n"
    }
    #expect(try read(line(30), options).rows.count == 1)
    #expect(
      #expect(throws: FormatError.self) { try read(line(31), options) }?.code == .limitExceeded)
  }

  @Test func `batches resume at their ends`() throws {
    let text = (0..<100).map { "{\"n\": \($0)}\n" }.joined()
    var options = JSONLinesOptions()
    options.batchRows = 33
    let whole = try read(text, options)
    #expect(whole.batches.map { $0.end.row } == [33, 66, 99, 100])
    var reader = try JSONLinesReader(options, schema: whole.schema, from: whole.batches[0].end)
    let rest = Array(Array(text.utf8)[whole.batches[0].end.byteOffset...])
    var batches = try reader.receive(ArrowBuffer(rest).bytes)
    batches += try reader.finish()
    #expect(batches.map(\.end) == whole.batches[1...].map(\.end))
  }
}
