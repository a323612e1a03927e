/// A gRPC status code.
///
/// A struct over its number, so that a code this build does not know survives.
/// Source: the gRPC status code table (grpc/grpc, `doc/statuscodes.md`).
public struct RPCCode: RawRepresentable, Hashable, Sendable {
  /// The number on the wire.
  public let rawValue: Int32

  /// The code of a number, known or not.
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// The call went well.
  public static let ok = RPCCode(rawValue: 0)
  /// The caller gave the call up.
  public static let cancelled = RPCCode(rawValue: 1)
  /// An error that says no more of itself.
  public static let unknown = RPCCode(rawValue: 2)
  /// The request cannot be right, whatever the state of the server.
  public static let invalidArgument = RPCCode(rawValue: 3)
  /// The deadline passed before the call ended.
  public static let deadlineExceeded = RPCCode(rawValue: 4)
  /// Something that the request names is not there.
  public static let notFound = RPCCode(rawValue: 5)
  /// Something that the request would make is there already.
  public static let alreadyExists = RPCCode(rawValue: 6)
  /// The caller may not do it.
  public static let permissionDenied = RPCCode(rawValue: 7)
  /// A quota, a limit or the disk is used up.
  public static let resourceExhausted = RPCCode(rawValue: 8)
  /// The state of what the request names forbids it.
  public static let failedPrecondition = RPCCode(rawValue: 9)
  /// Somebody else was faster; read again and repeat.
  public static let aborted = RPCCode(rawValue: 10)
  /// A position lies behind the end.
  public static let outOfRange = RPCCode(rawValue: 11)
  /// There is no such method.
  public static let unimplemented = RPCCode(rawValue: 12)
  /// Something that must never happen did.
  public static let `internal` = RPCCode(rawValue: 13)
  /// Not now; trying again is right.
  public static let unavailable = RPCCode(rawValue: 14)
  /// What is stored is damaged.
  public static let dataLoss = RPCCode(rawValue: 15)
  /// Nobody knows who the caller is.
  public static let unauthenticated = RPCCode(rawValue: 16)

  private static let names = [
    "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND",
    "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED",
    "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
  ]

  /// The code's name as the table spells it, `CODE_<n>` for one it does not hold.
  public var name: String {
    Self.names.indices.contains(Int(rawValue)) ? Self.names[Int(rawValue)] : "CODE_\(rawValue)"
  }
}

extension RPCCode: CustomStringConvertible {
  /// The code's name.
  public var description: String { name }
}
