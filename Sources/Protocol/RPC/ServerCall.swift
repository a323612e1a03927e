/// One call as its transport offers it: raw messages in, raw messages out.
///
/// Single-owner: every member is used on the executor on which the handler was started, and none
/// after the handler has returned (transports pool these objects). Handlers see it as
/// `ServerContext`, `RequestStream` and `ResponseWriter`; only generated code and interceptors come
/// this low.
public protocol ServerCall: AnyObject {
  var method: MethodInfo { get }
  var peer: Peer { get }
  var deadline: Deadline? { get }

  /// All request metadata, parsed when first asked for.
  var requestMetadata: Metadata { get }
  /// One request metadata value by lower-case name, without parsing the rest.
  func requestValue(_ name: StaticString) -> String?

  /// Sent with the first message, or with the status when there is none.
  var initialMetadata: Metadata { get set }
  /// Sent with the status.
  var trailers: Metadata { get set }
  /// What interceptors leave for handlers: see `ServerContextKey`.
  subscript(attachment key: ObjectIdentifier) -> (any Sendable)? { get set }

  /// The next request message, nil after the last one.
  ///
  /// Taking a message is what reopens the sender's window. The bytes are borrowed until the handler
  /// asks for the next one or suspends.
  nonisolated(nonsending) func nextMessage() async throws(RPCError) -> UnsafeRawBufferPointer?

  /// The next request message if it is here already; nil says nothing about the end. The request of
  /// a unary or server-streaming call always is.
  func readyMessage() throws(RPCError) -> UnsafeRawBufferPointer?

  /// Room for one outgoing message of exactly `count` bytes; the caller fills it and calls
  /// `sendMessage`.
  func reserveMessage(_ count: Int) -> UnsafeMutableRawPointer

  /// Sends what `reserveMessage` made room for, if that needs no waiting; otherwise does nothing
  /// and returns false, and `sendMessage` has to be called.
  /// - Throws: as `sendMessage`.
  func postMessage() throws(RPCError) -> Bool

  /// Sends what `reserveMessage` made room for; suspends while the receiver's window and the call's
  /// buffer are full.
  /// - Throws: `CANCELLED` or `DEADLINE_EXCEEDED` when nobody waits for it any more.
  nonisolated(nonsending) func sendMessage() async throws(RPCError)

  /// Whether the message that was taken last came compressed.
  var lastMessageWasCompressed: Bool { get }

  /// Whether outgoing messages are compressed from now on; stays false when the caller takes none
  /// that are. Has to be set before the first message to have any effect.
  var compressesMessages: Bool { get set }

  /// The response of a unary call: what `reserveMessage` made room for goes out with the status.
  func replyMessage()
}

// What a transport has that does not know the quick ways, or compression.
extension ServerCall {
  /// None is known to be there without waiting.
  public func readyMessage() throws(RPCError) -> UnsafeRawBufferPointer? { nil }
  /// It has to be waited for.
  public func postMessage() throws(RPCError) -> Bool { false }
  /// No message comes compressed.
  public var lastMessageWasCompressed: Bool { false }
  /// No message goes compressed.
  public var compressesMessages: Bool {
    get { false }
    set {}
  }
}
