package import PurSightArrow

/// Writes batches as JSON Lines: an object per row, its keys in the order of the columns, nulls
/// included. NaN and infinities are the texts `"NaN"`, `"Infinity"`, `"-Infinity"`, as in the
/// proto3 mapping.
package struct JSONLinesWriter: Sendable {
  /// `{"name":` for the first column, `,"name":` for the others.
  private let keys: [[UInt8]]

  package init(_ schema: ArrowSchema) {
    keys = schema.fields.enumerated().map { index, field in
      var key = [UInt8(ascii: index == 0 ? "{" : ",")]
      let name = Array(field.name.utf8)
      key.append(json: name.span, name.indices)
      return key + [UInt8(ascii: ":")]
    }
  }

  /// Appends a line for each row of a batch of the writer's schema.
  package func append(_ batch: RecordBatch, to output: inout [UInt8]) {
    precondition(batch.columns.count == keys.count, "the batch is of the writer's schema")
    var texts = [TextColumn](repeating: TextColumn(), count: keys.count)
    for start in stride(from: 0, to: batch.rowCount, by: CSVWriter.blockRows) {
      let rows = start..<min(start + CSVWriter.blockRows, batch.rowCount)
      for index in texts.indices { texts[index].render(batch.columns[index], rows, .json) }
      for row in 0..<rows.count {
        if keys.isEmpty { output.append(UInt8(ascii: "{")) }
        for index in texts.indices {
          let key = keys[index]
          output.append(bytes: key.span)
          texts[index].append(row, to: &output)
        }
        output.append(UInt8(ascii: "}"))
        output.append(UInt8(ascii: "\n"))
      }
    }
  }
}
