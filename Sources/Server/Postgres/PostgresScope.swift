/// Whose rows a transaction sees: what its first statement tells row-level security.
///
/// The setting is local to the transaction, so that nothing of it is left on a connection.
package enum PostgresScope: Hashable, Sendable {
  /// Nobody's: policies that ask for a project hide every row.
  case none
  /// The rows of one project, by its number.
  case project(Int32)
  /// Everybody's: for what runs for the whole database, never for a caller.
  case system

  /// Sets `pursight.project`, `pursight.system` and the time limit until the transaction's end.
  private static let statement = PostgresStatement(
    """
    SELECT set_config('pursight.project', $1, true), set_config('pursight.system', $2, true), \
    set_config('statement_timeout', $3, true)
    """)

  /// Returns the first statement of a transaction.
  ///
  /// - Parameter limitMilliseconds: How long each further statement may take; 0 for no limit.
  func sql(limitMilliseconds: Int) -> SQL {
    let project: String
    if case .project(let number) = self { project = String(number) } else { project = "" }
    return Self.statement(
      .text(project), .text(self == .system ? "on" : ""), .text(String(limitMilliseconds)))
  }

  /// Returns the same as text for the simple protocol.
  func script(limitMilliseconds: Int) -> String {
    let project: String
    if case .project(let number) = self { project = String(number) } else { project = "" }
    return "SELECT set_config('pursight.project', '\(project)', true), "
      + "set_config('pursight.system', '\(self == .system ? "on" : "")', true), "
      + "set_config('statement_timeout', '\(limitMilliseconds)', true)"
  }
}
