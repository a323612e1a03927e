/// What the house demands of protos, beyond what protoc does.
struct Lint {
  /// Formats that `FieldViolations` knows.
  static let formats: Set<String> = ["slug", "uuid", "resource_name", "identifier"]

  private let schema: Schema
  private let ownPackages: Set<String>

  /// `ownPackages`: packages of which all components must be commented and all methods have a
  /// policy.
  init(_ schema: Schema, ownPackages: [String]) {
    self.schema = schema
    self.ownPackages = Set(ownPackages)
  }

  /// One sentence per fault, in the order of the files; empty when there is none.
  func complaints() -> [String] {
    var result = OptionLint(schema).complaints()
    for file in schema.files where file.name != SchemaFile.descriptorProto {
      var faults: [String] = []
      if !file.isMeta {
        if !file.isProto3 { faults.append("the file is not proto3; write `syntax = \"proto3\";`.") }
        for message in file.allMessages where !message.isMapEntry { check(message, &faults) }
        for type in file.allEnums { check(type, &faults) }
      }
      if ownPackages.contains(file.package) {
        faults += CommentLint(file).complaints()
        for service in file.services { faults += PolicyLint(schema, service).complaints() }
      }
      result += faults.map { "\(file.name): \($0)" }
    }
    return result + NameLint(schema).complaints()
  }

  private func check(_ message: MessageType, _ faults: inout [String]) {
    if let cycle = cycle(from: message.fullName) {
      faults.append(
        "\(cycle.joined(separator: " → ")) is recursive; a peer could nest it until the stack "
          + "is used up. Make it a flat list with the index of each element's parent.")
    }
    for field in message.fields {
      let name = "\(message.fullName).\(field.name)"
      check(field, name, &faults)
      if case .message(let type) = field.kind, schema.messages[type] == nil {
        faults.append("\(name) has the type \(type), which is not in the descriptor set.")
      }
    }
    let paths = bulkPaths(message.fullName)
    if paths.count > 1 {
      faults.append(
        "\(message.fullName) carries more than one `bulk` field: \(paths.joined(separator: ", ")).")
    }
  }

  private func check(_ field: Field, _ name: String, _ faults: inout [String]) {
    if field.isBulk, field.isRepeated || field.kind != .bytes {
      faults.append("\(name) is marked `bulk` but is not a single `bytes` field.")
    }
    if case .message(let type) = field.kind, field.isRepeated,
      schema.messages[type]?.isMapEntry == true, schema.messages[type]?.field(1)?.kind == .bool
    {
      faults.append("\(name) is a map with truth values as keys; use two fields.")
    }
    if case .message(let type) = field.kind, field.isRepeated, !bulkPaths(type).isEmpty {
      faults.append("\(name) repeats \(type), which carries a `bulk` field.")
    }
    check(field.rule, of: field, name, &faults)
  }

  private func check(
    _ rule: FieldRule, of field: Field, _ name: String, _ faults: inout [String]
  ) {
    let isMessage = if case .message = field.kind { true } else { false }
    let hasLength = field.isRepeated || field.kind == .string || field.kind == .bytes
    if rule.maxLength < 0 || (rule.maxLength > 0 && !hasLength) {
      faults.append("\(name) has a max_length, which is for text, bytes and repeated fields.")
    }
    if rule.minimum != nil || rule.maximum != nil, field.isRepeated || !field.kind.isNumber {
      faults.append("\(name) has a minimum or maximum, which is for single numbers.")
    }
    if !rule.format.isEmpty, field.kind != .string || field.isRepeated {
      faults.append("\(name) has a format, which is for single strings.")
    }
    if !rule.format.isEmpty, !Self.formats.contains(rule.format) {
      faults.append(
        "\(name) has the format \(rule.format); there are "
          + Self.formats.sorted().joined(separator: ", ") + ".")
    }
    if rule.isRequired, field.oneof != nil {
      faults.append("\(name) is required but one of several; that cannot be.")
    }
    if rule.isRequired, isMessage, field.isOptional {
      faults.append("\(name) is required and optional at once.")
    }
  }

  private func check(_ type: EnumType, _ faults: inout [String]) {
    if type.values.first?.number != 0 {
      faults.append("\(type.fullName) does not begin with the value 0.")
    }
    guard ownPackages.contains(where: { type.fullName.hasPrefix($0 + ".") }) else { return }
    let prefix = SwiftNames.upperSnake(type.name) + "_"
    if type.values.first?.name != prefix + "UNSPECIFIED" {
      faults.append("\(type.fullName) does not begin with \(prefix)UNSPECIFIED = 0.")
    }
    for value in type.values where !value.name.hasPrefix(prefix) {
      faults.append("\(type.fullName): the value \(value.name) does not begin with \(prefix).")
    }
  }

  /// A way from a message back to itself; nil where there is none.
  private func cycle(from start: String) -> [String]? {
    var stack: [[String]] = [[start]]
    var seen: Set<String> = []
    while let path = stack.popLast() {
      guard let name = path.last, let message = schema.messages[name] else { continue }
      for field in message.fields {
        guard case .message(let next) = field.kind else { continue }
        if next == start { return path + [next] }
        if seen.insert(next).inserted { stack.append(path + [next]) }
      }
    }
    return nil
  }

  /// The paths from a message to `bulk` fields, through any fields.
  private func bulkPaths(_ name: String, depth: Int = 0) -> [String] {
    // A recursive message is reported elsewhere; here it only must not hang us.
    guard depth < 32, let message = schema.messages[name] else { return [] }
    return message.fields.flatMap { field -> [String] in
      if field.isBulk { return [field.name] }
      guard case .message(let inner) = field.kind else { return [] }
      return bulkPaths(inner, depth: depth + 1).map { field.name + "." + $0 }
    }
  }
}

extension FieldKind {
  var isNumber: Bool {
    switch self {
    case .bool, .string, .bytes, .message, .enumeration: false
    default: true
    }
  }
}
