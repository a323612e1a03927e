/// Turns a descriptor set into a `Schema`.
enum SchemaLoader {
  /// `set` is a `FileDescriptorSet`; `name` says in errors where it came from.
  static func load(_ set: WireMessage, name: String) throws(ProtogenError) -> Schema {
    var files: [SchemaFile] = []
    for file in try set.messages(DescriptorTag.FileSet.file) {
      let comments = try Comments(file.message(DescriptorTag.File.sourceInfo))
      files.append(try FileLoader(file: file, comments: comments).load())
    }
    guard !files.isEmpty else {
      throw ProtogenError(.descriptor, "\(name) is not a descriptor set; make it with protoc.")
    }
    return Schema(files: files)
  }
}

/// Loads one file. `path` is the position of a component as `SourceCodeInfo` counts it.
private struct FileLoader {
  typealias Tag = DescriptorTag

  let file: WireMessage
  let comments: Comments

  func load() throws(ProtogenError) -> SchemaFile {
    let package = file.text(Tag.File.package)
    var result = SchemaFile(
      name: file.text(Tag.File.name), package: package,
      isProto3: file.text(Tag.File.syntax) == "proto3",
      dependencies: file.texts(Tag.File.dependency), messages: [], enums: [], services: [],
      extensions: [], comment: comments.first([2], [12]))
    for (index, type) in try file.messages(Tag.File.message).enumerated() {
      result.messages.append(try message(type, package, [4, Int32(index)]))
    }
    for (index, type) in try file.messages(Tag.File.enumeration).enumerated() {
      result.enums.append(try enumeration(type, package, [5, Int32(index)]))
    }
    for (index, type) in try file.messages(Tag.File.service).enumerated() {
      result.services.append(try service(type, package, [6, Int32(index)]))
    }
    for field in try file.messages(Tag.File.extension) {
      result.extensions.append(
        ExtensionField(
          extendee: typeName(field.text(Tag.Field.extendee)), name: field.text(Tag.Field.name),
          number: field.int32(Tag.Field.number), kind: try kind(field)))
    }
    return result
  }

  private func message(
    _ raw: WireMessage, _ scope: String, _ path: [Int32]
  ) throws(ProtogenError) -> MessageType {
    let name = raw.text(Tag.Message.name)
    let fullName = scope.isEmpty ? name : scope + "." + name
    let options = try raw.message(Tag.Message.options)
    var result = MessageType(
      name: name, fullName: fullName, fields: [], oneofs: [], messages: [], enums: [],
      isMapEntry: options?.flag(Tag.Options.messageMapEntry) ?? false,
      reservedNumbers: try raw.messages(Tag.Message.reservedRange).map {
        $0.int32(Tag.Range.start)..<$0.int32(Tag.Range.end)
      },
      comment: comments[path], isDeprecated: options?.flag(Tag.Options.messageDeprecated) ?? false)
    let fields = try raw.messages(Tag.Message.field)
    let synthetic = Set(
      fields.filter { $0.flag(Tag.Field.proto3Optional) }.map { $0.int32(Tag.Field.oneofIndex) })
    // protoc puts synthetic oneofs behind the real ones, so real indices stay as they are.
    for (index, oneof) in try raw.messages(Tag.Message.oneof).enumerated()
    where !synthetic.contains(Int32(index)) {
      result.oneofs.append(
        Oneof(name: oneof.text(Tag.Oneof.name), comment: comments[path + [8, Int32(index)]]))
    }
    for (index, field) in fields.enumerated() {
      result.fields.append(try self.field(field, path + [2, Int32(index)]))
    }
    for (index, type) in try raw.messages(Tag.Message.nested).enumerated() {
      result.messages.append(try message(type, fullName, path + [3, Int32(index)]))
    }
    for (index, type) in try raw.messages(Tag.Message.enumeration).enumerated() {
      result.enums.append(try enumeration(type, fullName, path + [4, Int32(index)]))
    }
    return result
  }

