internal import PurSightClient
internal import PurSightJSON
internal import Yams

/// Makes proto3 JSON of YAML by the schema of a message.
///
/// Beside proto3 JSON it takes short names of enums (`warn` for `SEVERITY_WARN`) and bare scalars
/// for `pursight.v1.Value`. Unknown keys are errors that name the nearest known one.
struct MessageReader {
  let path: String
  private let schema = ProtoSchema.api
  private static let valueType = "pursight.v1.Value"

  /// - Parameters:
  ///   - skipping: Keys that belong to somebody else.
  ///   - hidden: Fields that must not be named.
  ///   - noun: What the mapping describes, for errors.
  func object(
    _ mapping: Node.Mapping, type: String, skipping: Set<String> = [], hidden: Set<String> = [],
    of noun: String
  ) throws -> JSONValue {
    guard let message = schema.messages[type] else {
      throw Failure.code(.internal, "The schema of \(type) is not known.")
    }
    var members: [JSONValue.Member] = []
    for (key, node) in mapping {
      let word = key.string ?? ""
      if skipping.contains(word) { continue }
      guard let index = message.byName[word], !hidden.contains(message.fields[index].jsonName)
      else {
        throw unknown(word, key, message, hidden, noun, skipping)
      }
      let field = message.fields[index]
      guard let value = try value(node, field, noun) else { continue }
      members.append(JSONValue.Member(field.jsonName, value))
    }
    return .object(members)
  }

  private func unknown(
    _ word: String, _ key: Node, _ message: MessageSchema, _ hidden: Set<String>, _ noun: String,
    _ more: Set<String>
  ) -> Failure {
    let isHidden =
      message.byName[word].map { hidden.contains(message.fields[$0].jsonName) } ?? false
    if isHidden {
      return .usage(
        "\(place(key)): only the server sets `\(word)` of a \(noun).", hint: "Remove the line.")
    }
    let known =
      message.fields.map(\.jsonName).filter { !hidden.contains($0) } + more.filter { !$0.isEmpty }
    let guess = Nearest.of(word, among: known).map { "Did you mean `\($0)`?" }
    return .usage(
      "\(place(key)): a \(noun) has no field `\(word)`.",
      hint: guess ?? "It has: \(known.sorted().joined(separator: ", ")).")
  }

  private func place(_ node: Node) -> String { "\(path):\(node.mark?.line ?? 0)" }

  /// The value of a field; nil for null, which is the same as leaving it out.
  private func value(_ node: Node, _ field: FieldSchema, _ noun: String) throws -> JSONValue? {
    if isNull(node), field.typeName != Self.valueType { return nil }
    if let entry = schema.messages[field.typeName], entry.isMapEntry {
      return try map(node, entry, field)
    }
    guard field.isRepeated else { return try single(node, field) }
    guard case .sequence(let sequence) = node else {
      throw Failure.usage(
        "\(place(node)): `\(field.jsonName)` of a \(noun) is a list.",
        hint: "Write `\(field.jsonName): [\(node.string ?? "…")]`.")
    }
    guard sequence.count <= Limits.documentValues else {
      throw Failure.usage(
        "\(place(node)): `\(field.jsonName)` has \(sequence.count) elements; at most "
          + "\(Limits.documentValues) are taken.")
    }
    return .array(try sequence.map { try single($0, field) })
  }

  private func map(_ node: Node, _ entry: MessageSchema, _ field: FieldSchema) throws -> JSONValue {
    guard case .mapping(let mapping) = node,
      let value = entry.fields.first(where: { $0.name == "value" })
    else { throw Failure.usage("\(place(node)): `\(field.jsonName)` is a mapping.") }
    return .object(
      try mapping.map { key, node in
        JSONValue.Member(key.string ?? "", try single(node, value))
      })
  }

