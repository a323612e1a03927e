internal import PurSightCrypto
internal import PurSightGovernance
internal import PurSightPostgres

extension Storage {
  /// How often a flush is tried that the database gave up for another's sake (deadlock).
  static let maxCommitAttempts = 3

  /// Writes the whole unit in one transaction and one round trip, or nothing of it.
  ///
  /// A unit with a request key that was answered before writes nothing: the commit carries the
  /// first answer.
  /// - Throws: `unaudited` for a unit that neither an audit event nor an open load covers;
  ///   `guardFailed` when what it was decided on has changed; `requestReused`; and what the
  ///   database says.
  package func commit(_ unit: consuming UnitOfWork) async throws(StorageError) -> Commit {
    let unit = unit
    guard unit.isAudited else {
      throw StorageError(
        .unaudited, "\(unit.actor.method) would change something without an audit event.")
    }
    let leaves = try await encodedLeaves(of: unit)
    let flush = try Flush(unit, leaves: leaves)
    let results: [PostgresRows]
    do throws(PostgresError) {
      results = try await write(flush, of: unit)
    } catch {
      if let key = unit.requestKey, error.isUniqueViolation, error.constraint == Flush.answerKey,
        let answer = try await answer(to: key, unit.scope, unit.actor)
      {
        return Commit(eventID: nil, replayedAnswer: answer)
      }
      throw StorageError(error)
    }
    return Commit(
      eventID: unit.validateOnly || unit.events.isEmpty ? nil : unit.eventID.description,
      results: Array(results[flush.unitStatements]))
  }

  private func write(
    _ flush: Flush, of unit: UnitOfWork
  ) async throws(PostgresError) -> [PostgresRows] {
    let scope = PostgresScope.project(unit.scope.project)
    let options = PostgresTransactionOptions(deadline: unit.deadline)
    if unit.validateOnly {
      let transaction = try await database.begin(scope, options)
      do throws(PostgresError) {
        let results = try await transaction.pipeline(flush.statements)
        transaction.rollback()
        return results
      } catch {
        transaction.rollback()
        throw error
      }
    }
    var attempt = 1
    while true {
      do throws(PostgresError) {
        return try await database.execute(scope, flush.statements, options)
      } catch {
        guard error.code == .server, error.isRetryable, attempt < Self.maxCommitAttempts else {
          throw error
        }
        attempt += 1
      }
    }
  }
}
