/// A typed slot in which interceptors leave a value for handlers, such as the principal.
public protocol ServerContextKey {
  associatedtype Value: Sendable
}

/// What a handler sees of its call, beside the messages.
///
/// Not `Sendable` on purpose: it is good on the call's own executor until the handler returns. Work that
/// leaves the executor takes values out of it first.
public struct ServerContext {
  /// For generated code and interceptors.
  public let call: any ServerCall

  public init(_ call: any ServerCall) { self.call = call }

  public var method: MethodInfo { call.method }
  public var peer: Peer { call.peer }
  public var deadline: Deadline? { call.deadline }
  public var metadata: Metadata { call.requestMetadata }

  /// One metadata value by its lower-case name.
  public func metadataValue(_ name: StaticString) -> String? { call.requestValue(name) }

  /// Adds to what is sent with the first message.
  public func addInitialMetadata(_ name: String, _ value: String) {
    call.initialMetadata.add(name, value)
  }

  /// Adds to what is sent with the status.
  public func addTrailer(_ name: String, _ value: String) { call.trailers.add(name, value) }

  public subscript<Key: ServerContextKey>(_ key: Key.Type) -> Key.Value? {
    get { call.attachments[ObjectIdentifier(key)] as? Key.Value }
    nonmutating set { call.attachments[ObjectIdentifier(key)] = newValue }
  }
}
