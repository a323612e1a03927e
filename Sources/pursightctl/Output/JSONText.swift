internal import PurSightClient
internal import PurSightJSON

/// Messages as proto3 JSON.
enum JSONText {
  private static let mapping = ProtoJSON()

  /// On one line.
  static func compact(_ message: some RPCMessage) throws -> String {
    try mapping.text(of: message)
  }

  /// A line per element.
  static func indented(_ message: some RPCMessage) throws -> String {
    var options = ProtoJSON.Options()
    options.isIndented = true
    return try mapping.text(of: message, options)
  }

  /// As a value, to be changed or compared.
  static func value(_ message: some RPCMessage) throws -> JSONValue {
    try JSONValue(parsing: Array(compact(message).utf8))
  }

  /// A value as text.
  static func text(_ value: JSONValue, _ layout: JSONWriter.Layout = .compact) -> String {
    var writer = JSONWriter(layout)
    writer.value(value)
    return writer.string
  }

  /// A message of a value.
  static func message<Message: RPCMessage>(
    _ value: JSONValue, as type: Message.Type = Message.self
  ) throws -> Message {
    try mapping.message(Array(text(value).utf8))
  }
}

extension JSONValue {
  /// An object of the members that have a value.
  static func record(_ members: [(String, JSONValue?)]) -> JSONValue {
    .object(members.compactMap { key, value in value.map { Member(key, $0) } })
  }

  static func integer(_ value: some BinaryInteger) -> JSONValue {
    .number(JSONNumber(text: "\(value)"))
  }

  /// A 64-bit integer as proto3 JSON has it: a string.
  static func long(_ value: Int64) -> JSONValue { .string("\(value)") }

  static func double(_ value: Double) -> JSONValue {
    var writer = JSONWriter(.compact)
    writer.double(value)
    let text = writer.string
    return text.hasPrefix("\"") ? .string("\(value)") : .number(JSONNumber(text: text))
  }

  /// The members of an object; none for anything else.
  var members: [Member] {
    if case .object(let members) = self { members } else { [] }
  }

  /// The text of a string; nil for anything else.
  var stringValue: String? {
    if case .string(let text) = self { text } else { nil }
  }
}
