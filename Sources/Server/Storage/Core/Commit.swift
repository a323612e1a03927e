package import PurSightPostgres

/// What came of a unit of work.
package struct Commit: Sendable {
  /// The first audit event's id in its 36-character form; nil for a unit that a load covers, for
  /// one that was only validated, and for a repeated request.
  package let eventID: String?
  /// The answer to the first request under this request id; nil: this was the first.
  package let replayedAnswer: [UInt8]?
  private let results: [PostgresRows]

  init(eventID: String?, replayedAnswer: [UInt8]? = nil, results: [PostgresRows] = []) {
    self.eventID = eventID
    self.replayedAnswer = replayedAnswer
    self.results = results
  }

  /// The rows of a statement that was added with `returning`. Empty for a repeated request.
  package func rows(_ slot: ResultSlot) -> [PostgresRow] {
    results.indices.contains(slot.index) ? Array(results[slot.index]) : []
  }
}
