internal import PurSightCrypto
internal import PurSightGovernance
internal import PurSightPostgres

/// A unit of work as the statements of one transaction.
///
/// The answer's row comes first, so that a repeated request ends there; then the guard of the
/// covering load, which serialises its batches; then the unit's own statements, versions and
/// events.
struct Flush {
  /// The constraint that a repeated request breaks.
  static let answerKey = "request_answer_pkey"

  private(set) var statements: [SQL] = []
  /// Which of the results are those of the unit's own statements.
  let unitStatements: Range<Int>

  init(_ unit: UnitOfWork, leaves: [EncodedLeaf]) throws(StorageError) {
    guard unit.statements.count <= UnitOfWork.maxStatements else {
      throw StorageError(
        .internal,
        "A unit of work has \(unit.statements.count) statements; "
          + "\(UnitOfWork.maxStatements) are allowed.")
    }
    if let key = unit.requestKey { statements += try Self.answer(key, unit) }
    if let load = unit.coverage { statements.append(Self.guardStatement(of: load)) }
    unitStatements = statements.count..<(statements.count + unit.statements.count)
    statements += unit.statements
    if !unit.versions.isEmpty { statements.append(try Self.versions(unit)) }
    if !leaves.isEmpty { statements += Self.events(leaves, unit) }
  }

  private static func answer(_ key: RequestKey, _ unit: UnitOfWork) throws(StorageError) -> [SQL] {
    let id = try PostgresUUID(uid: key.id)
    let oldest = unit.time - RequestKey.answerLifetime
    return [
      """
      DELETE FROM request_answer WHERE project_id = \(unit.scope.project) AND request_id = \(id) \
      AND at < \(time: oldest)
      """,
      """
      INSERT INTO request_answer \
      (project_id, request_id, principal, method, fingerprint, event_id, answer, at) \
      VALUES (\(unit.scope.project), \(id), \(unit.actor.principal), \(key.method), \
      \(key.fingerprint), \(PostgresUUID(unit.eventID)), \(key.answer), \(time: unit.time))
      """,
    ]
  }

  /// FOR NO KEY UPDATE: rows that refer to the load may still be written by others.
  private static func guardStatement(of load: LoadCoverage) -> SQL {
    """
    SELECT pursight_require((SELECT count(*) FROM (SELECT FROM write_stream \
    WHERE write_stream_id = \(load.writeStreamID) AND epoch = \(load.epoch) AND state = 1 \
    FOR NO KEY UPDATE) AS load) = 1, \(StorageGuard.openLoad.rawValue))
    """
  }

  private static func versions(_ unit: UnitOfWork) throws(StorageError) -> SQL {
    var uids: [PostgresUUID] = []
    for version in unit.versions { uids.append(try PostgresUUID(uid: version.uid)) }
    return """
      INSERT INTO resource_version \
      (project_id, uid, revision, kind, operation, actor, event_id, at, body) \
      SELECT \(unit.scope.project), v.uid, v.revision, v.kind, v.operation, \
      \(unit.actor.principal), \(PostgresUUID(unit.eventID)), \(time: unit.time), v.body \
      FROM unnest(\(uids), \(unit.versions.map(\.revision)), \
      \(unit.versions.map { Int32($0.kind.rawValue) }), \
      \(unit.versions.map { Int32($0.operation.rawValue) }), \(unit.versions.map(\.body))) \
      AS v (uid, revision, kind, operation, body)
      """
  }

  private static func events(_ leaves: [EncodedLeaf], _ unit: UnitOfWork) -> [SQL] {
    var statements: [SQL] = [
      """
      WITH written AS (INSERT INTO audit_event (project_id, event_id, at, actor, method, \
      activity, outcome, body) SELECT \(unit.scope.project), e.event_id, \(time: unit.time), \
      \(unit.actor.principal), \(unit.actor.method), e.activity, e.outcome, e.body \
      FROM unnest(\(leaves.map { PostgresUUID($0.eventID) }), \
      \(unit.events.map(\.activity.rawValue)), \(unit.events.map(\.outcome)), \
      \(leaves.map(\.body))) AS e (event_id, activity, outcome, body) \
      RETURNING project_id, event_id, at) \
      INSERT INTO audit_pending (project_id, event_id, at) \
      SELECT project_id, event_id, at FROM written
      """
    ]
    for leaf in leaves where !leaf.images.isEmpty {
      statements.append(
        """
        INSERT INTO audit_image (project_id, event_id, digest, body) \
        SELECT \(unit.scope.project), \(PostgresUUID(leaf.eventID)), i.digest, i.body \
        FROM unnest(\(leaf.images.map(\.digest.bytes)), \(leaf.images.map(\.body))) \
        AS i (digest, body) ON CONFLICT DO NOTHING
        """)
    }
    return statements
  }
}
