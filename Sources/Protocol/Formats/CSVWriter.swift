package import PurSightArrow

/// Writes batches as CSV (RFC 4180, lines ending in LF).
///
/// A null is an empty field. Text is quoted where it has to be, and where it would read back as a
/// null, so that what is written reads back the same.
package struct CSVWriter: Sendable {
  private let delimiter: UInt8
  private let quote = UInt8(ascii: "\"")
  private let nulls: CSVNullTokens

  package init(delimiter: UInt8 = UInt8(ascii: ",")) {
    self.delimiter = delimiter
    nulls = CSVNullTokens(CSVOptions().nullTokens)
  }

  /// Appends the line that names the columns.
  package func appendHeader(of schema: ArrowSchema, to output: inout [UInt8]) {
    for (index, field) in schema.fields.enumerated() {
      if index > 0 { output.append(delimiter) }
      append(Array(field.name.utf8).span, to: &output)
    }
    output.append(UInt8(ascii: "\n"))
  }

  /// Appends a line for each row.
  package func append(_ batch: RecordBatch, to output: inout [UInt8]) {
    for row in 0..<batch.rowCount {
      var isFirst = true
      for column in batch.columns {
        if !isFirst { output.append(delimiter) }
        isFirst = false
        if column.isValid(row) { append(column, row, to: &output) }
      }
      // A lone empty field would be an empty line; that one reads back as a null in one column.
      output.append(UInt8(ascii: "\n"))
    }
  }

  private func append(_ column: ArrowColumn, _ row: Int, to output: inout [UInt8]) {
    switch column.type {
    case .bool: output += (column.bits[row] ? "true" : "false").utf8
    case .utf8, .largeUtf8:
      append(Span<UInt8>(_bytes: column.bytes(at: row)), to: &output)
    case .null, .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64, .float32,
      .float64, .binary, .largeBinary, .fixedSizeBinary, .date32, .date64, .time32, .time64,
      .timestamp, .duration, .decimal128:
      ValueText.append(column, row, to: &output)
    }
  }

  /// Appends text, quoted where it has to be.
  private func append(_ text: Span<UInt8>, to output: inout [UInt8]) {
    let needsQuotes = nulls.contains(text, 0, text.count) || holdsSpecial(text)
    if !needsQuotes {
      for index in text.indices { output.append(text[index]) }
      return
    }
    output.append(quote)
    for index in text.indices {
      if text[index] == quote { output.append(quote) }
      output.append(text[index])
    }
    output.append(quote)
  }

  private func holdsSpecial(_ text: Span<UInt8>) -> Bool {
    for index in text.indices {
      let byte = text[index]
      if byte == delimiter || byte == quote || byte == UInt8(ascii: "\n")
        || byte == UInt8(ascii: "\r")
      {
        return true
      }
    }
    return false
  }
}
