import Foundation
import PurSightArrow
import PurSightFormats
import Testing

@Suite("CSV in")
struct CSVReaderTests {
  @Test(arguments: ["flights", "planes", "weather"], [Int.max, 1, 7, 4096])
  func `a file is read as pyarrow reads it, whatever its pieces`(
    _ name: String, _ pieces: Int
  ) throws {
    let expected = try arrowFixture("\(name).arrows")
    let result = try readCSV(fixture("\(name).csv"), pieces: pieces)
    #expect(result.schema.fields == expected.schema.fields)
    #expect(result.rows == expected.rows)
    #expect(result.rejected.isEmpty)
  }

  @Test(arguments: [Int.max, 1, 3, 1000])
  func `cells that Python quoted come back`(_ pieces: Int) throws {
    let expected = try JSONDecoder().decode(
      [[String?]].self, from: Data(fixture("quirks.json")))
    let result = try readCSV(fixture("quirks.csv"), pieces: pieces)
    #expect(result.rows == expected)
    #expect(
      result.schema.fields.map(\.name)
        == ["one", "two \"quoted\"", "three,comma", "four\nlines", "fünf"])
  }

  /// The type that a column of these values gets.
  private func type(_ values: [String]) throws -> ArrowType {
    try readCSV("a,b\n" + values.map { "\($0),x\n" }.joined()).schema.fields[0].type
  }

  @Test func `types are the first that all values have`() throws {
    let utc = ArrowType.timestamp(.microsecond, zone: "UTC")
    let local = ArrowType.timestamp(.microsecond, zone: nil)
    #expect(try type(["1", "-2", "NA", "", "+3"]) == .int64)
    #expect(try type(["9223372036854775807"]) == .int64)
    #expect(try type(["9223372036854775808"]) == .utf8)
    #expect(try type(["1", "2.5", "1e3", "nan", "-inf"]) == .float64)
    #expect(try type(["true", "FALSE", "NA"]) == .bool)
    #expect(try type(["true", "1"]) == .utf8)
    #expect(try type(["2013-01-01", "2012-02-29"]) == .date32)
    #expect(try type(["2013-02-29"]) == .utf8)
    #expect(try type(["2013-01-01T10:00:00Z", "2013-01-01 10:00+02:00"]) == utc)
    #expect(try type(["2013-01-01T10:00:00", "2013-01-01 10:00:00.5"]) == local)
    #expect(try type(["2013-01-01T10:00:00", "2013-01-01T10:00:00Z"]) == .utf8)
    #expect(try type(["2013-01-01", "2013-01-01T10:00:00"]) == .utf8)
    #expect(try type(["02139", "10001"]) == .utf8)
    #expect(try type(["0", "0.5"]) == .float64)
    #expect(try type(["NA", ""]) == .utf8)
    #expect(try type(["0x10"]) == .utf8)
    #expect(try type(["1_000"]) == .utf8)
    #expect(try type([" 1"]) == .utf8)
  }

  @Test func `a type that is chosen is taken`() throws {
    var options = CSVOptions()
    options.types = ["zip": .int32, "n": .utf8, "ratio": .float32]
    let result = try readCSV("zip,n,ratio\n02139,1,0.5\n", options)
    #expect(result.rows == [["2139", "1", "0.5"]])
    #expect(result.inference.map(\.isChosen) == [true, true, true])
    options.types = ["zap": .int32]
    let error = #expect(throws: FormatError.self) { try readCSV("zip\n1\n", options) }
    #expect(error?.code == .badOption)
    #expect(error?.column == "zap")
  }

  @Test func `integers of all widths are taken up to their ends`() throws {
    var options = CSVOptions()
    options.types = ["a": .int8, "b": .uint8, "c": .uint64, "d": .int64]
    let result = try readCSV(
      "a,b,c,d\n-128,0,18446744073709551615,-9223372036854775808\n127,255,0,9223372036854775807\n",
      options)
    #expect(
      result.rows == [
        ["-128", "0", "18446744073709551615", "-9223372036854775808"],
        ["127", "255", "0", "9223372036854775807"],
      ])
    for bad in ["128,0,0,0", "0,256,0,0", "0,-1,0,0", "0,0,18446744073709551616,0"] {
      #expect(throws: FormatError.self) { try readCSV("a,b,c,d\n\(bad)\n", options) }
    }
  }

  @Test(
    arguments: [
      ("0.1", 0.1), ("1e22", 1e22), ("123456789012345678", 123_456_789_012_345_680),
      ("2.2250738585072014e-308", 2.2250738585072014e-308),
      ("1.7976931348623157e308", .greatestFiniteMagnitude),
      ("5e-324", .leastNonzeroMagnitude), ("9007199254740993", 9_007_199_254_740_992),
      ("-0.0", -0.0), (".5", 0.5),
      ("5.", 5), ("0.30000000000000004", 0.30000000000000004),
    ] as [(String, Double)])
  func `floats are the nearest`(_ text: String, _ value: Double) throws {
    var options = CSVOptions()
    options.types = ["a": .float64]
    let column = try readCSV("a\n\(text)\n", options).batches[0].batch.columns[0]
    #expect(column.span(of: Double.self)[0].bitPattern == value.bitPattern)
  }

  /// Seconds by Python: `datetime.fromisoformat(text).timestamp()`.
  @Test(
    arguments: [
      ("1970-01-01T00:00:00Z", 0), ("2013-01-01T10:00:00Z", 1_357_034_400_000_000),
      ("2012-02-29T23:59:59.999999+00:00", 1_330_559_999_999_999),
      ("1969-12-31T23:59:59Z", -1_000_000), ("2013-07-04 12:30-05:30", 1_372_960_800_000_000),
      ("0001-01-01T00:00:00Z", -62_135_596_800_000_000),
      ("9999-12-31T23:59:59.1Z", 253_402_300_799_100_000),
    ] as [(String, Int64)])
  func `moments are microseconds since 1970`(_ text: String, _ value: Int64) throws {
    let column = try readCSV("a\n\(text)\n").batches[0].batch.columns[0]
    #expect(column.type == .timestamp(.microsecond, zone: "UTC"))
    #expect(column.span(of: Int64.self)[0] == value)
  }

  @Test func `nulls are unquoted tokens, and quoted ones outside of text`() throws {
    let result = try readCSV("t,n\n,1\nNA,\"\"\n\"\",NA\n\"NA\",\"2\"\n")
    #expect(result.rows == [[nil, "1"], [nil, nil], ["", nil], ["NA", "2"]])
    var options = CSVOptions()
    options.nullTokens = ["-"]
    #expect(
      try readCSV("t,n\n-,1\nNA,-\n,3\n", options).rows == [[nil, "1"], ["NA", nil], ["", "3"]])
  }

  @Test(arguments: ["\n", "\r\n"])
  func `both ends of line are taken, and none at the end`(_ end: String) throws {
    let text = ["a,b", "1,\"x\"", "2,y", "", "\"3\",\"z\""].joined(separator: end)
    let expected = [["1", "x"], ["2", "y"], ["3", "z"]]
    #expect(try readCSV(text).rows == expected)
    #expect(try readCSV(text + end, pieces: 1).rows == expected)
  }

  @Test func `a byte order mark, another delimiter, another quote and no header are taken`() throws
  {
    #expect(try readCSV([0xEF, 0xBB, 0xBF] + "a,b\n1,2\n".utf8).rows == [["1", "2"]])
    var options = CSVOptions()
    options.delimiter = UInt8(ascii: ";")
    options.quote = UInt8(ascii: "'")
    options.header = .absent
    let result = try readCSV("1;'a;''b'\n2;\"c\"\n", options)
    #expect(result.schema.fields.map(\.name) == ["column1", "column2"])
    #expect(result.rows == [["1", "a;'b"], ["2", "\"c\""]])
    options.quote = nil
    #expect(try readCSV("1;'a\n", options).rows == [["1", "'a"]])
  }

  @Test func `an empty line is a null where there is one column`() throws {
    #expect(try readCSV("a\n1\n\n3\n").rows == [["1"], [nil], ["3"]])
    #expect(try readCSV("a,b\n1,2\n\n3,4\n").rows == [["1", "2"], ["3", "4"]])
  }

  @Test(arguments: [1, 5, 1000])
  func `batches end at the same rows whatever the pieces, and reading resumes there`(
    _ pieces: Int
  ) throws {
    let file = try fixture("flights.csv")
    var options = CSVOptions()
    options.batchRows = 70
    options.batchBytes = 5_000
    options.sampleBytes = 10_000
    let whole = try readCSV(file, options)
    let result = try readCSV(file, options, pieces: pieces)
    #expect(result.batches.map(\.end) == whole.batches.map(\.end))
    #expect(result.batches.count == 8)
    #expect(result.batches.last?.end.byteOffset == file.count)
    #expect(result.batches.last?.end.line == 402)
    for (index, batch) in whole.batches.enumerated() {
      var reader = try CSVReader(options, schema: whole.schema, from: batch.end)
      let rest = Array(file[batch.end.byteOffset...])
      var batches = try reader.receive(ArrowBuffer(rest).bytes)
      batches += try reader.finish()
      #expect(batches.map(\.end) == whole.batches[(index + 1)...].map(\.end))
      #expect(
        batches.flatMap { $0.batch.rows } == whole.batches[(index + 1)...].flatMap { $0.batch.rows }
      )
    }
  }

  @Test func `a known schema has to be the header's`() throws {
    let schema = ArrowSchema([ArrowField("a", .int32), ArrowField("b", .utf8)])
    func read(_ text: String) throws(FormatError) -> [[String?]] {
      var reader = try CSVReader(CSVOptions(), schema: schema)
      var batches = try reader.receive(ArrowBuffer(Array(text.utf8)).bytes)
      batches += try reader.finish()
      return batches.flatMap { $0.batch.rows }
    }
    #expect(try read("a,b\n1,x\n") == [["1", "x"]])
    #expect(try read("a,b\n") == [])
    for (header, column) in [("a,c", "b"), ("b,a", "a"), ("a", "b"), ("a,b,c", "c")] {
      let error = #expect(throws: FormatError.self) { try read("\(header)\n1,2,3\n") }
      #expect(error?.code == .badOption)
      #expect(error?.column == column)
    }
  }
}
