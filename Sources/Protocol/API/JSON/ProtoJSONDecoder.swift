internal import PurSightJSON
internal import PurSightRPC

/// Encodes a message from JSON.
///
/// Depth is bounded by the reader's limits.
struct ProtoJSONDecoder {
  private let schema: ProtoSchema
  private let json: [UInt8]
  private var reader: JSONReader
  /// Where the value stands that is being read; only a fault makes a text of it. A step is taken
  /// back when its value was right, so that after a fault this is where it was.
  private var trail: [Step] = []

  /// One step from a message to a value in it.
  private enum Step {
    case field(String)
    case index(Int)
    case key(String)
  }

  init(_ schema: ProtoSchema, _ json: [UInt8]) throws(JSONError) {
    self.schema = schema
    self.json = json
    reader = try JSONReader(json)
  }

  mutating func decode(type: String) throws(JSONError) -> [UInt8] {
    let bytes = try message(reader.require(), type: type)
    try reader.finish()
    return bytes
  }

  /// Where a fault is, for its message: `spec.columns[2].name`.
  var place: String { path.isEmpty ? "the message" : path }

  /// The same, empty for the message itself.
  var path: String {
    var text = ""
    for step in trail {
      switch step {
      case .field(let name): text += text.isEmpty ? name : "." + name
      case .index(let index): text += "[\(index)]"
      case .key(let key): text += "[\"\(shown(key))\"]"
      }
    }
    return text
  }

  /// A text of the caller's in a message: not all of it, because it may be megabytes long.
  func shown(_ text: String) -> String {
    let beginning = text.prefix(64)
    return beginning.endIndex == text.endIndex ? text : beginning + "…"
  }

  func fault(_ reason: String) -> JSONError {
    JSONError(.unexpected, reason, at: reader.offset)
  }

  // MARK: Messages

  private mutating func message(
    _ token: JSONToken, type: String
  ) throws(JSONError) -> [UInt8] {
    switch WellKnownType(rawValue: type) {
    case .timestamp:
      guard let value = Timestamp(text: try string(token)) else {
        throw fault("expected a timestamp such as \"2026-01-31T12:00:00Z\" for \(place)")
      }
      return value.serialized()
    case .duration:
      guard let value = ProtoDuration(text: try string(token)) else {
        throw fault("expected a duration such as \"1.5s\" for \(place)")
      }
      return value.serialized()
    case .fieldMask:
      let text = try string(token)
      let paths = text.split(separator: ",").map { FieldMask.protoPath(String($0)) }
      return FieldMask(paths: paths).serialized()
    case .any: return try any(token)
    case nil: break
    }
    guard let message = schema.messages[type] else { throw fault("there is no type \(type)") }
    guard token == .beginObject else {
      let owner = path.isEmpty ? type : "\(type) of \(path)"
      throw fault("expected an object for \(owner), found \(token.name)")
    }
    var bytes: [UInt8] = []
    var oneofs: [Int: String] = [:]
    var seen: Set<UInt32> = []
    while case .key(let key) = try reader.require() {
      try member(key, message, &oneofs, &seen, &bytes)
    }
    return bytes
  }

  private mutating func member(
    _ key: String, _ message: MessageSchema, _ oneofs: inout [Int: String],
    _ seen: inout Set<UInt32>, _ bytes: inout [UInt8]
  ) throws(JSONError) {
    guard let index = message.byName[key] else {
      trail.append(.field(shown(key)))
      throw fault("unknown field \"\(shown(key))\" in \(message.name)")
    }
    let field = message.fields[index]
    guard seen.insert(field.number).inserted else {
      throw JSONError(
        .duplicateKey, "the field \(field.name) comes twice, by both of its names",
        at: reader.offset)
    }
    let token = try reader.require()
    if token == .null { return }
    trail.append(.field(field.name))
    if let oneof = field.oneof {
      if let other = oneofs[oneof] {
        throw fault("\"\(key)\" and \"\(other)\" exclude each other")
      }
      oneofs[oneof] = key
    }
    if field.isRepeated {
      if let entry = schema.messages[field.typeName], entry.isMapEntry {
        try map(token, field, entry, &bytes)
      } else {
        try list(token, field, &bytes)
      }
    } else {
      try value(token, field, &bytes)
    }
    trail.removeLast()
  }

  private mutating func list(
    _ token: JSONToken, _ field: FieldSchema, _ bytes: inout [UInt8]
  ) throws(JSONError) {
    guard token == .beginArray else {
      throw fault("expected an array for \(path), found \(token.name)")
    }
    trail.append(.index(0))
    var index = 0
    while true {
      let element = try reader.require()
      if element == .endArray { break }
      trail[trail.count - 1] = .index(index)
      index += 1
      guard element != .null else { throw fault("\(path) is null") }
      try value(element, field, &bytes)
    }
    trail.removeLast()
  }

