public import PurSightRPC

extension ProtoAny {
  private static let urlPrefix = "type.googleapis.com/"

  /// Packs a message.
  public init<Message: RPCMessage>(_ message: Message) {
    self.init(typeURL: Self.urlPrefix + Message.protoName, value: message.serialized())
  }

  /// Full name of the packed message's type: what follows the last slash.
  public var typeName: String {
    typeURL.lastIndex(of: "/").map { String(typeURL[typeURL.index(after: $0)...]) } ?? typeURL
  }

  /// The packed message; nil where it is of another type.
  public func unpacked<Message: RPCMessage>(
    as type: Message.Type = Message.self
  ) throws(RPCError) -> Message? {
    guard typeName == Message.protoName else { return nil }
    return try Message(serialized: value)
  }
}

extension RPCError.Detail {
  /// A detail that holds `message`.
  public init<Message: RPCMessage>(_ message: Message) {
    self.init(typeName: Message.protoName, value: message.serialized())
  }

  /// The message it holds; nil where it is of another type or malformed.
  public func message<Message: RPCMessage>(as type: Message.Type = Message.self) -> Message? {
    guard typeName == Message.protoName else { return nil }
    return try? Message(serialized: value)
  }
}

extension RPCError {
  /// The first detail of a type.
  public func detail<Message: RPCMessage>(_ type: Message.Type = Message.self) -> Message? {
    details.lazy.compactMap { $0.message(as: type) }.first
  }
}
