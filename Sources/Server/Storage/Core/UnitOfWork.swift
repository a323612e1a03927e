package import PurSightCrypto
package import PurSightGovernance
package import PurSightPostgres

/// One change, decided and complete: its rows, versions, audit events and first answer.
///
/// A value. Nothing happens before `Storage.commit`, which writes all of it in one transaction and
/// one round trip, or nothing. Statements run in the order in which they were added; versions and
/// events follow. Rows refer to rows of the same unit by uid.
package struct UnitOfWork: Sendable {
  /// Statements of one unit; more is a bug of ours, bulk goes into arrays.
  package static let maxStatements = 10_000

  package let scope: Scope
  package let actor: Actor
  /// Microseconds since 1970-01-01T00:00:00Z: the time of everything in the unit.
  package let time: Int64
  /// The id of the first audit event; versions carry it.
  package let eventID: UUID

  /// By what a repetition is known; nil: the caller gave no `request_id`.
  package var requestKey: RequestKey?
  /// Checks everything and writes nothing: the flush is rolled back.
  package var validateOnly = false
  /// By when the flush has to be done.
  package var deadline: ContinuousClock.Instant?

  private(set) var statements: [SQL] = []
  private(set) var versions: [ResourceVersion] = []
  private(set) var events: [AuditRecord] = []
  private(set) var coverage: LoadCoverage?

  package init(_ scope: Scope, _ actor: Actor, at time: Int64) {
    self.scope = scope
    self.actor = actor
    self.time = time
    eventID = UUID.version7(unixNanoseconds: time * 1000)
  }

  /// Adds a statement whose number of rows does not matter.
  package mutating func add(_ sql: SQL) { statements.append(sql) }

  /// Adds an INSERT, UPDATE or DELETE without RETURNING that has to change exactly one row.
  ///
  /// Any other number fails the whole unit with `guardFailed(condition)`.
  package mutating func require(_ sql: SQL, else condition: StorageGuard) {
    statements.append(
      """
      WITH changed AS (\(fragment: sql) RETURNING 1) \
      SELECT pursight_require((SELECT count(*) FROM changed) = 1, \(condition.rawValue))
      """)
  }

  /// Adds a condition, a boolean expression, that has to hold.
  package mutating func require(that condition: SQL, else name: StorageGuard) {
    statements.append("SELECT pursight_require((\(fragment: condition)), \(name.rawValue))")
  }

  /// Adds a statement whose rows the commit gives back.
  package mutating func returning(_ sql: SQL) -> ResultSlot {
    statements.append(sql)
    return ResultSlot(index: statements.count - 1)
  }

  /// Adds a version to the history of a resource.
  package mutating func record(_ version: ResourceVersion) { versions.append(version) }

  /// Adds an audit event. The first one has the id `eventID`.
  package mutating func audit(_ record: AuditRecord) { events.append(record) }

  /// Lets an open load's audit events cover the unit.
  package mutating func cover(by load: LoadCoverage) { coverage = load }

  /// Whether there is nothing to commit.
  package var isEmpty: Bool { statements.isEmpty && versions.isEmpty && events.isEmpty }

  /// Whether the unit may be committed at all.
  var isAudited: Bool { !events.isEmpty || coverage != nil }
}

/// Where a statement's rows are found in the `Commit`.
package struct ResultSlot: Hashable, Sendable {
  let index: Int
}
