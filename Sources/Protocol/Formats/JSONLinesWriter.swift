package import PurSightArrow

/// Writes batches as JSON Lines: an object per row, its keys in the order of the columns, nulls
/// included. NaN and infinities are the texts `"NaN"`, `"Infinity"`, `"-Infinity"`, as in the
/// proto3 mapping.
package struct JSONLinesWriter: Sendable {
  /// `"name":` for each column.
  private let keys: [[UInt8]]

  package init(_ schema: ArrowSchema) {
    keys = schema.fields.map { field in
      var key: [UInt8] = []
      Self.append(Array(field.name.utf8).span, to: &key)
      return key + [UInt8(ascii: ":")]
    }
  }

  /// Appends a line for each row of a batch of the writer's schema.
  package func append(_ batch: RecordBatch, to output: inout [UInt8]) {
    precondition(batch.columns.count == keys.count, "the batch is of the writer's schema")
    for row in 0..<batch.rowCount {
      for (index, column) in batch.columns.enumerated() {
        output.append(UInt8(ascii: index == 0 ? "{" : ","))
        output += keys[index]
        append(column, row, to: &output)
      }
      if batch.columns.isEmpty { output.append(UInt8(ascii: "{")) }
      output += "}\n".utf8
    }
  }

  private func append(_ column: ArrowColumn, _ row: Int, to output: inout [UInt8]) {
    guard column.isValid(row) else {
      output += "null".utf8
      return
    }
    switch column.type {
    case .bool: output += (column.bits[row] ? "true" : "false").utf8
    case .utf8, .largeUtf8:
      Self.append(Span<UInt8>(_bytes: column.bytes(at: row)), to: &output)
    case .float32: append(Double(column.span(of: Float.self)[row]), column, row, to: &output)
    case .float64: append(column.span(of: Double.self)[row], column, row, to: &output)
    case .null, .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64, .binary,
      .largeBinary, .fixedSizeBinary, .date32, .date64, .time32, .time64, .timestamp, .duration,
      .decimal128:
      let isQuoted = ValueText.isQuotedInJSON(column.type)
      if isQuoted { output.append(UInt8(ascii: "\"")) }
      ValueText.append(column, row, to: &output)
      if isQuoted { output.append(UInt8(ascii: "\"")) }
    }
  }

  private func append(
    _ value: Double, _ column: ArrowColumn, _ row: Int, to output: inout [UInt8]
  ) {
    if value.isFinite { return ValueText.append(column, row, to: &output) }
    output += (value.isNaN ? "\"NaN\"" : value < 0 ? "\"-Infinity\"" : "\"Infinity\"").utf8
  }

  /// Appends a JSON string (RFC 8259 §7).
  private static func append(_ text: Span<UInt8>, to output: inout [UInt8]) {
    output.append(UInt8(ascii: "\""))
    for index in text.indices {
      let byte = text[index]
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        output.append(UInt8(ascii: "\\"))
        output.append(byte)
      case UInt8(ascii: "\n"): output += "\\n".utf8
      case UInt8(ascii: "\r"): output += "\\r".utf8
      case UInt8(ascii: "\t"): output += "\\t".utf8
      case 0..<0x20:
        output += "\\u00".utf8
        output.append(UInt8(ascii: "0") + byte >> 4)
        output.append(byte & 15 < 10 ? 0x30 + byte & 15 : 0x57 + byte & 15)
      default: output.append(byte)
      }
    }
    output.append(UInt8(ascii: "\""))
  }
}
