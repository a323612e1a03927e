import PurSightArrow
import PurSightFormats
import Testing

@Suite("CSV that is wrong")
struct CSVBadInputTests {
  /// What reading the text throws.
  private func failure(
    _ bytes: [UInt8], _ options: CSVOptions = CSVOptions(), pieces: Int = .max
  ) -> FormatError? {
    #expect(throws: FormatError.self) { try readCSV(bytes, options, pieces: pieces) }
  }

  private func failure(
    _ text: String, _ options: CSVOptions = CSVOptions(), pieces: Int = .max
  ) -> FormatError? {
    failure(Array(text.utf8), options, pieces: pieces)
  }

  private static var quarantine: CSVOptions {
    var options = CSVOptions()
    options.badRows = .quarantine
    return options
  }

  @Test(arguments: [Int.max, 1])
  func `a ragged row has its line and column`(_ pieces: Int) {
    let short = failure("a,b,c\n1,2,3\n\"x\ny\",2\n", pieces: pieces)
    #expect(short?.code == .raggedRow)
    #expect(short?.line == 3)
    #expect(short?.columnNumber == 3)
    #expect(short?.column == "c")
    let long = failure("a,b\n1,2\n3,4,5\n", pieces: pieces)
    #expect(long?.line == 3)
    #expect(long?.columnNumber == 3)
    #expect(long?.description.hasPrefix("line 3, column 3: the row has 3 fields") == true)
  }

  @Test func `a wrong type far down has its line, column and value`() {
    let rows = (1...50_000).map { "\($0),ok\n" }.joined()
    var options = CSVOptions()
    options.sampleBytes = 1_000
    let error = failure("n,t\n" + rows + "oops,bad\n" + rows, options)
    #expect(error?.code == .badCell)
    #expect(error?.line == 50_002)
    #expect(error?.columnNumber == 1)
    #expect(error?.column == "n")
    #expect(error?.message.contains("\"oops\" is no int64") == true)
  }

  @Test func `the first wrong row is named, whatever is wrong with it`() {
    var options = CSVOptions()
    options.types = ["a": .int64, "b": .int64]
    #expect(failure("a,b\n1,2\nx,2\n1\n", options)?.line == 3)
    #expect(failure("a,b\n1,2\n1\nx,2\n", options)?.line == 3)
  }

  @Test func `bytes that are not UTF-8 and NUL have their place`() {
    let latin = failure(Array("a,b\n1,ok\n2,caf".utf8) + [0xE9] + Array("\n".utf8))
    #expect(latin?.code == .invalidUTF8)
    #expect(latin?.line == 3)
    #expect(latin?.column == "b")
    let nul = failure("a,b\n1,o\u{0}k\n")
    #expect(nul?.code == .nulByte)
    #expect(nul?.line == 2)
    #expect(failure([0xFF, 0xFE, 0x61, 0])?.message.contains("UTF-16") == true)
    #expect(failure(Array("a,b".utf8) + [0xE9] + Array("\n1,2\n".utf8))?.code == .invalidUTF8)
  }

  @Test func `a file without header is noticed`() {
    let error = failure("2013,1,1,517,UA\n2013,1,1,533,UA\n")
    #expect(error?.code == .noHeader)
    #expect(error?.line == 1)
    var options = CSVOptions()
    options.header = .present
    #expect(throws: Never.self) { try readCSV("2013,2014\n1,2\n", options) }
  }

  @Test(arguments: [Int.max, 1, 5])
  func `a quote that is never closed has the place where it opens`(_ pieces: Int) {
    let error = failure("a,b\n1,x\n2,\"y\n3,z\n4,z\n", pieces: pieces)
    #expect(error?.code == .unclosedQuote)
    #expect(error?.line == 3)
    #expect(error?.column == "b")
    #expect(failure("a,\"b\n1,2\n")?.code == .unclosedQuote)
  }

  @Test func `text behind a closing quote has its place`() {
    let error = failure("a,b\n1,\"x\"y\n2,z\n")
    #expect(error?.code == .textAfterQuote)
    #expect(error?.line == 2)
    #expect(error?.column == "b")
  }

