internal import PurSightClient
internal import PurSightJSON

/// What a load came to.
enum IngestSummary {
  /// Three lines for people.
  static func lines(_ report: IngestReport) -> [String] {
    let lost = report.rows - report.rowsStored - report.rowsQuarantined
    let stored = [
      "\(Numbers.grouped(report.rowsStored)) stored",
      "\(Numbers.grouped(report.rowsQuarantined)) in quarantine", "\(Numbers.grouped(lost)) lost",
      "revision \(report.revision)",
    ]
    return [columns(report), speed(report), stored.joined(separator: " · ")]
  }

  private static func columns(_ report: IngestReport) -> String {
    let columns = DisplayText.count(Int64(report.columns.count), "column") + " inferred"
    guard report.nullColumnCount > 0 else { return columns + "; none of them has a null" }
    let tokens = report.nullTokens.filter { !$0.isEmpty }.map { "\"\($0)\"" }
    let nulls = tokens.isEmpty ? "an empty field" : tokens.joined(separator: " or ")
    return "\(columns); \(nulls) is null in \(report.nullColumnCount) of them"
  }

  private static func speed(_ report: IngestReport) -> String {
    let rows = DisplayText.count(report.rows, "row")
    var parts = [rows, Numbers.bytes(report.bytes), Numbers.duration(report.elapsed)]
    if report.rowsSent < report.rows {
      parts[0] += ", \(Numbers.grouped(report.rowsSent)) of them now"
    }
    if report.rowsSent > 0 { parts.append("\(Numbers.rounded(report.rowsPerSecond)) rows/s") }
    return parts.joined(separator: " · ")
  }

  /// One object for programs.
  static func json(_ report: IngestReport) -> JSONValue {
    .record([
      ("dataset", .string(report.dataset.fqn)), ("writeStream", .string(report.id)),
      ("columns", .integer(report.columns.count)),
      ("nullColumns", .integer(report.nullColumnCount)), ("rows", .long(report.rows)),
      ("rowsSent", .long(report.rowsSent)), ("rowsStored", .long(report.rowsStored)),
      ("rowsQuarantined", .long(report.rowsQuarantined)), ("revision", .long(report.revision)),
      ("bytes", .long(report.bytes)), ("seconds", .double(Numbers.seconds(report.elapsed))),
      ("rowsPerSecond", .integer(Int(finite: report.rowsPerSecond))),
      ("auditId", report.auditID.map { .string($0) }),
      ("state", .string(report.writeStream.state.short)),
    ])
  }
}
