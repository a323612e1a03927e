package import PurSightGovernance
package import PurSightPostgres

extension Storage {
  /// The deadline of the call that is being answered; reads that are given none end by it, and
  /// PostgreSQL ends their statement.
  @TaskLocal package static var callDeadline: ContinuousClock.Instant?

  /// Reads in a project: one statement on the tick's shared pipeline, under row-level security.
  package func read(
    _ scope: Scope, _ sql: SQL, deadline: ContinuousClock.Instant? = nil
  ) async throws(StorageError) -> PostgresRows {
    do throws(PostgresError) {
      return try await database.read(
        .project(scope.project), sql, deadline: deadline ?? Self.callDeadline)
    } catch { throw StorageError(error) }
  }

  /// Reads several things of a project in one round trip.
  package func read(
    _ scope: Scope, all statements: [SQL], deadline: ContinuousClock.Instant? = nil
  ) async throws(StorageError) -> [PostgresRows] {
    do throws(PostgresError) {
      return try await database.read(
        .project(scope.project), all: statements, deadline: deadline ?? Self.callDeadline)
    } catch { throw StorageError(error) }
  }

  /// Reads across projects: for the server's own work only, such as the sequencer's.
  package func readSystem(
    _ sql: SQL, deadline: ContinuousClock.Instant? = nil
  ) async throws(StorageError) -> PostgresRows {
    do throws(PostgresError) {
      return try await database.read(.system, sql, deadline: deadline)
    } catch { throw StorageError(error) }
  }

  /// Writes across projects what is not a change of a resource: the sequencer's leaves,
  /// housekeeping.
  ///
  /// All or nothing, in one round trip.
  @discardableResult
  package func executeSystem(
    _ statements: [SQL], deadline: ContinuousClock.Instant? = nil
  ) async throws(StorageError) -> [PostgresRows] {
    do throws(PostgresError) {
      return try await database.execute(
        .system, statements, PostgresTransactionOptions(deadline: deadline))
    } catch { throw StorageError(error) }
  }

  /// Reads a long result row by row: PostgreSQL waits for `body`, and no more than a row is held
  /// here.
  ///
  /// Takes a connection for as long as it lasts, and sees one snapshot. An error of `body` ends it.
  /// - Parameter failing: Says an error of Storage in the terms of `body`.
  package func stream<Failure: Error>(
    _ scope: Scope, _ sql: SQL, deadline: ContinuousClock.Instant? = nil,
    failing: (StorageError) -> Failure,
    _ body: (PostgresRow) async throws(Failure) -> Void
  ) async throws(Failure) {
    var options = PostgresTransactionOptions(deadline: deadline)
    options.isReadOnly = true
    try await database.withTransaction(
      .project(scope.project), options, failing: { failing(StorageError($0)) }
    ) { transaction async throws(Failure) in
      let rows: PostgresRowStream
      do throws(PostgresError) { rows = try await transaction.stream(sql) } catch {
        throw failing(StorageError(error))
      }
      while true {
        let next: PostgresRow?
        do throws(PostgresError) { next = try await rows.next() } catch {
          throw failing(StorageError(error))
        }
        guard let row = next else { return }
        do throws(Failure) { try await body(row) } catch {
          rows.cancel()
          throw error
        }
      }
    }
  }
}
