/// What went wrong with Arrow data: a message that does not follow the format, a column that
/// contradicts its type, or a limit that was passed.
///
/// The message names the column where there is one and says what to do.
package struct ArrowError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kinds of failure that callers tell apart.
  package enum Code: String, Sendable {
    /// The bytes break the Arrow format.
    case malformed
    /// The bytes are well formed but use a part of Arrow that PurSight does not take.
    case unsupported
    /// A count or size is over a limit.
    case limitExceeded
    /// The columns do not fit the schema that was announced for them.
    case schemaMismatch
    /// Stored bytes do not have the checksum that was recorded for them.
    case checksumMismatch
  }

  package let code: Code
  package let message: String
  /// The name of the column at fault, where one is.
  package let column: String?

  package init(_ code: Code, _ message: String, column: String? = nil) {
    self.code = code
    self.message = message
    self.column = column
  }

  package var description: String {
    if let column { "column \"\(column)\": \(message)" } else { message }
  }

  /// Returns the same error with the column's name, when it has none yet.
  package func named(_ column: String) -> ArrowError {
    ArrowError(code, message, column: self.column ?? column)
  }
}
