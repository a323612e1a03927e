internal import PurSightAPI
package import PurSightExpression
internal import PurSightGovernance
package import PurSightRPC
internal import PurSightStorage

/// The one table of the product: which of our errors becomes which gRPC status.
///
/// Its rows are the switches below; docs and tests read them as they are. Each row: our code, the
/// gRPC code, `ErrorInfo.reason`.
package enum ErrorTable {
  /// After how long a caller should try again when the server is short of something, in
  /// milliseconds.
  static let retryMilliseconds: Int64 = 200

  /// The status for any error that a handler threw; nil for one that nobody has foreseen.
  package static func status(for error: any Error) -> RPCError? {
    switch error {
    case let error as RPCError: error
    case let error as GovernanceError: governance(error)
    case let error as StorageError: storage(error)
    case let error as ExpressionError: status(for: error, field: "filter")
    case is CancellationError: RPCError(.cancelled, "The call was cancelled.").reason("CANCELLED")
    default: nil
    }
  }

  /// The status for an error nobody has foreseen. It says nothing of the inside.
  package static func unforeseen(requestID: String) -> RPCError {
    RPCError(
      .internal,
      "The server failed in a way that it should not. Its log says more under request id "
        + "\(requestID)."
    )
    .reason("INTERNAL")
  }

  /// The status for a value or change that Governance refused.
  private static func governance(_ error: GovernanceError) -> RPCError {
    switch error.code {
    case .invalid: .invalidField(error.field, error.message)
    case .precondition: .precondition("PRECONDITION", error.field, error.message)
    case .conflict: RPCError(.aborted, error.message).reason("CONFLICT")
    case .outOfRange: RPCError(.outOfRange, error.message).reason("OUT_OF_RANGE")
    case .alreadyExists: RPCError(.alreadyExists, error.message).reason("ALREADY_EXISTS")
    }
  }

  /// The status for an expression that does not fit.
  package static func status(for error: ExpressionError, field: String) -> RPCError {
    .invalidField(field, error.description, reason: "INVALID_EXPRESSION")
  }

  /// The status for what Storage could not do.
  private static func storage(_ error: StorageError) -> RPCError {
    switch error.code {
    case .notFound: RPCError(.notFound, error.message).reason("NOT_FOUND")
    case .alreadyExists(let constraint):
      RPCError(.alreadyExists, error.message).reason("ALREADY_EXISTS", ["constraint": constraint])
    case .guardFailed(let condition):
      RPCError(.aborted, error.message).reason("CONFLICT", ["condition": condition.rawValue])
    case .missingReference(let constraint):
      RPCError(.failedPrecondition, error.message)
        .reason("MISSING_REFERENCE", ["constraint": constraint])
    case .requestReused: .invalidField("request_id", error.message, reason: "REQUEST_ID_REUSED")
    case .invalid: RPCError(.invalidArgument, error.message).reason("INVALID_VALUE")
    case .unavailable:
      RPCError(.unavailable, error.message).reason("DATABASE_UNAVAILABLE")
        .retry(afterMilliseconds: retryMilliseconds)
    case .inDoubt: RPCError(.unavailable, error.message).reason("COMMIT_IN_DOUBT")
    case .busy:
      RPCError(.unavailable, error.message).reason("DATABASE_BUSY")
        .retry(afterMilliseconds: retryMilliseconds)
    case .deadline: RPCError(.deadlineExceeded, error.message).reason("DEADLINE")
    case .cancelled: RPCError(.cancelled, error.message).reason("CANCELLED")
    case .diskFull:
      RPCError(.resourceExhausted, error.message)
        .adding(
          QuotaFailure(violations: [.init(subject: "database", description: error.message)])
        )
        .reason("DISK_FULL")
    case .corrupt: RPCError(.dataLoss, error.message).reason("CORRUPT")
    case .unaudited, .internal: RPCError(.internal, error.message).reason("INTERNAL")
    }
  }
}
