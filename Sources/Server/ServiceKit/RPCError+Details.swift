internal import PurSightAPI
package import PurSightRPC

// The errors that several services answer in the same words, with their google.rpc details.

extension RPCError {
  /// The domain of every `google.rpc.ErrorInfo` of the product.
  package static let domain = "pursight"

  /// Adds a google.rpc message to the details.
  package func adding(_ detail: some RPCMessage) -> RPCError {
    var error = self
    error.details.append(
      Detail(typeName: type(of: detail).protoName, value: detail.serialized()))
    return error
  }

  /// Adds the `google.rpc.ErrorInfo` that programs decide on.
  package func reason(_ reason: String, _ metadata: [String: String] = [:]) -> RPCError {
    adding(ErrorInfo(reason: reason, domain: Self.domain, metadata: metadata))
  }

  /// `INVALID_ARGUMENT` for one field.
  ///
  /// - Parameter description: What is wrong and what to do; follows the field's path.
  package static func invalidField(
    _ field: String, _ description: String, reason: String = "INVALID_FIELD"
  ) -> RPCError {
    let message = field.isEmpty ? description : "\(field): \(description)"
    return RPCError(.invalidArgument, message)
      .adding(BadRequest(fieldViolations: [.init(field: field, description: description)]))
      .reason(reason)
  }

  /// `NOT_FOUND` for a resource that a caller named.
  ///
  /// - Parameters:
  ///   - type: Such as `dataset`.
  ///   - name: As the caller gave it.
  ///   - suggestion: The nearest name that there is.
  package static func notFound(
    _ type: String, _ name: String, suggestion: String? = nil
  ) -> RPCError {
    let advice = suggestion.map { "; did you mean \"\($0)\"?" } ?? "."
    return RPCError(.notFound, "There is no \(type) \"\(name.prefix(200))\"\(advice)")
      .adding(ResourceInfo(resourceType: type, resourceName: name))
      .reason("NOT_FOUND", suggestion.map { ["suggestion": $0] } ?? [:])
  }

  /// `ALREADY_EXISTS` for a resource under a name that is taken.
  package static func alreadyExists(_ type: String, _ name: String) -> RPCError {
    RPCError(
      .alreadyExists,
      "There is a \(type) \"\(name.prefix(200))\" already. Update it, or choose another name."
    )
    .adding(ResourceInfo(resourceType: type, resourceName: name))
    .reason("ALREADY_EXISTS")
  }

  /// `ABORTED` because somebody else was faster.
  package static func conflict(
    _ type: String, _ name: String, revision: Int64, expected: Int64
  ) -> RPCError {
    RPCError(
      .aborted,
      "\(type) \"\(name.prefix(200))\" is at revision \(revision), the change was made for "
        + "\(expected). Read it again and repeat the change."
    )
    .adding(ResourceInfo(resourceType: type, resourceName: name))
    .reason("REVISION_CONFLICT", ["revision": "\(revision)", "expected": "\(expected)"])
  }

  /// `FAILED_PRECONDITION`: the resource is not in the state that the call needs.
  package static func precondition(
    _ type: String, _ subject: String, _ description: String
  ) -> RPCError {
    RPCError(.failedPrecondition, description)
      .adding(
        PreconditionFailure(violations: [
          .init(type: type, subject: subject, description: description)
        ])
      )
      .reason(type)
  }

  /// Adds after how long a repetition makes sense, in milliseconds: as a detail for people's code,
  /// and as the trailer that gRPC's own retries look for (gRFC A6).
  package func retry(afterMilliseconds delay: Int64) -> RPCError {
    var error = adding(
      RetryInfo(
        retryDelay: ProtoDuration(
          seconds: delay / 1000, nanos: Int32(delay % 1000) * 1_000_000)))
    error.trailers.set("grpc-retry-pushback-ms", "\(delay)")
    return error
  }
}
