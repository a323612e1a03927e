package import PurSightArrow

/// Writes batches as CSV (RFC 4180, lines ending in LF).
///
/// A null is an empty field. Text is quoted where it has to be, and where it would read back as a
/// null, so that what is written reads back the same.
package struct CSVWriter: Sendable {
  private let delimiter: UInt8
  private let nulls = CSVNullTokens(CSVOptions().nullTokens)

  /// The rows that are rendered together, column by column.
  static let blockRows = 512

  package init(delimiter: UInt8 = UInt8(ascii: ",")) {
    self.delimiter = delimiter
  }

  /// Appends the line that names the columns.
  package func appendHeader(of schema: ArrowSchema, to output: inout [UInt8]) {
    for (index, field) in schema.fields.enumerated() {
      if index > 0 { output.append(delimiter) }
      let name = Array(field.name.utf8)
      output.append(csv: name.span, name.indices, delimiter, nulls)
    }
    output.append(UInt8(ascii: "\n"))
  }

  /// Appends a line for each row.
  package func append(_ batch: RecordBatch, to output: inout [UInt8]) {
    var texts = [TextColumn](repeating: TextColumn(), count: batch.columns.count)
    let style = TextColumn.Style.csv(delimiter: delimiter, nulls: nulls)
    for start in stride(from: 0, to: batch.rowCount, by: Self.blockRows) {
      let rows = start..<min(start + Self.blockRows, batch.rowCount)
      for index in texts.indices { texts[index].render(batch.columns[index], rows, style) }
      for row in 0..<rows.count {
        for index in texts.indices {
          if index > 0 { output.append(delimiter) }
          texts[index].append(row, to: &output)
        }
        output.append(UInt8(ascii: "\n"))
      }
    }
  }
}
