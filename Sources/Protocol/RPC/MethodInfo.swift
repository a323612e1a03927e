/// What is known of one RPC from its `.proto`: generated once, shared by every call of it.
public final class MethodInfo: Sendable {
  /// Which sides of a call stream.
  public enum Kind: Sendable {
    case unary
    case clientStreaming
    case serverStreaming
    case bidirectionalStreaming
  }

  /// May a call be sent again? From the standard option `idempotency_level`.
  public enum Idempotency: Sendable {
    /// Sending twice may do it twice, unless the request carries a `request_id`.
    case unknown
    /// Changes nothing; may also be hedged.
    case noSideEffects
    /// Sending twice does it once.
    case idempotent
  }

  /// What the audit log has to hold of a call.
  public enum AuditClass: Sendable {
    case none
    case mutation
    case classifiedRead
  }

  /// Full service name, such as `pursight.v1.CatalogService`.
  public let service: String
  /// Method name, such as `GetAsset`.
  public let name: String
  /// `/<service>/<name>`, the `:path` of a request.
  public let path: String
  /// Which sides stream.
  public let kind: Kind
  /// Whether a call may be sent again.
  public let idempotency: Idempotency
  /// The permission a caller needs, such as `catalog.assets.get`; nil for foreign services.
  public let permission: String?
  /// The request field that names the resource the permission is checked on; nil: the project.
  public let resourceField: String?
  /// What the audit log has to hold of a call.
  public let audit: AuditClass
  /// How recently and strongly the caller must have authenticated; empty for "as usual".
  public let stepUp: String
  /// The deadline of a call whose caller set none; nil for streams that live on.
  public let defaultDeadline: Duration?

  /// What a `.proto` says of a method.
  public init(
    service: String, name: String, kind: Kind, idempotency: Idempotency = .unknown,
    permission: String? = nil, resourceField: String? = nil, audit: AuditClass = .none,
    stepUp: String = "", defaultDeadline: Duration? = nil
  ) {
    self.service = service
    self.name = name
    self.path = "/" + service + "/" + name
    self.kind = kind
    self.idempotency = idempotency
    self.permission = permission
    self.resourceField = resourceField
    self.audit = audit
    self.stepUp = stepUp
    self.defaultDeadline = defaultDeadline
  }

  /// Whether the client may send many messages.
  public var clientStreams: Bool { kind == .clientStreaming || kind == .bidirectionalStreaming }
  /// Whether the server may send many messages.
  public var serverStreams: Bool { kind == .serverStreaming || kind == .bidirectionalStreaming }
}
