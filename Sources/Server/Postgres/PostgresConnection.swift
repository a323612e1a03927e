package import PurSightNet

/// A connection of one's own, without transaction or scope: for migrations, advisory locks and
/// looking at the server. Used by one task at a time. Closed when it is dropped; of no more use
/// after a deadline or a cancellation.
package final class PostgresConnection: Sendable {
  private let lease: ConnectionLease

  init(_ connection: ExclusiveConnection) {
    lease = ConnectionLease(connection: connection, generation: 0)
  }

  deinit {
    let connection = lease.connection
    connection.loop.perform { connection.close() }
  }

  /// Opens a connection.
  ///
  /// - Throws: `unavailable` with what the server or the way to it said.
  package static func connect(
    _ configuration: PostgresConfiguration, on loop: EventLoop
  ) async throws(PostgresError) -> PostgresConnection {
    try await connect(
      configuration, on: loop, metrics: PostgresMetrics(nil), cancels: CancelLoop())
  }

  static func connect(
    _ configuration: PostgresConfiguration, on loop: EventLoop, metrics: PostgresMetrics,
    cancels: CancelLoop
  ) async throws(PostgresError) -> PostgresConnection {
    let outcome: Result<ExclusiveConnection, PostgresError> =
      unsafe await withUnsafeContinuation { continuation in
        let completion = unsafe SendableBox(Completion(continuation))
        loop.perform {
          do throws(PostgresError) {
            let connection = try ExclusiveConnection(
              configuration, on: loop, metrics: metrics, cancels: cancels, pool: nil)
            connection.waitingForReady = completion.value
            connection.selfWhileConnecting = connection
          } catch {
            completion.value.fail(error)
          }
        }
      }
    return PostgresConnection(try outcome.get())
  }

  /// Executes a statement, which is committed by itself.
  package func query(
    _ sql: SQL, deadline: ContinuousClock.Instant? = nil
  ) async throws(PostgresError) -> PostgresRows {
    try await pipeline([sql], deadline: deadline)[0]
  }

  /// Executes statements in one round trip; together they are one transaction.
  package func pipeline(
    _ statements: [SQL], deadline: ContinuousClock.Instant? = nil
  ) async throws(PostgresError) -> [PostgresRows] {
    try await lease.run(deadline: loopDeadline(deadline)) { connection, ticket, completion in
      connection.execute(statements, commits: false, ticket, completion)
    }
  }

  /// Executes a script of several statements, our own text; without a BEGIN in it they are one
  /// transaction.
  package func execute(
    script: String, deadline: ContinuousClock.Instant? = nil
  ) async throws(PostgresError) {
    _ = try await lease.run(deadline: loopDeadline(deadline)) {
      connection, ticket, completion in
      connection.runScript(script, ticket, completion)
    }
  }

  /// Begins a `COPY … FROM STDIN`, which is committed by itself.
  package func copyIn(_ sql: String) async throws(PostgresError) -> PostgresCopyWriter {
    try await PostgresCopyWriter.begin(sql, on: lease)
  }

  /// Begins a `COPY … TO STDOUT`, whose rows PostgreSQL sends as they are asked for.
  package func copyOut(_ sql: String) async throws(PostgresError) -> PostgresCopyReader {
    try await PostgresCopyReader.begin(sql, on: lease)
  }

  /// Executes a statement whose rows are sent as they are asked for.
  package func stream(_ sql: SQL) async throws(PostgresError) -> PostgresRowStream {
    try await PostgresRowStream.begin(sql, on: lease)
  }
}
