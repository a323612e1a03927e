@testable import protogen

/// Schemas made by hand, for the lints and the breaking-change check.
enum Sample {
  static func field(
    _ name: String, _ number: Int32, _ kind: FieldKind = .string, isRepeated: Bool = false,
    isOptional: Bool = false, oneof: Int? = nil, rule: FieldRule = FieldRule(),
    isBulk: Bool = false,
    comment: String = "A field."
  ) -> Field {
    Field(
      name: name, number: number, jsonName: name, kind: kind, isRepeated: isRepeated,
      isOptional: isOptional, oneof: oneof, rule: rule, isBulk: isBulk, comment: comment,
      isDeprecated: false)
  }

  static func message(
    _ name: String, _ fields: [Field], oneofs: [String] = [], reserved: [Range<Int32>] = [],
    isMapEntry: Bool = false, comment: String = "A message."
  ) -> MessageType {
    MessageType(
      name: name, fullName: "own.v1." + name, fields: fields,
      oneofs: oneofs.map { Oneof(name: $0, comment: "A oneof.") }, messages: [], enums: [],
      isMapEntry: isMapEntry, reservedNumbers: reserved, comment: comment, isDeprecated: false)
  }

  static func enumeration(_ name: String, _ values: [(String, Int32)]) -> EnumType {
    EnumType(
      name: name, fullName: "own.v1." + name,
      values: values.map {
        EnumValue(name: $0, number: $1, comment: "A value.", isDeprecated: false)
      },
      reservedNumbers: [], comment: "An enum.", isDeprecated: false)
  }

  static let policy = MethodPolicy(
    permission: "own.things.get", resourceField: "name", audit: .none,
    defaultDeadlineMilliseconds: 1000)

  static func method(
    _ name: String = "GetThing", input: String = "own.v1.GetThingRequest",
    output: String = "own.v1.Thing", clientStreams: Bool = false, serverStreams: Bool = false,
    idempotency: Method.Idempotency = .noSideEffects, policy: MethodPolicy? = policy
  ) -> Method {
    Method(
      name: name, input: input, output: output, clientStreams: clientStreams,
      serverStreams: serverStreams, idempotency: idempotency, policy: policy, comment: "A method.",
      isDeprecated: false)
  }

  static var request: MessageType { message("GetThingRequest", [field("name", 1)]) }
  static var thing: MessageType { message("Thing", [field("name", 1), field("count", 2, .int64)]) }

  static func schema(
    _ messages: [MessageType] = [request, thing], enums: [EnumType] = [],
    methods: [Method] = [method()], isProto3: Bool = true, comment: String = "A package."
  ) -> Schema {
    Schema(files: [
      SchemaFile(
        name: "own/v1/own.proto", package: "own.v1", isProto3: isProto3, dependencies: [],
        messages: messages, enums: enums,
        services: [
          Service(
            name: "Things", fullName: "own.v1.Things", methods: methods, comment: "A service.")
        ], extensions: [], comment: comment)
    ])
  }
}
