/// What PostgreSQL, the way to it, or its caller did wrong.
package struct PostgresError: Error, Sendable, CustomStringConvertible {
  /// The kind of failure.
  package enum Code: Sendable, Hashable {
    /// The server answered with an error; `sqlState` says which.
    case server
    /// Every connection is taken, and too many wait or this one waited too long.
    case busy
    /// The deadline passed. What was under way is rolled back.
    case deadlineExceeded
    /// The task was cancelled. What was under way is rolled back.
    case cancelled
    /// No connection could be made.
    case unavailable
    /// The connection broke; nothing of the transaction was committed.
    case connectionLost
    /// The connection broke while a commit was under way: it may have happened or not.
    case inDoubt
    /// A value cannot be sent: a text with a NUL, too many parameters.
    case invalidValue
    /// A column does not hold what was asked for.
    case decoding
    /// A named limit of this room was exceeded.
    case limitExceeded
    /// The database, connection or transaction was closed or finished before.
    case closed
    /// The caller used a connection in a way it does not work.
    case misuse
  }

  /// What the server said beside the message; a box, because errors are passed by value.
  private final class Report: Sendable {
    let sqlState: String
    let detail, hint, schema, table, column, constraint: String?

    init(
      sqlState: String, detail: String?, hint: String?, schema: String?, table: String?,
      column: String?, constraint: String?
    ) {
      self.sqlState = sqlState
      self.detail = detail
      self.hint = hint
      self.schema = schema
      self.table = table
      self.column = column
      self.constraint = constraint
    }
  }

  package let code: Code
  /// What happened and, where it is ours to say, what to do. Never holds values of rows.
  package let message: String
  private let report: Report?

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
    report = nil
  }

  /// Makes the error that a server's report stands for.
  init(
    code: Code = .server, sqlState: String, message: String, detail: String? = nil,
    hint: String? = nil, schema: String? = nil, table: String? = nil, column: String? = nil,
    constraint: String? = nil
  ) {
    self.code = code
    self.message = message
    report = Report(
      sqlState: sqlState, detail: detail, hint: hint, schema: schema, table: table, column: column,
      constraint: constraint)
  }

  /// The five characters of SQLSTATE (PostgreSQL manual, appendix A), when the server answered.
  package var sqlState: String? { report?.sqlState }
  /// The server's detail; may hold values of rows, so it belongs into no log.
  package var detail: String? { report?.detail }
  package var hint: String? { report?.hint }
  package var schema: String? { report?.schema }
  package var table: String? { report?.table }
  package var column: String? { report?.column }
  /// The name of the constraint or unique index that was violated.
  package var constraint: String? { report?.constraint }

  package var description: String {
    guard let sqlState else { return message }
    return "\(message) (SQLSTATE \(sqlState))"
  }
}

extension PostgresError {
  package var isUniqueViolation: Bool { sqlState == "23505" }
  package var isForeignKeyViolation: Bool { sqlState == "23503" }
  package var isCheckViolation: Bool { sqlState == "23514" }
  package var isNotNullViolation: Bool { sqlState == "23502" }
  /// Row-level security or a missing right refused the statement.
  package var isPermissionDenied: Bool { sqlState == "42501" }
  /// No space is left on the server's device.
  package var isDiskFull: Bool { sqlState == "53100" }
  /// The server ran out of memory, connections or space.
  package var isOutOfResources: Bool { sqlState?.hasPrefix("53") == true }

  /// Whether doing the same again from the start may succeed. Never for a commit in doubt.
  package var isRetryable: Bool {
    switch code {
    case .busy, .unavailable, .connectionLost: true
    // Serialization failure, deadlock, lock not available; a table that changed meanwhile.
    case .server:
      sqlState == "40001" || sqlState == "40P01" || sqlState == "55P03"
        || PostgresSession.isStale(self)
    case .deadlineExceeded, .cancelled, .inDoubt, .invalidValue, .decoding, .limitExceeded,
      .closed, .misuse:
      false
    }
  }

  /// Whether the server is ending the connection: SQLSTATE 57P01 to 57P05 and class 08.
  var endsConnection: Bool {
    guard let sqlState else { return false }
    return sqlState.hasPrefix("57P0") || sqlState.hasPrefix("08")
  }

  /// The same error under another code.
  func with(code: Code) -> PostgresError {
    PostgresError(copying: self, code: code)
  }

  private init(copying error: PostgresError, code: Code) {
    self.code = code
    message = error.message
    report = error.report
  }
}
