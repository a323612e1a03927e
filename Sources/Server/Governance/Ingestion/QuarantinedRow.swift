/// A row that was kept apart, with the reason.
package struct QuarantinedRow: Hashable, Sendable {
  /// Words for reasons, beside those that a writer gives for rows that it could not parse.
  package enum Reason {
    package static let rule = "RULE"
    package static let schema = "SCHEMA"
  }

  package static let maxBodyBytes = 64 << 10
  package static let maxValueBytes = 4 << 10
  package static let maxMessageBytes = 4 << 10

  /// Offset in its write stream.
  package var offset: Int64
  /// Empty: it did not parse or did not fit the schema.
  package var ruleID: String
  /// Empty: the row as a whole.
  package var column: String
  /// Nil: null.
  package var value: String?
  package var reason: String
  package var message: String
  /// From 1; 0: not known.
  package var line: Int64
  /// The row as JSON, or its raw bytes when it did not parse.
  package var body: [UInt8]

  package init(
    offset: Int64, ruleID: String, column: String, value: String?, reason: String,
    message: String, line: Int64, body: [UInt8]
  ) {
    self.offset = offset
    self.ruleID = ruleID
    self.column = column
    self.value = value
    self.reason = reason
    self.message = message
    self.line = line
    self.body = body
  }
}
