internal import PurSightAPI
internal import PurSightArrow
internal import PurSightFormats
internal import PurSightGovernance

/// The rows of a batch that are not to be stored, each with the first reason that was found.
struct BadRows {
  private struct Finding {
    var column: Int?
    var rule: String
    var reason: String
    var message: String
  }

  private let batch: RecordBatch
  let places: RowPlaces
  private var findings: [Int: Finding] = [:]

  init(_ batch: RecordBatch, _ places: RowPlaces) {
    self.batch = batch
    self.places = places
  }

  var isEmpty: Bool { findings.isEmpty }

  /// The rows that are left; nil: all of them.
  var kept: Bitmap? {
    guard !findings.isEmpty else { return nil }
    var words = [UInt64](repeating: 0, count: (batch.rowCount + 63) / 64)
    for row in 0..<batch.rowCount where findings[row] == nil { words[row >> 6] |= 1 << (row & 63) }
    return Bitmap(words: words, count: batch.rowCount)
  }

  mutating func add(
    _ rows: Bitmap, column: Int?, rule: String, reason: String, message: String
  ) {
    for word in 0..<rows.wordCount {
      var rest = rows.word(word)
      while rest != 0 {
        let row = word * 64 + rest.trailingZeroBitCount
        rest &= rest &- 1
        if findings[row] == nil {
          findings[row] = Finding(column: column, rule: rule, reason: reason, message: message)
        }
      }
    }
  }

  mutating func add(
    _ rows: Bitmap, breaking rule: Rule, in schema: Schema, isUndecided: Bool = false
  ) {
    let column = rule.kind.columns.first.flatMap { name in
      schema.columns.firstIndex { $0.name == name }
    }
    let message =
      isUndecided
      ? "the rule \(rule.name) has no answer for this row" : "it breaks the rule \(rule.name)"
    add(
      rows, column: column, rule: rule.name, reason: QuarantinedRow.Reason.rule,
      message: message + (rule.summary.isEmpty ? "" : ": \(rule.summary)"))
  }

  /// The rows as they go to quarantine.
  func quarantined() -> [QuarantinedRow] {
    let rows = findings.keys.sorted()
    guard !rows.isEmpty else { return [] }
    let writer = JSONLinesWriter(batch.schema)
    return rows.map { row in
      var line: [UInt8] = []
      writer.append(batch.slice(row..<row + 1), to: &line)
      let finding = findings[row] ?? Finding(column: nil, rule: "", reason: "", message: "")
      return QuarantinedRow(
        offset: places.offset(ofRow: row), ruleID: finding.rule,
        column: finding.column.map { batch.schema.fields[$0].name } ?? "",
        value: finding.column.flatMap { Self.text(batch.columns[$0], row) },
        reason: finding.reason, message: finding.message, line: 0,
        body: Array(line.dropLast().prefix(QuarantinedRow.maxBodyBytes)))
    }
  }

  /// A value as text, cut at the bound of quarantine; nil for null.
  private static func text(_ column: ArrowColumn, _ row: Int) -> String? {
    guard column.isValid(row) else { return nil }
    if column.type.isText, let text = column.string(at: row) {
      return String(decoding: text.utf8.prefix(QuarantinedRow.maxValueBytes), as: UTF8.self)
    }
    if column.type == .bool { return column.bits[row] ? "true" : "false" }
    var bytes: [UInt8] = []
    ValueText.append(column, row, to: &bytes)
    return String(decoding: bytes.prefix(QuarantinedRow.maxValueBytes), as: UTF8.self)
  }

  /// The first rows, for an answer.
  func errors(_ limits: IngestionLimits) -> [RowError] {
    findings.keys.sorted().prefix(limits.maxRowErrors).map { row in
      let finding = findings[row] ?? Finding(column: nil, rule: "", reason: "", message: "")
      return RowError(
        offset: places.offset(ofRow: row),
        column: finding.column.map { batch.schema.fields[$0].name } ?? "", ruleID: finding.rule,
        message: finding.message)
    }
  }
}

extension QuarantinedRow {
  /// A row that its writer could not parse.
  init(unparsed row: UnparsedRow) {
    self.init(
      offset: row.offset, ruleID: "", column: row.column, value: nil,
      reason: row.reason.isEmpty ? "UNPARSED" : row.reason, message: row.message,
      line: row.line, body: row.raw)
  }
}
