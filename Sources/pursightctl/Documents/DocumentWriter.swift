internal import PurSightClient
internal import PurSightJSON

/// Writes a resource as a document that `apply` takes: what people set, in short names.
enum DocumentWriter {
  static func text(_ kind: ResourceKind, _ message: some RPCMessage) throws -> String {
    let value = try JSONText.value(message)
    var hidden = kind.outputFields
    hidden.insert("name")
    let schema = ProtoSchema.api.messages[kind.typeName]
    let name = value[kind.nameField ?? "name"]?.stringValue ?? ""
    var members: [JSONValue.Member] = [.init("resource", .string(kind.rawValue))]
    if kind != .roleBinding {
      members.append(.init("name", .string(ResourceName.short(name))))
    }
    for member in value.members where !hidden.contains(member.key) {
      guard let schema, let index = schema.byName[member.key] else { continue }
      var short = shortened(member.value, schema.fields[index])
      if references.contains(member.key), let text = short.stringValue {
        short = .string(ResourceName.short(text))
      }
      if kind == .dataset, member.key == "columns" { short = declared(short) }
      members.append(.init(member.key, short))
    }
    return YAMLText.text(.object(members))
  }

  /// Starter rules as a document.
  static func text(_ rules: [Rule], id: String, dataset: String) throws -> String {
    try text(.ruleSet, RuleSet(name: id, dataset: dataset, rules: rules))
  }

  /// Fields that hold the name of another resource.
  private static let references: Set<String> = ["source", "ruleSet", "dataset"]

  /// Columns without what the server numbers.
  private static func declared(_ columns: JSONValue) -> JSONValue {
    guard case .array(let columns) = columns else { return columns }
    let kept: Set<String> = ["name", "type", "nullable", "precision", "scale", "description"]
    return .array(columns.map { .object($0.members.filter { kept.contains($0.key) }) })
  }

  /// Enums and values in the short form that `MessageReader` takes.
  private static func shortened(_ value: JSONValue, _ field: FieldSchema) -> JSONValue {
    if field.isRepeated, case .array(let elements) = value {
      return .array(elements.map { single($0, field) })
    }
    return single(value, field)
  }

  private static func single(_ value: JSONValue, _ field: FieldSchema) -> JSONValue {
    if field.typeName == "pursight.v1.Value" { return bare(value) }
    if field.kind == .enumeration, let name = value.stringValue {
      let prefix = ProtoSchema.api.enums[field.typeName]?.values.first.map {
        String($0.name.dropLast("UNSPECIFIED".count))
      }
      guard let prefix, name.hasPrefix(prefix) else { return value }
      return .string(name.dropFirst(prefix.count).lowercased().replacing("_", with: "-"))
    }
    guard field.kind == .message, let schema = ProtoSchema.api.messages[field.typeName],
      !schema.isMapEntry, case .object(let members) = value
    else { return value }
    return .object(
      members.map { member in
        guard let index = schema.byName[member.key] else { return member }
        return .init(member.key, shortened(member.value, schema.fields[index]))
      })
  }

  /// A `pursight.v1.Value` as a scalar, where that says the same.
  private static func bare(_ value: JSONValue) -> JSONValue {
    guard let member = value.members.first else { return .null }
    switch (member.key, member.value) {
    case ("intValue", .string(let text)): return .number(JSONNumber(text: text))
    case ("stringValue", _), ("boolValue", _): return member.value
    case ("doubleValue", .number(let number)):
      // 80 would be read as an integer.
      let isWhole = !number.text.contains { ".eE".contains($0) }
      return .number(JSONNumber(text: isWhole ? number.text + ".0" : number.text))
    default: return value
    }
  }
}