  private func single(_ node: Node, _ field: FieldSchema) throws -> JSONValue {
    if field.typeName == Self.valueType, case .scalar(let scalar) = node {
      return Self.bare(scalar)
    }
    if field.kind == .message, !Self.textTypes.contains(field.typeName) {
      guard case .mapping(let mapping) = node else {
        throw Failure.usage(
          "\(place(node)): `\(field.jsonName)` is a mapping, not `\(node.string ?? "a list")`.")
      }
      let noun = field.typeName.split(separator: ".").last.map(String.init) ?? field.typeName
      return try object(mapping, type: field.typeName, of: noun)
    }
    guard case .scalar(let scalar) = node else {
      throw Failure.usage("\(place(node)): `\(field.jsonName)` is a single value.")
    }
    return try self.scalar(scalar, node, field)
  }

  /// Messages that proto3 JSON writes as text.
  private static let textTypes: Set<String> = [
    "google.protobuf.Timestamp", "google.protobuf.Duration", "google.protobuf.FieldMask",
  ]

  private func scalar(
    _ scalar: Node.Scalar, _ node: Node, _ field: FieldSchema
  ) throws -> JSONValue {
    switch field.kind {
    case .string, .bytes, .message, .group: return .string(scalar.string)
    case .enumeration: return .string(try enumName(scalar.string, node, field))
    case .bool:
      guard case .bool(let value) = PlainScalar(scalar) else {
        throw Failure.usage("\(place(node)): `\(field.jsonName)` is true or false.")
      }
      return .bool(value)
    case .double, .float, .int64, .uint64, .int32, .fixed64, .fixed32, .uint32, .sfixed32,
      .sfixed64, .sint32, .sint64:
      guard Double(scalar.string) != nil else {
        throw Failure.usage(
          "\(place(node)): `\(field.jsonName)` is a number, not `\(scalar.string)`.")
      }
      return .string(scalar.string)
    }
  }

  /// The full name of an enum's value.
  private func enumName(_ text: String, _ node: Node, _ field: FieldSchema) throws -> String {
    let values = schema.enums[field.typeName]?.values.map(\.name) ?? []
    if values.contains(text) || Int32(text) != nil { return text }
    let prefix = values.first.map { String($0.dropLast("UNSPECIFIED".count)) } ?? ""
    let name = prefix + text.uppercased().replacing("-", with: "_")
    if values.contains(name) { return name }
    let short = values.dropFirst().map { $0.dropFirst(prefix.count).lowercased() }
    let guess = Nearest.of(text, among: short).map { "Did you mean `\($0)`?" }
    throw Failure.usage(
      "\(place(node)): `\(field.jsonName)` cannot be `\(text)`.",
      hint: guess ?? "It is one of: \(short.joined(separator: ", ")).")
  }

  private func isNull(_ node: Node) -> Bool {
    if case .scalar(let scalar) = node, case .null = PlainScalar(scalar) { true } else { false }
  }

  /// A bare scalar as a `pursight.v1.Value`.
  private static func bare(_ scalar: Node.Scalar) -> JSONValue {
    switch PlainScalar(scalar) {
    case .null: .object([])
    case .bool(let value): .object([.init("boolValue", .bool(value))])
    case .int(let value): .object([.init("intValue", .long(value))])
    case .double(let value): .object([.init("doubleValue", .double(value))])
    case .string(let text): .object([.init("stringValue", .string(text))])
    }
  }
}

/// What a scalar of YAML means: the core schema of YAML 1.2, so that `NO` and `off` are text.
enum PlainScalar: Equatable {
  case null
  case bool(Bool)
  case int(Int64)
  case double(Double)
  case string(String)

  init(_ scalar: Node.Scalar) {
    self.init(scalar.string, isPlain: scalar.style == .plain || scalar.style == .any)
  }

  init(_ text: String, isPlain: Bool) {
    guard isPlain else {
      self = .string(text)
      return
    }
    switch text {
    case "", "~", "null", "Null", "NULL": self = .null
    case "true", "True", "TRUE": self = .bool(true)
    case "false", "False", "FALSE": self = .bool(false)
    default:
      if let value = Int64(text) {
        self = .int(value)
      } else if let first = text.first, first.isNumber || "+-.".contains(first),
        text.contains(where: \.isNumber), let value = Double(text), !text.lowercased().contains("x")
      {
        self = .double(value)
      } else {
        self = .string(text)
      }
    }
  }
}
