internal import PurSightAPI
internal import PurSightJSON
internal import PurSightRPC

/// An encoded message. The first byte chooses its type.
func fuzzMessages(_ bytes: [UInt8]) {
  var input = FuzzInput(bytes)
  let type = APIDescriptors.messages[input.number() % APIDescriptors.messages.count]
  check(type, Array(input.rest))
}

private func check<Message: RPCMessage>(_ type: Message.Type, _ bytes: [UInt8]) {
  guard let message = try? Message(serialized: bytes) else { return }
  _ = try? message.validate()
  let encoded = message.serialized()
  guard let again = try? Message(serialized: encoded) else {
    preconditionFailure("\(Message.protoName) cannot read what it wrote")
  }
  precondition(again.serialized() == encoded, "\(Message.protoName) is written in two ways")
  // Text that cannot be JSON, such as a date in the year 300000, is an error and nothing worse.
  guard let text = try? ProtoJSON().text(of: message) else { return }
  precondition((try? JSONValue(parsing: Array(text.utf8))) != nil, "what was written is no JSON")
}

/// JSON text, plain and as a message. The first byte chooses the message's type.
func fuzzJSON(_ bytes: [UInt8]) {
  var input = FuzzInput(bytes)
  let type = APIDescriptors.messages[input.number() % APIDescriptors.messages.count]
  let json = Array(input.rest)
  if let value = try? JSONValue(parsing: json) {
    var writer = JSONWriter()
    writer.value(value)
    guard let again = try? JSONValue(parsing: writer.bytes) else {
      preconditionFailure("what was written is no JSON")
    }
    precondition(again == value)
  }
  let mapping = ProtoJSON()
  guard let message = try? mapping.encodedMessage(json, type: type.protoName),
    let text = try? mapping.text(of: message, type: type.protoName)
  else { return }
  guard let again = try? mapping.encodedMessage(Array(text.utf8), type: type.protoName) else {
    preconditionFailure("\(type.protoName) cannot read its own JSON")
  }
  precondition((try? mapping.text(of: again, type: type.protoName)) == text)
}
