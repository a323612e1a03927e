internal import PurSightNet
internal import Synchronization

/// A transaction with a connection of its own, used by one task at a time.
///
/// BEGIN and the scope travel with the first statement; a transaction whose statements are all
/// known costs one round trip: `commit(after:)`. One that is dropped unfinished is rolled back.
package final class PostgresTransaction: Sendable {
  private let lease: ConnectionLease
  private let finished = Atomic<Bool>(false)

  init(_ lease: ConnectionLease) { self.lease = lease }

  deinit { release() }

  /// Executes a statement and returns its rows.
  ///
  /// - Throws: What the server said; from then on only `rollback` is of use.
  package func query(_ sql: SQL) async throws(PostgresError) -> PostgresRows {
    try await pipeline([sql])[0]
  }

  /// Executes statements in one round trip and returns the rows of each.
  ///
  /// The first error ends it; the statements behind it are not executed.
  package func pipeline(_ statements: [SQL]) async throws(PostgresError) -> [PostgresRows] {
    try checkOpen()
    return try await lease.run { connection, ticket, completion in
      connection.execute(statements, commits: false, ticket, completion)
    }
  }

  /// Executes statements and commits, in one round trip.
  ///
  /// - Returns: The rows of the statements given here.
  /// - Throws: `inDoubt` when the connection broke while the commit was under way. Any other error
  ///   means that nothing was committed.
  package func commit(
    after statements: [SQL] = []
  ) async throws(PostgresError) -> [PostgresRows] {
    try checkOpen()
    defer { release() }
    return try await lease.run { connection, ticket, completion in
      connection.execute(statements, commits: true, ticket, completion)
    }
  }

  /// Ends the transaction without effect. Returns at once; a second call does nothing.
  package func rollback() { release() }

  /// Begins a `COPY … FROM STDIN`.
  ///
  /// - Parameter sql: The statement, our own text: COPY takes no parameters.
  package func copyIn(_ sql: String) async throws(PostgresError) -> PostgresCopyWriter {
    try checkOpen()
    return try await PostgresCopyWriter.begin(sql, on: lease)
  }

  /// Begins a `COPY … TO STDOUT`, whose rows PostgreSQL sends as they are asked for.
  package func copyOut(_ sql: String) async throws(PostgresError) -> PostgresCopyReader {
    try checkOpen()
    return try await PostgresCopyReader.begin(sql, on: lease)
  }

  /// Executes a statement whose rows are sent as they are asked for.
  package func stream(_ sql: SQL) async throws(PostgresError) -> PostgresRowStream {
    try checkOpen()
    return try await PostgresRowStream.begin(sql, on: lease)
  }

  private func checkOpen() throws(PostgresError) {
    if finished.load(ordering: .acquiring) {
      throw ExclusiveConnection.returnedError
    }
  }

  private func release() {
    if !finished.exchange(true, ordering: .acquiringAndReleasing) { lease.giveBack() }
  }
}

/// How a transaction runs.
package struct PostgresTransactionOptions: Sendable, Hashable {
  /// What a transaction sees of others (PostgreSQL manual, section 13.2).
  package enum Isolation: Sendable, Hashable {
    case readCommitted
    case repeatableRead
    /// May fail with SQLSTATE 40001, which `isRetryable` names.
    case serializable
  }

  package var isolation: Isolation
  package var isReadOnly: Bool
  /// By when it has to end; the server is given what is left of it for each statement.
  package var deadline: ContinuousClock.Instant?

  package init(
    isolation: Isolation = .readCommitted, isReadOnly: Bool = false,
    deadline: ContinuousClock.Instant? = nil
  ) {
    self.isolation = isolation
    self.isReadOnly = isReadOnly
    self.deadline = deadline
  }

  /// The statement that begins such a transaction.
  var begin: SQL {
    let level =
      switch isolation {
      case .readCommitted: "READ COMMITTED"
      case .repeatableRead: "REPEATABLE READ"
      case .serializable: "SERIALIZABLE"
      }
    return SQL(text: "BEGIN ISOLATION LEVEL \(level) \(isReadOnly ? "READ ONLY" : "READ WRITE")")
  }
}
