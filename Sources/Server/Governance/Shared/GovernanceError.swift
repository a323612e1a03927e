/// Why a value is not one of ours, or a change is not allowed.
///
/// Services map it to a gRPC status: see ServiceKit's table.
package struct GovernanceError: Error, Hashable, Sendable {
  package enum Code: Hashable, Sendable {
    /// The value cannot be used; `field` says where it stood.
    case invalid
    /// The state of the resource forbids it.
    case precondition
    /// Somebody else was faster: an etag or an epoch is stale.
    case conflict
    /// A position lies behind the end.
    case outOfRange
    /// It is there already.
    case alreadyExists
  }

  package let code: Code
  /// The field's path, such as `source.owners[2]`; empty where none is to blame.
  package let field: String
  /// What happened, to which name, and what to do.
  package let message: String

  package init(_ code: Code, field: String = "", _ message: String) {
    self.code = code
    self.field = field
    self.message = message
  }
}
