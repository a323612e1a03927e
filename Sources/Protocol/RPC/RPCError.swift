/// How a call ended when it did not end well: a gRPC status with its details.
///
/// The message says what happened, to which name, and what to do; it carries no internals.
public struct RPCError: Error, Sendable {
  /// A `google.protobuf.Any`: the message's full name and its encoded bytes.
  public struct Detail: Hashable, Sendable {
    /// Full protobuf name, such as `google.rpc.ErrorInfo`.
    public var typeName: String
    /// The encoded message.
    public var value: [UInt8]

    /// A detail of an encoded message.
    public init(typeName: String, value: [UInt8]) {
      self.typeName = typeName
      self.value = value
    }
  }

  /// What kind of end it was.
  public var code: RPCCode
  /// What happened, to which name, and what to do.
  public var message: String
  /// What travels in `grpc-status-details-bin`, in order.
  public var details: [Detail]
  /// Trailing metadata that came with, or is to go with, the status.
  public var trailers: Metadata

  /// An error of these parts.
  public init(
    _ code: RPCCode, _ message: String, details: [Detail] = [], trailers: Metadata = Metadata()
  ) {
    self.code = code
    self.message = message
    self.details = details
    self.trailers = trailers
  }
}

extension RPCError: CustomStringConvertible {
  /// Code and message.
  public var description: String { "\(code): \(message)" }
}
