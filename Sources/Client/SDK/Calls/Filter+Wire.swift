internal import PurSightAPI

extension Filter {
  /// The parameters as a request carries them.
  var wireParameters: [String: Parameter] {
    parameters.mapValues { bound in
      Parameter(values: bound.values.map(\.wireValue), isList: bound.isList)
    }
  }

  /// The expression with its values written out as literals, for requests without parameters.
  var inlined: String {
    Self.substituting(text) { name in
      guard let bound = parameters[name] else { return nil }
      let literals = bound.values.map(\.literal)
      return bound.isList ? "(\(literals.joined(separator: ", ")))" : literals.first
    }
  }

  /// The number of a parameter that interpolation has named: 3 of `p3`.
  static func number(_ name: String) -> Int? {
    name.hasPrefix("p") ? Int(name.dropFirst()) : nil
  }

  /// Replaces the parameters of an expression that stand outside of quotes.
  ///
  /// - Parameter replacement: What comes for a name without its `@`; nil leaves it as it is.
  static func substituting(_ text: String, _ replacement: (String) -> String?) -> String {
    var result = ""
    var rest = Substring(text)
    var quote: Character?
    while let first = rest.popFirst() {
      if quote == nil, first == "@" {
        let name = String(rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" })
        rest = rest.dropFirst(name.count)
        result += replacement(name) ?? "@" + name
        continue
      }
      if first == quote {
        quote = nil
      } else if quote == nil, first == "'" || first == "\"" {
        quote = first
      }
      result.append(first)
    }
    return result
  }

  /// The text in quotes, those inside it doubled.
  static func quoted(_ text: String, _ quote: Character) -> String {
    var result = String(quote)
    for character in text {
      if character == quote { result.append(quote) }
      result.append(character)
    }
    result.append(quote)
    return result
  }
}

extension FilterValue {
  var wireValue: Value {
    switch self {
    case .null: Value()
    case .bool(let value): Value(kind: .boolValue(value))
    case .int(let value): Value(kind: .intValue(value))
    case .double(let value): Value(kind: .doubleValue(value))
    case .string(let value): Value(kind: .stringValue(value))
    case .bytes(let value): Value(kind: .bytesValue(value))
    case .timestamp(let value): Value(kind: .timestampValue(Timestamp(microseconds: value)))
    case .date(let value): Value(kind: .dateValue(value))
    }
  }

  /// The value as the expression language writes it.
  var literal: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .int(let value): "\(value)"
    case .double(let value): "\(value)"
    case .string(let value): Filter.quoted(value, "'")
    case .bytes(let value): Filter.quoted(String(decoding: value, as: UTF8.self), "'")
    case .timestamp(let value):
      "timestamp \(Filter.quoted(Timestamp(microseconds: value).text, "'"))"
    case .date(let value):
      "date '\(Timestamp(microseconds: Int64(value) * 86_400_000_000).text.prefix(10))'"
    }
  }
}
