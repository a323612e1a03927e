package import PurSightGovernance
internal import PurSightPostgres

extension Storage {
  /// Rows of old answers that one round of housekeeping deletes at the most.
  static let maxPurgedAnswers: Int32 = 5_000

  /// The answer that a request got before under its request id; nil: there was none in 24 hours.
  ///
  /// Asked before anything is checked, so that a repetition gets its answer although, by what it
  /// did the first time, it would now be refused.
  /// - Throws: `requestReused` when the id was used for another request or by another principal.
  package func answer(
    to key: RequestKey, _ scope: Scope, _ actor: Actor
  ) async throws(StorageError) -> [UInt8]? {
    let id = try PostgresUUID(uid: key.id)
    let rows = try await read(
      scope,
      """
      SELECT principal, method, fingerprint, answer FROM request_answer \
      WHERE project_id = \(scope.project) AND request_id = \(id) \
      AND at >= \(time: now - RequestKey.answerLifetime)
      """)
    guard let row = rows.first else { return nil }
    let first = try decoded { () throws(PostgresError) in
      let (principal, method) = (try row.string(0), try row.string(1))
      let isSame = principal == actor.principal && method == key.method
      return (isSame: try row.bytes(2) == key.fingerprint && isSame, answer: try row.bytes(3))
    }
    guard first.isSame else {
      throw StorageError(
        .requestReused,
        "The request id \(key.id) was used for another request. Use a new one for each request.")
    }
    return first.answer
  }

  /// Deletes answers that are older than 24 hours, a bounded number of them.
  /// - Returns: How many were deleted.
  package func purgeRequestAnswers() async throws(StorageError) -> Int {
    let oldest = now - RequestKey.answerLifetime
    let rows = try await executeSystem([
      """
      DELETE FROM request_answer WHERE (project_id, request_id) IN \
      (SELECT project_id, request_id FROM request_answer WHERE at < \(time: oldest) \
      LIMIT \(Self.maxPurgedAnswers))
      """
    ])
    return rows.first?.affectedRows ?? 0
  }
}
