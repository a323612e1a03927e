public import PurSightAPI
public import PurSightRPC

/// How something ended that did not end well, and what to do about it.
public struct PurSightError: Error, Sendable {
  /// One field of a request that the server refused.
  public struct FieldViolation: Sendable, Hashable {
    /// The field's path, such as `dataset.key_columns[1]`.
    public let field: String
    /// What is wrong with it.
    public let description: String
  }

  /// Something that has to be so before the call can be made, and is not.
  public struct UnmetPrecondition: Sendable, Hashable {
    /// A word for programs.
    public let type: String
    /// What it is about.
    public let subject: String
    /// What is not as it has to be.
    public let description: String
  }

  /// The resource that the error is about.
  public struct Resource: Sendable, Hashable {
    /// Its kind, such as `pursight.v1.Asset`.
    public let type: String
    /// Its name.
    public let name: String
    /// What is the matter with it; may be empty.
    public let description: String
  }

  /// The gRPC status code.
  public let code: RPCCode
  /// What happened, to which name.
  public let message: String
  /// What to do next; nil where the message says all there is.
  public let advice: String?
  /// The stable word for programs, such as `ETAG_MISMATCH`; empty: none was given.
  public var reason = ""
  /// Whose word that is: `pursight`; empty: none was given.
  public var domain = ""
  /// What belongs to the reason, such as `permission`.
  public var metadata: [String: String] = [:]
  /// The fields that were refused.
  public var fieldViolations: [FieldViolation] = []
  /// What is not as it has to be.
  public var preconditions: [UnmetPrecondition] = []
  /// How long to wait before another attempt; nil: not said.
  public var retryDelay: Duration?
  /// The resource that the error is about; nil: not said.
  public var resource: Resource?
  /// The call's id in the server's log; nil: the call has not reached it.
  public var requestID: String?
  /// Rows of a load that are to blame; at most 100.
  public var rows: [RowError] = []

  init(_ code: RPCCode, _ message: String, reason: String = "", advice: String? = nil) {
    self.code = code
    self.message = message
    self.reason = reason
    self.advice = advice
  }
}

extension PurSightError: CustomStringConvertible {
  /// The message, what is wrong with which field, and what to do.
  public var description: String {
    var parts = [message]
    // Servers name the only field in the message already.
    if fieldViolations.count > 1 {
      parts += fieldViolations.map { "\($0.field): \($0.description)" }
    }
    for row in rows.prefix(3) {
      parts.append(
        "Row \(row.offset)\(row.column.isEmpty ? "" : ", " + row.column): \(row.message)")
    }
    if let advice { parts.append(advice) }
    if let requestID, Self.isOurs(code) { parts.append("(request \(requestID))") }
    return parts.joined(separator: " ")
  }

  /// Whether people would look the call up in the server's log.
  private static func isOurs(_ code: RPCCode) -> Bool {
    [.internal, .unknown, .dataLoss].contains(code)
  }
}

extension PurSightError {
  /// Reads the details of a status.
  init(_ error: RPCError) {
    let info = error.detail(ErrorInfo.self)
    self.init(
      error.code, error.message, reason: info?.reason ?? "",
      advice: Advice.sentence(error, info))
    domain = info?.domain ?? ""
    metadata = info?.metadata ?? [:]
    fieldViolations =
      error.detail(BadRequest.self)?.fieldViolations.map {
        FieldViolation(field: $0.field, description: $0.description)
      } ?? []
    preconditions =
      error.detail(PreconditionFailure.self)?.violations.map {
        UnmetPrecondition(type: $0.type, subject: $0.subject, description: $0.description)
      } ?? []
    retryDelay = error.retryDelay
    resource = error.detail(ResourceInfo.self).map {
      Resource(type: $0.resourceType, name: $0.resourceName, description: $0.description)
    }
    requestID =
      error.detail(RequestInfo.self)?.requestID ?? error.trailers["x-request-id"]
  }

  /// Any error as one of ours.
  init(any error: any Error) {
    switch error {
    case let error as PurSightError: self = error
    case let error as RPCError: self.init(error)
    case is CancellationError: self.init(.cancelled, "The task was cancelled.")
    default: self.init(.unknown, "\(error)")
    }
  }
}

extension RPCError {
  /// What the server asks to wait: `google.rpc.RetryInfo`, or `grpc-retry-pushback-ms` (gRFC A6).
  var retryDelay: Duration? {
    if let delay = detail(RetryInfo.self)?.retryDelay {
      return .seconds(delay.seconds) + .nanoseconds(Int64(delay.nanos))
    }
    guard let text = trailers["grpc-retry-pushback-ms"], let value = Int64(text), value >= 0 else {
      return nil
    }
    return .milliseconds(value)
  }
}
