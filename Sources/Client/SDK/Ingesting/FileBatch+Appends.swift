internal import PurSightAPI
internal import PurSightArrow
internal import PurSightFormats
internal import PurSightRPC

/// One append of rows of a file: the rows that parsed, and those that did not.
struct FileAppend {
  let batch: RecordBatch
  let unparsed: [UnparsedRow]
  /// Kept with the append. Inside of a batch, whose ends only are places to go on from, that of the
  /// batch's start.
  let token: [UInt8]
  /// Kept with a part of the append, where it has to be sent in parts.
  let partToken: [UInt8]

  var rowCount: Int { batch.rowCount + unparsed.count }
}

extension FileBatch {
  /// Bytes of rows that did not parse, that one append carries; longer ones are cut.
  private static let maxRawBytes = 1 << 20
  /// Bytes of one such row.
  private static let maxRawRowBytes = 64 << 10
  private static let maxMessageBytes = 1024

  /// The rows from `skipped` on, in appends of at most `maxRows` rows.
  func appends(skipping skipped: Int, maxRows: Int) -> [FileAppend] {
    let range = rows.start.row + skipped..<rows.end.row
    var appends: [FileAppend] = []
    for start in stride(from: range.lowerBound, to: range.upperBound, by: maxRows) {
      let part = start..<min(start + maxRows, range.upperBound)
      appends.append(append(part, isLast: part.upperBound == range.upperBound))
    }
    return appends
  }

  /// The rows of a part of the file.
  private func append(_ range: Range<Int>, isLast: Bool) -> FileAppend {
    let before = rows.rejected.prefix { $0.row < range.lowerBound }.count
    let rejected = rows.rejected.dropFirst(before).prefix { $0.row < range.upperBound }
    let start = range.lowerBound - rows.start.row - before
    let rawBytes = min(Self.maxRawRowBytes, Self.maxRawBytes / max(rejected.count, 1))
    return FileAppend(
      batch: rows.batch.slice(start..<start + range.count - rejected.count),
      unparsed: rejected.map { UnparsedRow($0, rawBytes, Self.maxMessageBytes) },
      token: isLast ? token : startToken, partToken: startToken)
  }
}

extension UnparsedRow {
  fileprivate init(_ row: RejectedRow, _ rawBytes: Int, _ messageBytes: Int) {
    self.init(
      offset: Int64(row.row), line: Int64(row.error.line ?? 0),
      column: row.error.column ?? "", reason: Self.reason(row.error.code),
      message: String(row.error.message.prefix(messageBytes)), raw: Array(row.text.prefix(rawBytes))
    )
  }

  private static func reason(_ code: FormatError.Code) -> String {
    switch code {
    case .raggedRow: "RAGGED_ROW"
    case .badCell: "WRONG_TYPE"
    case .invalidUTF8: "INVALID_UTF8"
    case .nulByte: "NUL_BYTE"
    case .unclosedQuote, .textAfterQuote: "BAD_QUOTE"
    case .badJSON: "BAD_JSON"
    case .unknownColumn: "UNKNOWN_COLUMN"
    case .limitExceeded: "TOO_LARGE"
    case .empty, .noRows, .noHeader, .duplicateColumn, .badCompression, .badOption: "UNREADABLE"
    }
  }
}