  @Test func `no byte, no row, an empty name twice and the same name twice`() throws {
    #expect(failure("")?.code == .empty)
    #expect(failure("\n\n")?.code == .empty)
    #expect(failure("a,b\n")?.code == .noRows)
    let twice = failure("a,b,a\n1,2,3\n")
    #expect(twice?.code == .duplicateColumn)
    #expect(twice?.columnNumber == 3)
    #expect(
      try readCSV(",b,\n1,2,3\n").schema.fields.map(\.name) == ["column1", "b", "column3"])
  }

  @Test func `columns up to the limit are taken, one more is refused`() throws {
    func header(_ count: Int) -> String {
      (0..<count).map { "c\($0)" }.joined(separator: ",") + "\n"
        + (0..<count).map(String.init).joined(separator: ",") + "\n"
    }
    let limit = CSVOptions().maxColumns
    #expect(try readCSV(header(limit)).schema.fields.count == limit)
    #expect(failure(header(limit + 1))?.code == .limitExceeded)
    let many = failure(header(10_000))
    #expect(many?.message.contains("10000 columns") == true)
    #expect(many?.line == 1)
  }

  @Test func `a field up to the limit is taken, one more byte is refused or quarantined`() throws {
    var options = CSVOptions()
    options.maxFieldBytes = 100
    func file(_ count: Int) -> String {
      "a,b\n1,x\n2,\(String(repeating: "x", count: count))\n3,y\n"
    }
    #expect(try readCSV(file(100), options).rows.count == 3)
    let error = failure(file(101), options)
    #expect(error?.code == .limitExceeded)
    #expect(error?.line == 3)
    #expect(error?.column == "b")
    options.badRows = .quarantine
    #expect(try readCSV(file(101), options).rows.map { $0[0] } == ["1", "3"])
  }

  @Test(arguments: ["", "\""])
  func `a field of a hundred megabytes stops the reader early`(_ quote: String) throws {
    var reader = try CSVReader()
    let head = Array("a,b\n1,\(quote)".utf8)
    let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
    var error: FormatError?
    var sent = 0
    do throws(FormatError) {
      _ = try reader.receive(ArrowBuffer(head).bytes)
      while sent < 100 {
        sent += 1
        _ = try reader.receive(ArrowBuffer(piece).bytes)
      }
    } catch let failure { error = failure }
    #expect(error?.line == 2)
    #expect(error?.columnNumber == 2)
    #expect(error?.code == (quote.isEmpty ? .limitExceeded : .unclosedQuote))
    // Four MiB is the limit of a row, one the piece in which input is taken.
    #expect(sent <= 6)
  }

  @Test(arguments: [Int.max, 1, 9])
  func `bad rows are quarantined with place, reason and text`(_ pieces: Int) throws {
    var options = Self.quarantine
    options.types = ["n": .int64, "t": .utf8, "d": .date32]
    let text = """
      n,t,d
      1,a,2013-01-01
      x,b,2013-01-02
      3,c
      4,"d\ne",2013-13-01
      5,"f"g,2013-01-05
      6,h,2013-01-06,extra
      7,i,NA

      """
    let result = try readCSV(text, options, pieces: pieces)
    #expect(result.rows == [["1", "a", "15706"], ["7", "i", nil]])
    #expect(result.rejected.map(\.row) == [1, 2, 3, 4, 5])
    #expect(result.rejected.map(\.error.line) == [3, 4, 5, 7, 8])
    #expect(
      result.rejected.map(\.error.code)
        == [.badCell, .raggedRow, .badCell, .textAfterQuote, .raggedRow])
    #expect(result.rejected.map(\.error.column) == ["n", "d", "d", "t", nil])
    #expect(
      result.rejected.map { String(decoding: $0.text, as: UTF8.self) } == [
        "x,b,2013-01-02", "3,c", "4,\"d\ne\",2013-13-01", "5,\"f\"g,2013-01-05",
        "6,h,2013-01-06,extra",
      ])
    for row in result.rejected {
      let start = row.byteOffset
      #expect(Array(Array(text.utf8)[start..<start + row.text.count]) == row.text)
    }
    #expect(
      result.batches.last?.end == SourcePosition(byteOffset: text.utf8.count, line: 10, row: 7))
  }

  @Test func `rows read and rejected add up over batches and blocks`() throws {
    var options = Self.quarantine
    options.batchRows = 3_000
    options.sampleBytes = 500
    var text = "n,t\n"
    for row in 0..<10_000 {
      text += row % 97 == 96 ? "bad,\(row)\n" : row % 89 == 88 ? "\(row)\n" : "\(row),\(row)\n"
    }
    let result = try readCSV(text, options)
    let expected = (0..<10_000).filter { $0 % 97 != 96 && $0 % 89 != 88 }
    #expect(result.rows.map { $0[0] } == expected.map(String.init))
    #expect(result.rejected.map(\.row) == (0..<10_000).filter { $0 % 97 == 96 || $0 % 89 == 88 })
    #expect(result.rejected.allSatisfy { $0.error.line == $0.row + 2 })
    #expect(result.batches.map { $0.end.row } == [3_000, 6_000, 9_000, 10_000])
  }

  @Test(arguments: [UInt8(ascii: "\n"), UInt8(ascii: "\""), 0xC3])
  func `a delimiter that cannot be one is refused`(_ delimiter: UInt8) {
    var options = CSVOptions()
    options.delimiter = delimiter
    #expect(failure("a\n1\n", options)?.code == .badOption)
  }

  @Test func `random bytes are read or refused`() {
    var state: UInt64 = 42
    let alphabet = Array("a1,\"\n\r.-é\u{0}T:Z ".utf8)
    for round in 0..<3_000 {
      var bytes: [UInt8] = round % 2 == 0 ? Array("a,b\n1,2\n".utf8) : []
      for _ in 0..<round % 120 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        bytes.append(alphabet[Int(state >> 33) % alphabet.count])
      }
      var options = Self.quarantine
      options.header = round % 3 == 0 ? .absent : .present
      let whole = try? readCSV(bytes, options)
      let pieces = try? readCSV(bytes, options, pieces: 3)
      #expect(whole?.rows == pieces?.rows)
      #expect(whole?.rejected.map(\.text) == pieces?.rejected.map(\.text))
      #expect(whole?.batches.last?.end == pieces?.batches.last?.end)
    }
  }
}
