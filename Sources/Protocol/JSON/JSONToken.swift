/// One step of a JSON text.
package enum JSONToken: Equatable, Sendable {
  case beginObject
  case endObject
  case beginArray
  case endArray
  /// The key of the value that follows.
  case key(String)
  case string(String)
  case number(JSONNumber)
  case bool(Bool)
  case null
}

extension JSONToken {
  /// What it is, to end "expected …, found" with.
  package var name: String {
    switch self {
    case .beginObject: "an object"
    case .endObject: "the end of an object"
    case .beginArray: "an array"
    case .endArray: "the end of an array"
    case .key(let key): "the key \"\(key)\""
    case .string: "a string"
    case .number: "a number"
    case .bool: "true or false"
    case .null: "null"
    }
  }
}

/// A number as its text has it, so that no digit is lost before somebody says which type it has.
package struct JSONNumber: Equatable, Sendable {
  /// By the grammar of RFC 8259 §6.
  package let text: String

  package init(text: String) { self.text = text }

  /// The number as a double; infinite where its magnitude is too large.
  package var double: Double { Double(text) ?? .nan }

  /// The number as an integer of any width; nil where it has a fraction or does not fit.
  ///
  /// `1e3` and `1.0` are integers too.
  package func integer<Integer: FixedWidthInteger>(as type: Integer.Type = Integer.self) -> Integer?
  {
    if let value = Integer(text) { return value }
    guard text.utf8.contains(where: { $0 == 0x2e || $0 | 0x20 == 0x65 }) else { return nil }
    return Integer(exactly: double)
  }
}
