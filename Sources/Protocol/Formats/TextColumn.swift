internal import PurSightArrow

/// The values of one column as text, for a block of rows: rendered column by column, so that what
/// the column decides is decided once, and then put together row by row.
struct TextColumn {
  /// How a value is put between its neighbours.
  enum Style {
    case csv(delimiter: UInt8, nulls: CSVNullTokens)
    case json
  }

  private(set) var bytes: [UInt8] = []
  /// Where each row's text ends.
  private(set) var ends: [Int] = []

  /// Renders rows of a column; what was there is dropped.
  mutating func render(_ column: ArrowColumn, _ rows: Range<Int>, _ style: Style) {
    bytes.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    switch (column.type, style) {
    case (.utf8, .csv(let delimiter, let nulls)), (.largeUtf8, .csv(let delimiter, let nulls)):
      renderCSV(column, rows, delimiter, nulls)
    case (.utf8, .json), (.largeUtf8, .json): renderJSON(column, rows)
    case (.int8, _): render(integers: column, rows, style, Int8.self)
    case (.int16, _): render(integers: column, rows, style, Int16.self)
    case (.int32, _): render(integers: column, rows, style, Int32.self)
    case (.int64, _): render(integers: column, rows, style, Int64.self)
    case (.uint8, _): render(integers: column, rows, style, UInt8.self)
    case (.uint16, _): render(integers: column, rows, style, UInt16.self)
    case (.uint32, _): render(integers: column, rows, style, UInt32.self)
    case (.uint64, _): render(integers: column, rows, style, UInt64.self)
    default: renderOthers(column, rows, style)
    }
  }

  /// Appends the text of the block's row to a line.
  func append(_ row: Int, to line: inout [UInt8]) {
    let start = row == 0 ? 0 : ends[row &- 1]
    line.append(bytes: bytes.span.extracting(start..<ends[row]))
  }

  private mutating func endNull(_ style: Style) {
    if case .json = style { bytes += [0x6E, 0x75, 0x6C, 0x6C] }
    ends.append(bytes.count)
  }

  private mutating func render<Value: FixedWidthInteger & BitwiseCopyable>(
    integers column: ArrowColumn, _ rows: Range<Int>, _ style: Style, _ type: Value.Type
  ) {
    let values = column.span(of: type)
    for row in rows {
      guard column.isValid(row) else {
        endNull(style)
        continue
      }
      bytes.append(decimal: values[row])
      ends.append(bytes.count)
    }
  }

  private mutating func renderOthers(
    _ column: ArrowColumn, _ rows: Range<Int>, _ style: Style
  ) {
    var isJSON = false
    if case .json = style { isJSON = true }
    let quotes = isJSON && ValueText.isQuotedInJSON(column.type)
    for row in rows {
      guard column.isValid(row) else {
        endNull(style)
        continue
      }
      if quotes { bytes.append(UInt8(ascii: "\"")) }
      if isJSON, let special = Self.special(column, row) {
        bytes += special.utf8
      } else {
        ValueText.append(column, row, to: &bytes)
      }
      if quotes { bytes.append(UInt8(ascii: "\"")) }
      ends.append(bytes.count)
    }
  }

  /// The text, quoted, of a float that JSON has no number for.
  private static func special(_ column: ArrowColumn, _ row: Int) -> String? {
    let value: Double
    switch column.type {
    case .float32: value = Double(column.span(of: Float.self)[row])
    case .float64: value = column.span(of: Double.self)[row]
    default: return nil
    }
    if value.isFinite { return nil }
    return value.isNaN ? "\"NaN\"" : value < 0 ? "\"-Infinity\"" : "\"Infinity\""
  }

  private mutating func renderCSV(
    _ column: ArrowColumn, _ rows: Range<Int>, _ delimiter: UInt8, _ nulls: CSVNullTokens
  ) {
    let span = column.values.span(of: UInt8.self)
    for row in rows {
      if column.isValid(row) {
        let range = column.range(of: row)
        bytes.append(csv: span, range, delimiter, nulls)
      }
      ends.append(bytes.count)
    }
  }

  private mutating func renderJSON(_ column: ArrowColumn, _ rows: Range<Int>) {
    let span = column.values.span(of: UInt8.self)
    for row in rows {
      guard column.isValid(row) else {
        endNull(.json)
        continue
      }
      bytes.append(json: span, column.range(of: row))
      ends.append(bytes.count)
    }
  }
}

extension Array where Element == UInt8 {
  private static var quote: UInt8 { UInt8(ascii: "\"") }

  /// Appends text as a CSV field, quoted where it has to be, or would read back as a null.
  mutating func append(
    csv text: Span<UInt8>, _ range: Range<Int>, _ delimiter: UInt8, _ nulls: CSVNullTokens
  ) {
    var isPlain = true
    for index in range {
      let byte = text[index]
      isPlain =
        isPlain && byte != delimiter && byte != Self.quote && byte != UInt8(ascii: "\n")
        && byte != UInt8(ascii: "\r")
    }
    if isPlain && !nulls.contains(text, range.lowerBound, range.count) {
      append(bytes: text.extracting(range))
      return
    }
    append(Self.quote)
    for index in range {
      if text[index] == Self.quote { append(Self.quote) }
      append(text[index])
    }
    append(Self.quote)
  }

  /// Appends text as a JSON string (RFC 8259 §7).
  mutating func append(json text: Span<UInt8>, _ range: Range<Int>) {
    append(Self.quote)
    for index in range {
      let byte = text[index]
      if byte >= 0x20 && byte != Self.quote && byte != UInt8(ascii: "\\") {
        append(byte)
      } else {
        append(escaped: byte)
      }
    }
    append(Self.quote)
  }

  private mutating func append(escaped byte: UInt8) {
    append(UInt8(ascii: "\\"))
    switch byte {
    case UInt8(ascii: "\n"): append(UInt8(ascii: "n"))
    case UInt8(ascii: "\r"): append(UInt8(ascii: "r"))
    case UInt8(ascii: "\t"): append(UInt8(ascii: "t"))
    case 0..<0x20:
      self += "u00".utf8
      append(UInt8(ascii: "0") + byte >> 4)
      append(byte & 15 < 10 ? 0x30 + byte & 15 : 0x57 + byte & 15)
    default: append(byte)
    }
  }
}
