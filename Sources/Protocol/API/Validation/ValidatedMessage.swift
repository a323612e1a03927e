public import PurSightRPC

/// A message with rules on its fields. Generated from the field option `rule`.
public protocol ValidatedMessage: RPCMessage {
  /// Adds what is wrong with the message to `violations`.
  func check(_ violations: inout FieldViolations)
}

extension ValidatedMessage {
  /// Checks every rule of the message and of those inside it.
  /// - Throws: `INVALID_ARGUMENT` with a `google.rpc.BadRequest` that names each wrong field and
  ///   says what to do.
  public func validate() throws(RPCError) {
    var violations = FieldViolations()
    check(&violations)
    if let error = violations.error { throw error }
  }
}
