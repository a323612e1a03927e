/// A whole JSON text as a value; objects keep the order of their keys.
package enum JSONValue: Equatable, Sendable {
  /// A key and its value.
  package struct Member: Equatable, Sendable {
    package let key: String
    package let value: JSONValue

    package init(_ key: String, _ value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  case null
  case bool(Bool)
  case number(JSONNumber)
  case string(String)
  case array([JSONValue])
  case object([Member])

  /// Parses a text. The depth of nesting, and so the recursion here, is bounded by
  /// `limits.maxDepth`.
  package init(parsing bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) {
    var reader = try JSONReader(bytes, limits: limits)
    self = try Self.read(&reader, reader.require())
    try reader.finish()
  }

  private static func read(
    _ reader: inout JSONReader, _ token: JSONToken
  ) throws(JSONError) -> JSONValue {
    switch token {
    case .null: return .null
    case .bool(let value): return .bool(value)
    case .number(let value): return .number(value)
    case .string(let value): return .string(value)
    case .beginArray:
      var elements: [JSONValue] = []
      while true {
        let token = try reader.require()
        if token == .endArray { return .array(elements) }
        elements.append(try read(&reader, token))
      }
    case .beginObject:
      var members: [Member] = []
      while case .key(let key) = try reader.require() {
        members.append(Member(key, try read(&reader, reader.require())))
      }
      return .object(members)
    case .key, .endArray, .endObject:
      throw JSONError(.unexpected, "expected a value, found \(token.name)", at: reader.offset)
    }
  }

  /// The value of a key of an object; nil where there is none.
  package subscript(_ key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }
}
