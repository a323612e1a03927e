/// What an operation that did not come to its end is told.
extension ExclusiveConnection {
  static let cancelledError = PostgresError(
    .cancelled, "The call was cancelled; its transaction is rolled back.")
  static let deadlineError = PostgresError(
    .deadlineExceeded, "The deadline passed; the transaction is rolled back.")

  static let returnedError = PostgresError(
    .closed, "The transaction was committed or rolled back before.")

  static func doubtError(_ cause: String) -> PostgresError {
    PostgresError(
      .inDoubt,
      "\(cause) while a commit was under way: it may "
        + "have happened. Repeat with the same request id, or read before you repeat.")
  }
}
