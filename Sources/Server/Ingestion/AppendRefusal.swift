internal import PurSightAPI
internal import PurSightArrow
internal import PurSightGovernance
internal import PurSightRPC
internal import PurSightServiceKit

/// Why an append was not taken, and what its writer does next. Told in band: the stream goes on.
struct AppendRefusal: Error, Sendable {
  let status: RPCError
  var expectedOffset: Int64?
  var rows: [RowError] = []
  /// Whether the call cannot go on: another writer has taken the stream over, or it is closed.
  var endsCall = false

  static func alreadyExists(_ offset: Int64?, _ expected: Int64) -> AppendRefusal {
    AppendRefusal(
      status: RPCError(
        .alreadyExists,
        "Rows from offset \(offset ?? 0) on are stored already. Go on at offset \(expected)."
      )
      .reason("OFFSET_ALREADY_EXISTS", ["expected_offset": "\(expected)"]),
      expectedOffset: expected)
  }

  static func outOfRange(_ offset: Int64?, _ expected: Int64) -> AppendRefusal {
    AppendRefusal(
      status: RPCError(
        .outOfRange,
        "Offset \(offset ?? 0) lies behind the end of the stream. Send the rows from "
          + "\(expected) on first."
      )
      .reason("OFFSET_OUT_OF_RANGE", ["expected_offset": "\(expected)"]),
      expectedOffset: expected)
  }

  static func fenced(_ id: String, _ epoch: Int64) -> AppendRefusal {
    AppendRefusal(
      status: RPCError(
        .aborted,
        "Another writer has opened the write stream \(id) (epoch \(epoch)). Stop this one, or "
          + "open the stream again to take it back."
      ).reason("WRITER_FENCED"), endsCall: true)
  }

  static func closed(_ id: String, _ life: WriteStream.Life) -> AppendRefusal {
    AppendRefusal(
      status: RPCError.precondition(
        "WRITE_STREAM_CLOSED", id,
        "The write stream \(id) is \(life) and takes no more rows. Open another one."),
      endsCall: true)
  }

  static func batchTooLarge(_ bytes: Int, _ limit: Int) -> AppendRefusal {
    AppendRefusal(
      status: .invalidField(
        "arrow_batch", "It has \(bytes) bytes; at most \(limit) fit. Send smaller batches.",
        reason: "BATCH_TOO_LARGE"))
  }

  static func tooManyRows(_ rows: Int, _ limit: Int) -> AppendRefusal {
    AppendRefusal(
      status: .invalidField(
        "arrow_batch", "The append has \(rows) rows; at most \(limit) fit. Send smaller batches.",
        reason: "TOO_MANY_ROWS"))
  }

  static func malformedBatch(_ error: ArrowError) -> AppendRefusal {
    AppendRefusal(
      status: .invalidField("arrow_batch", error.description, reason: "MALFORMED_BATCH"))
  }

  static func misplacedRow(_ offset: Int64, _ covered: Range<Int64>) -> AppendRefusal {
    AppendRefusal(
      status: .invalidField(
        "unparsed_rows",
        "A row names offset \(offset); the append covers \(covered.lowerBound) to "
          + "\(covered.upperBound - 1), each once.", reason: "MISPLACED_ROW"))
  }

  static func badRows(_ rows: [RowError]) -> AppendRefusal {
    let what = rows.first.map { "offset \($0.offset), \($0.column): \($0.message)" } ?? ""
    return AppendRefusal(
      status: RPCError(
        .invalidArgument,
        "The batch has rows that do not fit (\(what)). Correct them, or open the stream with "
          + "QUARANTINE to keep them apart."
      ).reason("BAD_ROWS"), rows: rows)
  }

  static func stopped(_ rule: String, _ rows: [RowError]) -> AppendRefusal {
    let what = rows.first.map { "offset \($0.offset): \($0.message)" } ?? ""
    return AppendRefusal(
      status: RPCError(
        .failedPrecondition,
        "The rule \(rule) stops the load (\(what)). Nothing of this batch was stored: correct the "
          + "rows, or change the rule's severity."
      ).reason("STOPPED_BY_RULE", ["rule": rule]),
      rows: rows)
  }
}

extension RowError {
  init(unparsed row: UnparsedRow) {
    self.init(offset: row.offset, column: row.column, message: row.message)
  }
}
