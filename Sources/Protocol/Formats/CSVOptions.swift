package import PurSightArrow

/// How a CSV file is read (RFC 4180 and what is found in the wild).
package struct CSVOptions: Sendable {
  /// Whether the first line names the columns.
  package enum Header: Sendable, Hashable {
    /// It does; a first line that looks like data is an error.
    case expected
    /// It does, whatever it looks like.
    case present
    /// It does not: the columns are called `column1`, `column2` and so on.
    case absent
  }

  package var delimiter = UInt8(ascii: ",")
  /// The character around a field, or nil when there is none. Doubled inside a field it is itself.
  package var quote: UInt8? = UInt8(ascii: "\"")
  package var header = Header.expected
  /// The texts that stand for "no value". Inside quotes they do so only in columns that are not
  /// text, so that `""` is an empty text.
  package var nullTokens = ["", "NA"]
  /// The types of columns that are not to be inferred, by name.
  package var types: [String: ArrowType] = [:]
  package var badRows = BadRowPolicy.fail

  /// The bytes of the file that types are inferred from.
  package var sampleBytes = 1 << 20
  /// The most rows of a batch.
  package var batchRows = 8_192
  /// The bytes of the file after which a batch ends.
  package var batchBytes = 1 << 20
  /// The most bytes of one field.
  package var maxFieldBytes = 1 << 20
  /// The most bytes of one row with all its lines.
  package var maxRowBytes = 4 << 20
  package var maxColumns = 4_096

  package init() {}

  /// The types that a column of CSV can have.
  package static func canRead(_ type: ArrowType) -> Bool {
    switch type {
    case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64, .float32, .float64,
      .bool, .utf8, .date32, .timestamp(.microsecond, _):
      true
    case .null, .largeUtf8, .binary, .largeBinary, .fixedSizeBinary, .date64, .time32, .time64,
      .timestamp, .duration, .decimal128:
      false
    }
  }

  /// Checks what the options say of themselves.
  ///
  /// - Throws: `badOption`.
  func validate() throws(FormatError) {
    let ends = [UInt8(ascii: "\n"), UInt8(ascii: "\r")]
    guard delimiter < 0x80, !ends.contains(delimiter), delimiter != quote else {
      throw FormatError(
        .badOption, "the delimiter is one ASCII character, not an end of line or the quote")
    }
    if let quote, quote >= 0x80 || ends.contains(quote) {
      throw FormatError(.badOption, "the quote is one ASCII character, not an end of line")
    }
    for (name, type) in types where !Self.canRead(type) {
      throw FormatError(
        .badOption,
        "a CSV column cannot be read as \(type); take an integer type, float, double, bool, "
          + "string, date32 or timestamp in microseconds", column: name)
    }
  }
}
