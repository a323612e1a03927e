package import PurSightCrypto

/// What one audit event says for ever: the content whose encoded bytes the log's leaf hash covers.
///
/// The bytes of `encoded()` are stored and hashed as they are; nobody encodes an event a second
/// time to verify it. `docs/audit-leaf.md` is the layout. Personal values belong into `sealed` or
/// a sealed change: erasing their key makes them unreadable and leaves every proof valid.
package struct AuditLeaf: Hashable, Sendable {
  /// The layout's version, the first byte.
  package static let version: UInt8 = 1
  /// The longest leaf, in bytes: what the entry bundles of C2SP tlog-tiles can carry.
  package static let maxBytes = 65_535
  /// The longest text other than a value or reason, in bytes.
  package static let maxTextBytes = 1024
  /// The longest value or reason, in bytes; larger images enter as a digest.
  package static let maxValueBytes = 16_384
  /// The most resources, the most changes and the most sealed fields of one event.
  package static let maxItems = 256

  /// The event's identity, a UUID of version 7.
  package var eventID: UUID
  /// The project that the event belongs to.
  package var project: String
  /// When it happened, in microseconds since 1970, by the clock of the server.
  package var time: Int64
  /// Who did it.
  package var actor: AuditActor
  /// Where it came from.
  package var source: AuditSource
  /// What was called.
  package var call: AuditCall
  /// What kind of act it was.
  package var activity: AuditActivity
  /// What it touched, in the order of the caller.
  package var resources: [AuditResource]
  /// What was different afterwards, field by field.
  package var changes: [AuditChange]
  /// The gRPC status code of the answer, 0 for OK.
  package var outcome: UInt32
  /// Why it was allowed or refused.
  package var decision: AuditDecision?
  /// What the caller gave as reason; empty when none.
  package var reason: String
  /// Personal values by name, such as `source.address`, each under its subject's key.
  package var sealed: [AuditSealedField]

  /// Makes the content of a leaf; limits are checked by `encoded()`.
  package init(
    eventID: UUID, project: String, time: Int64, actor: AuditActor,
    source: AuditSource = AuditSource(), call: AuditCall, activity: AuditActivity,
    resources: [AuditResource] = [], changes: [AuditChange] = [], outcome: UInt32 = 0,
    decision: AuditDecision? = nil, reason: String = "", sealed: [AuditSealedField] = []
  ) {
    self.eventID = eventID
    self.project = project
    self.time = time
    self.actor = actor
    self.source = source
    self.call = call
    self.activity = activity
    self.resources = resources
    self.changes = changes
    self.outcome = outcome
    self.decision = decision
    self.reason = reason
    self.sealed = sealed
  }
}
