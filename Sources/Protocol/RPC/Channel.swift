/// How a client calls: a transport's connections, or handlers in the same process.
public protocol Channel: Sendable {
  /// One request message, one response message.
  func unary(
    _ method: MethodInfo, _ request: [UInt8], _ options: CallOptions
  ) async throws(RPCError) -> UnaryResponse

  /// Opens a call of any kind. Returns as soon as the call has a stream; its answers come later.
  func open(_ method: MethodInfo, _ options: CallOptions) async throws(RPCError) -> any ClientCall
}

/// What came back from a unary call.
public struct UnaryResponse: Sendable {
  /// The encoded response.
  public var message: [UInt8]
  /// Came before the message.
  public var initialMetadata: Metadata
  /// Came with the status.
  public var trailers: Metadata

  /// A response of these parts.
  public init(message: [UInt8], initialMetadata: Metadata, trailers: Metadata) {
    self.message = message
    self.initialMetadata = initialMetadata
    self.trailers = trailers
  }
}

/// One open call, from the client's side. Safe to use from any task: one may write while another
/// reads.
public protocol ClientCall: AnyObject, Sendable {
  /// Sends one message; suspends while the server does not keep up.
  ///
  /// - Parameter isCompressed: Whether to compress it, on a call whose options say so; on any other
  ///   call messages go as they are.
  func send(_ message: [UInt8], isCompressed: Bool) async throws(RPCError)
  /// Says that no more messages follow.
  func finishSending() async throws(RPCError)
  /// The next message; nil when the call has ended with OK. Any other end is thrown.
  func receive() async throws(RPCError) -> [UInt8]?
  /// Ends the call now (RST_STREAM CANCEL). Has no effect on one that has ended.
  func cancel()
  /// Metadata that came before the first message; waits for it.
  func initialMetadata() async throws(RPCError) -> Metadata
  /// Metadata that came with the status; empty before the end.
  var trailers: Metadata { get }
  /// Whether the message that `receive` gave last came compressed. For the one who receives.
  var lastMessageWasCompressed: Bool { get }
}

extension ClientCall {
  /// Sends one message; suspends while the server does not keep up.
  public func send(_ message: [UInt8]) async throws(RPCError) {
    try await send(message, isCompressed: true)
  }
}

/// What a caller can say about one call.
public struct CallOptions: Sendable {
  /// How long the call may take; nil: the method's default.
  public var timeout: Duration?
  /// Sent with the request.
  public var metadata = Metadata()
  /// Waits for a connection until the deadline instead of failing at once when there is none.
  public var waitForReady = false
  /// Compresses outgoing messages with gzip.
  public var compressesMessages = false

  /// Options; what is left out is as usual.
  public init(
    timeout: Duration? = nil, metadata: Metadata = Metadata(), waitForReady: Bool = false,
    compressesMessages: Bool = false
  ) {
    self.timeout = timeout
    self.metadata = metadata
    self.waitForReady = waitForReady
    self.compressesMessages = compressesMessages
  }
}
