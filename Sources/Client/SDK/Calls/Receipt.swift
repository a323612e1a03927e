/// What a mutation came back with: the resource as it is now, and the proof that it is so.
///
/// Fields of the resource can be read from the receipt itself.
@dynamicMemberLookup
public struct Receipt<Value: Sendable>: Sendable {
  /// The resource.
  public let value: Value
  /// The audit log's event, for `audit.proof(of:)`; nil where nothing was changed.
  public let auditID: String?
  /// The request id under which it was done once; empty where nothing was changed.
  public let requestID: String

  /// Fields of the resource.
  public subscript<Member>(dynamicMember path: KeyPath<Value, Member>) -> Member {
    value[keyPath: path]
  }

  func map<Other: Sendable>(_ transform: (Value) -> Other) -> Receipt<Other> {
    Receipt<Other>(value: transform(value), auditID: auditID, requestID: requestID)
  }
}

extension Receipt: Equatable where Value: Equatable {}
