/// A typed slot in which interceptors leave a value for handlers, such as the principal.
public protocol ServerContextKey {
  associatedtype Value: Sendable
}

/// What a handler sees of its call, beside the messages.
///
/// Not `Sendable` on purpose: it is good on the call's own executor until the handler returns. Work
/// that leaves the executor takes values out of it first.
public struct ServerContext {
  /// For generated code and interceptors.
  public let call: any ServerCall

  /// The context of a call.
  public init(_ call: any ServerCall) { self.call = call }

  /// What the `.proto` says of the method.
  public var method: MethodInfo { call.method }
  /// Who is at the other end.
  public var peer: Peer { call.peer }
  /// By when the call has to end; nil: it may live on.
  public var deadline: Deadline? { call.deadline }
  /// All request metadata.
  public var metadata: Metadata { call.requestMetadata }

  /// One metadata value by its lower-case name.
  public func metadataValue(_ name: StaticString) -> String? { call.requestValue(name) }

  /// Adds to what is sent with the first message.
  public func addInitialMetadata(_ name: String, _ value: String) {
    call.initialMetadata.add(name, value)
  }

  /// Adds to what is sent with the status.
  public func addTrailer(_ name: String, _ value: String) { call.trailers.add(name, value) }

  /// What an interceptor has left under a key.
  public subscript<Key: ServerContextKey>(_ key: Key.Type) -> Key.Value? {
    get { call[attachment: ObjectIdentifier(key)] as? Key.Value }
    nonmutating set { call[attachment: ObjectIdentifier(key)] = newValue }
  }
}