  private mutating func map(
    _ token: JSONToken, _ field: FieldSchema, _ entry: MessageSchema, _ bytes: inout [UInt8]
  ) throws(JSONError) {
    guard token == .beginObject, entry.fields.count == 2 else {
      throw fault("expected an object for \(path), found \(token.name)")
    }
    trail.append(.key(""))
    while case .key(let key) = try reader.require() {
      trail[trail.count - 1] = .key(key)
      var content: [UInt8] = []
      try mapKey(key, entry.fields[0], &content)
      let element = try reader.require()
      guard element != .null else { throw fault("\(path) is null") }
      try value(element, entry.fields[1], &content)
      append(content, field.number, to: &bytes)
    }
    trail.removeLast()
  }

  private func mapKey(
    _ key: String, _ field: FieldSchema, _ bytes: inout [UInt8]
  ) throws(JSONError) {
    switch field.kind {
    case .string: append(Array(key.utf8), field.number, to: &bytes)
    case .bool:
      guard key == "true" || key == "false" else { throw fault("expected the key true or false") }
      appendVarint(UInt64(field.number) << 3, to: &bytes)
      appendVarint(key == "true" ? 1 : 0, to: &bytes)
    default: try number(.string(key), field, &bytes)
    }
  }

  // MARK: Values

  private mutating func value(
    _ token: JSONToken, _ field: FieldSchema, _ bytes: inout [UInt8]
  ) throws(JSONError) {
    switch field.kind {
    case .string: append(Array(try string(token).utf8), field.number, to: &bytes)
    case .bytes:
      guard let content = Base64.decode(try string(token)) else {
        throw fault("\(path) is not base64")
      }
      append(content, field.number, to: &bytes)
    case .bool:
      guard case .bool(let value) = token else {
        throw fault("expected true or false for \(path), found \(token.name)")
      }
      appendVarint(UInt64(field.number) << 3, to: &bytes)
      appendVarint(value ? 1 : 0, to: &bytes)
    case .enumeration: try enumeration(token, field, &bytes)
    case .message: append(try message(token, type: field.typeName), field.number, to: &bytes)
    case .group: throw fault("\(path) is a group, which proto3 does not know")
    default: try number(token, field, &bytes)
    }
  }

  private func string(_ token: JSONToken) throws(JSONError) -> String {
    guard case .string(let text) = token else {
      throw fault("expected a string for \(place), found \(token.name)")
    }
    return text
  }

  private func append(_ content: [UInt8], _ number: UInt32, to bytes: inout [UInt8]) {
    appendVarint(UInt64(number) << 3 | 2, to: &bytes)
    appendVarint(UInt64(content.count), to: &bytes)
    bytes += content
  }

  private func enumeration(
    _ token: JSONToken, _ field: FieldSchema, _ bytes: inout [UInt8]
  ) throws(JSONError) {
    let values = schema.enums[field.typeName]?.values ?? []
    let number: Int32
    switch token {
    case .string(let name):
      guard let value = values.first(where: { $0.name == name }) else {
        let names = values.map(\.name).joined(separator: ", ")
        throw fault("unknown enum value \"\(shown(name))\" for \(path); one of \(names)")
      }
      number = value.number
    case .number(let value):
      guard let value = value.integer(as: Int32.self) else {
        throw fault("\(value.text) is no number of an enum for \(path)")
      }
      number = value
    default: throw fault("expected the name of a value for \(path), found \(token.name)")
    }
    appendVarint(UInt64(field.number) << 3, to: &bytes)
    appendVarint(UInt64(bitPattern: Int64(number)), to: &bytes)
  }

  // MARK: Any

  /// `{"@type": URL, …fields}`, or `{"@type": URL, "value": …}` for what has a JSON form of its
  /// own.
  private mutating func any(_ token: JSONToken) throws(JSONError) -> [UInt8] {
    guard token == .beginObject else { throw fault("expected an object, found \(token.name)") }
    guard case .key(let key) = try reader.require() else { return [] }
    guard key == "@type" else { throw fault("expected the key \"@type\" first") }
    let url = try string(reader.require())
    let type = ProtoAny(typeURL: url, value: []).typeName
    guard let message = schema.messages[type] else { throw fault("there is no type \(type)") }
    var content: [UInt8] = []
    var oneofs: [Int: String] = [:]
    var seen: Set<UInt32> = []
    while case .key(let key) = try reader.require() {
      if WellKnownType(rawValue: type) != nil {
        guard key == "value" else { throw fault("expected the key \"value\"") }
        content = try self.message(reader.require(), type: type)
      } else {
        try member(key, message, &oneofs, &seen, &content)
      }
    }
    return ProtoAny(typeURL: url, value: content).serialized()
  }
}