  private func field(_ raw: WireMessage, _ path: [Int32]) throws(ProtogenError) -> Field {
    let isOptional = raw.flag(Tag.Field.proto3Optional)
    let options = try raw.message(Tag.Field.options)
    let rule = try options?.message(OwnOption.rule).map { FieldRule($0) }
    return Field(
      name: raw.text(Tag.Field.name), number: raw.int32(Tag.Field.number),
      jsonName: raw.text(Tag.Field.jsonName), kind: try kind(raw),
      isRepeated: raw.int32(Tag.Field.label) == Tag.Field.repeated, isOptional: isOptional,
      oneof: isOptional ? nil : raw.integer(Tag.Field.oneofIndex).map { Int($0) },
      rule: rule ?? FieldRule(), isBulk: options?.flag(OwnOption.bulk) ?? false,
      comment: comments[path], isDeprecated: options?.flag(Tag.Options.fieldDeprecated) ?? false)
  }

  private func kind(_ raw: WireMessage) throws(ProtogenError) -> FieldKind {
    let type = typeName(raw.text(Tag.Field.typeName))
    // Numbers of FieldDescriptorProto.Type.
    switch raw.int32(Tag.Field.type) {
    case 1: return .double
    case 2: return .float
    case 3: return .int64
    case 4: return .uint64
    case 5: return .int32
    case 6: return .fixed64
    case 7: return .fixed32
    case 8: return .bool
    case 9: return .string
    case 11: return .message(type)
    case 12: return .bytes
    case 13: return .uint32
    case 14: return .enumeration(type)
    case 15: return .sfixed32
    case 16: return .sfixed64
    case 17: return .sint32
    case 18: return .sint64
    default:
      throw ProtogenError(
        .descriptor,
        "\(file.text(Tag.File.name)): field \(raw.text(Tag.Field.name)) is a group; "
          + "proto3 has none.")
    }
  }

  private func enumeration(
    _ raw: WireMessage, _ scope: String, _ path: [Int32]
  ) throws(ProtogenError) -> EnumType {
    let name = raw.text(Tag.Enumeration.name)
    var values: [EnumValue] = []
    for (index, value) in try raw.messages(Tag.Enumeration.value).enumerated() {
      let options = try value.message(Tag.EnumValue.options)
      values.append(
        EnumValue(
          name: value.text(Tag.EnumValue.name), number: value.int32(Tag.EnumValue.number),
          comment: comments[path + [2, Int32(index)]],
          isDeprecated: options?.flag(Tag.Options.enumValueDeprecated) ?? false))
    }
    let options = try raw.message(Tag.Enumeration.options)
    return EnumType(
      name: name, fullName: scope.isEmpty ? name : scope + "." + name, values: values,
      // Unlike those of messages, these ranges include their end.
      reservedNumbers: try raw.messages(Tag.Enumeration.reservedRange).map {
        $0.int32(Tag.Range.start)..<$0.int32(Tag.Range.end) + 1
      },
      comment: comments[path], isDeprecated: options?.flag(Tag.Options.enumDeprecated) ?? false)
  }

  private func service(
    _ raw: WireMessage, _ scope: String, _ path: [Int32]
  ) throws(ProtogenError) -> Service {
    let name = raw.text(Tag.Service.name)
    var methods: [Method] = []
    for (index, method) in try raw.messages(Tag.Service.method).enumerated() {
      let options = try method.message(Tag.Method.options)
      let idempotency: Method.Idempotency =
        switch options?.integer(Tag.Options.methodIdempotency) {
        case 1: .noSideEffects
        case 2: .idempotent
        default: .unknown
        }
      methods.append(
        Method(
          name: method.text(Tag.Method.name), input: typeName(method.text(Tag.Method.input)),
          output: typeName(method.text(Tag.Method.output)),
          clientStreams: method.flag(Tag.Method.clientStreaming),
          serverStreams: method.flag(Tag.Method.serverStreaming), idempotency: idempotency,
          policy: try options?.message(OwnOption.policy).map { MethodPolicy($0) },
          comment: comments[path + [2, Int32(index)]],
          isDeprecated: options?.flag(Tag.Options.methodDeprecated) ?? false))
    }
    return Service(
      name: name, fullName: scope.isEmpty ? name : scope + "." + name, methods: methods,
      comment: comments[path])
  }

  private func typeName(_ name: String) -> String {
    name.hasPrefix(".") ? String(name.dropFirst()) : name
  }
}
