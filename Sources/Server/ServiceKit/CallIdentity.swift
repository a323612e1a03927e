package import PurSightGovernance
package import PurSightRPC

/// Who calls, in which project: what authentication found out and authorization allowed.
///
/// Interceptors leave it in the call; a handler that finds none was reached around them and
/// refuses.
package struct CallIdentity: Sendable {
  /// Such as `spiffe://dev/admin`.
  package let principal: String
  /// The project of the call: `x-pursight-project`, else `default`.
  package let scope: Scope
  /// What audit events say of the caller.
  package let actor: Actor

  package init(principal: String, scope: Scope, actor: Actor) {
    self.principal = principal
    self.scope = scope
    self.actor = actor
  }
}

extension CallIdentity {
  /// Where interceptors leave it.
  package enum Key: ServerContextKey {
    package typealias Value = CallIdentity
  }
}

extension ServerContext {
  /// Who calls.
  /// - Throws: `UNAUTHENTICATED` when no interceptor has let the call through.
  package var identity: CallIdentity {
    get throws(RPCError) {
      guard let identity = self[CallIdentity.Key.self] else {
        throw RPCError(.unauthenticated, "The caller is not known. Use a client certificate.")
      }
      return identity
    }
  }

  /// The project of the call.
  package var scope: Scope {
    get throws(RPCError) { try identity.scope }
  }

  /// The project of the call, which has to be that of a resource name's.
  ///
  /// - Parameters:
  ///   - project: The project that the name says.
  ///   - field: Where the name stood.
  /// - Throws: `INVALID_ARGUMENT` when the name lies in another project: the permission was checked
  ///   on the call's.
  package func scope(
    inProject project: String, field: String
  ) throws(RPCError) -> Scope {
    let scope = try scope
    guard project == scope.slug else {
      throw RPCError.invalidField(
        field,
        "names the project \"\(project.prefix(80))\", but the call is for \"\(scope.slug)\". "
          + "Send the metadata x-pursight-project: \(project.prefix(80)).")
    }
    return scope
  }

  /// The project of the call for a request whose `parent` is `projects/{project}`.
  package func scope(ofParent parent: String, field: String = "parent") throws -> Scope {
    try scope(inProject: ResourceName.project(parsing: parent, field: field), field: field)
  }

  /// The id that names this call in logs, audit events and answers.
  package var requestID: String { self[RequestIDKey.self] ?? "" }
}

/// Where the first interceptor leaves the call's id: the caller's `x-request-id`, or one of its
/// own.
package enum RequestIDKey: ServerContextKey {
  package typealias Value = String
}
