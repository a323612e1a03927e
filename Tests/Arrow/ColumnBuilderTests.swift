import PurSightArrow
import Testing

@Suite("Column builders")
struct ColumnBuilderTests {
  @Test func `values and nulls come back`() throws {
    var builder = ColumnBuilder(.int64)
    for value in 0..<100 {
      if value % 7 == 3 { builder.appendNull() } else { builder.append(Int64(value)) }
    }
    let column = builder.finish()
    #expect(texts(column) == (0..<100).map { $0 % 7 == 3 ? nil : String($0) })
    #expect(column.nullCount == 14)
    #expect(builder.finish().length == 0)
  }

  @Test(arguments: [ArrowType.utf8, .largeUtf8])
  func `text comes back`(_ type: ArrowType) throws {
    var builder = ColumnBuilder(type)
    let values: [String?] = ["", nil, "Zürich", nil, "北京", "x"]
    for value in values { try builder.append(value) }
    let column = builder.finish()
    #expect(texts(column) == values)
    try column.validate()
  }

  @Test func `a column without a null has no validity`() {
    var builder = ColumnBuilder(.bool)
    builder.append(true)
    builder.append(false)
    #expect(builder.finish().validity == nil)
  }

  @Test(arguments: [0, 1, 4, 5])
  func `a row that was begun can be taken back`(_ kept: Int) throws {
    let values: [String?] = ["a", nil, "bc", nil, "def"]
    var text = ColumnBuilder(.utf8)
    var numbers = ColumnBuilder(.int32)
    var flags = ColumnBuilder(.bool)
    for value in values {
      try text.append(value)
      if value == nil { numbers.appendNull() } else { numbers.append(Int32(7)) }
      if value == nil { flags.appendNull() } else { flags.append(true) }
    }
    text.truncate(to: kept)
    numbers.truncate(to: kept)
    flags.truncate(to: kept)
    try text.append("end")
    numbers.append(Int32(8))
    flags.append(false)
    #expect(texts(text.finish()) == Array(values.prefix(kept)) + ["end"])
    #expect(texts(numbers.finish()) == values.prefix(kept).map { $0.map { _ in "7" } } + ["8"])
    #expect(
      texts(flags.finish()) == values.prefix(kept).map { $0.map { _ in "true" } } + ["false"])
  }

  @Test func `bytes up to the limit are taken, one more is refused`() throws {
    var builder = ColumnBuilder(.utf8, maxBytes: 10)
    try builder.append("12345")
    try builder.append("67890")
    let error = #expect(throws: ArrowError.self) { try builder.append("!") }
    #expect(error?.code == .limitExceeded)
    #expect(texts(builder.finish()) == ["12345", "67890"])
  }

  @Test func `a fixed width is kept`() throws {
    var builder = ColumnBuilder(.fixedSizeBinary(width: 3))
    let (right, wrong): ([UInt8], [UInt8]) = ([1, 2, 3], [1, 2])
    try unsafe builder.append(bytes: right.span.bytes)
    var code: ArrowError.Code?
    do { try unsafe builder.append(bytes: wrong.span.bytes) } catch { code = error.code }
    #expect(code == .malformed)
    builder.appendNull()
    #expect(texts(builder.finish()) == ["010203", nil])
  }

  @Test func `a block of values is appended with its validity`() {
    var builder = ColumnBuilder(.float64)
    builder.append(0.5)
    var validity = BitmapBuilder()
    for bit in [true, false, true] { validity.append(bit) }
    let values = [1.5, 0, 2.5]
    builder.append(values.span, validity: &validity)
    #expect(validity.count == 0)
    let column = builder.finish()
    #expect((0..<4).map { column.isValid($0) } == [true, true, false, true])
    #expect(column.span(of: Double.self)[3] == 2.5)
    #expect(column.nullCount == 1)
  }
}
