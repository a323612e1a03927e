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

/// Who acted, by names that identify nobody outside the deployment.
package struct AuditActor: Hashable, Sendable {
  /// What kind of principal acted; the raw values are the encoding's.
  package enum Kind: UInt8, Sendable {
    case user = 1
    case service = 2
    case system = 3
  }

  /// How the principal proved who it is.
  package struct Authentication: Hashable, Sendable {
    /// The means, such as `mtls` or `oidc`.
    package var method: String
    /// Who vouches for it: trust domain or token issuer; empty when nobody else.
    package var issuer: String
    /// The authentication context class (`acr`); empty when none.
    package var contextClass: String
    /// When the person signed in, in seconds since 1970; 0 when unknown.
    package var time: Int64

    /// Describes an authentication.
    package init(method: String, issuer: String = "", contextClass: String = "", time: Int64 = 0) {
      self.method = method
      self.issuer = issuer
      self.contextClass = contextClass
      self.time = time
    }
  }

  /// The kind of principal.
  package var kind: Kind
  /// A SPIFFE ID for services, a pseudonymous identifier for people: never a mail address.
  package var principal: String
  /// How it was authenticated; nil for the system itself.
  package var authentication: Authentication?

  /// Names an actor.
  package init(kind: Kind, principal: String, authentication: Authentication? = nil) {
    self.kind = kind
    self.principal = principal
    self.authentication = authentication
  }
}

/// Where a call came from. The network address is personal and belongs into a sealed field.
package struct AuditSource: Hashable, Sendable {
  /// The SHA-256 of the peer's certificate.
  package var certificate: SHA256Digest?
  /// The client program as it names itself; empty when unknown.
  package var userAgent: String

  /// Describes a source.
  package init(certificate: SHA256Digest? = nil, userAgent: String = "") {
    self.certificate = certificate
    self.userAgent = userAgent
  }
}

/// Which method was called, under which identities.
package struct AuditCall: Hashable, Sendable {
  /// The service, such as `pursight.v1.CatalogService`.
  package var service: String
  /// The method, such as `UpdateAsset`.
  package var method: String
  /// The caller's request id; empty when none.
  package var requestID: String
  /// The W3C traceparent; empty when none.
  package var traceParent: String

  /// Names a call.
  package init(service: String, method: String, requestID: String = "", traceParent: String = "") {
    self.service = service
    self.method = method
    self.requestID = requestID
    self.traceParent = traceParent
  }
}

/// The kind of act: the numbers of OCSF class 6003, and from 100 on our own, which are its "other".
package enum AuditActivity: UInt8, Sendable, CaseIterable {
  case create = 1
  case read = 2
  case update = 3
  case delete = 4
  case other = 99
  /// A load was opened.
  case open = 100
  /// A load was finished.
  case finish = 101
  /// A load was given up.
  case abort = 102
  /// A call was refused.
  case deny = 103
}

/// One thing that an event touched.
package struct AuditResource: Hashable, Sendable {
  /// The kind, such as `dataset`.
  package var kind: String
  /// The identifier, which survives renaming.
  package var identifier: String
  /// The version before the act; nil when there was none.
  package var versionBefore: UInt64?
  /// The version after the act; nil when there is none.
  package var versionAfter: UInt64?

  /// Names a resource.
  package init(
    kind: String, identifier: String, versionBefore: UInt64? = nil, versionAfter: UInt64? = nil
  ) {
    self.kind = kind
    self.identifier = identifier
    self.versionBefore = versionBefore
    self.versionAfter = versionAfter
  }
}

/// One field that an act changed.
package struct AuditChange: Hashable, Sendable {
  /// The field's path within the resource, such as `columns.email.tags`.
  package var path: String
  /// The value before.
  package var before: AuditValue
  /// The value after.
  package var after: AuditValue

  /// Describes a change.
  package init(path: String, before: AuditValue, after: AuditValue) {
    self.path = path
    self.before = before
    self.after = after
  }
}

/// A value in a change.
package enum AuditValue: Hashable, Sendable {
  /// There is no value on this side.
  case absent
  /// A short value that is not personal, as JSON text.
  case text(String)
  /// A large image that is stored beside the log: the SHA-256 and the length of its stored bytes.
  /// A personal image is stored encrypted and the digest is that of the ciphertext.
  case digest(SHA256Digest, byteCount: UInt64)
  /// A personal value under its subject's key.
  case sealed(AuditSealedValue)
}

/// The policy's answer.
package struct AuditDecision: Hashable, Sendable {
  /// Whether the act was allowed.
  package var isAllowed: Bool
  /// The permission that was asked for, such as `dataset.read`.
  package var permission: String
  /// The policy or role that decided; empty when none matched.
  package var policy: String
  /// That policy's version.
  package var policyVersion: UInt64

  /// Describes a decision.
  package init(isAllowed: Bool, permission: String, policy: String = "", policyVersion: UInt64 = 0)
  {
    self.isAllowed = isAllowed
    self.permission = permission
    self.policy = policy
    self.policyVersion = policyVersion
  }
}
