/// All protos of one run, as the rest of protogen sees them.
///
/// Plain values made from a descriptor set; nothing here points into C memory.
struct Schema: Sendable {
  /// In the order of the descriptor set: a file comes after what it imports.
  var files: [SchemaFile]
  private(set) var messages: [String: MessageType] = [:]
  private(set) var enums: [String: EnumType] = [:]

  init(files: [SchemaFile]) {
    self.files = files
    for file in files {
      for message in file.allMessages { messages[message.fullName] = message }
      for type in file.allEnums { enums[type.fullName] = type }
    }
  }

  /// The file of this name.
  func file(_ name: String) -> SchemaFile? { files.first { $0.name == name } }
}

/// One `.proto` file.
struct SchemaFile: Sendable {
  /// Path below the proto folder, such as `pursight/v1/asset.proto`.
  var name: String
  var package: String
  var isProto3: Bool
  var dependencies: [String]
  var messages: [MessageType]
  var enums: [EnumType]
  var services: [Service]
  var extensions: [ExtensionField]
  /// The comment on `package` or `syntax`.
  var comment: String

  /// Files that only describe other protos: nothing is generated of them.
  var isMeta: Bool {
    name == Self.descriptorProto || dependencies.contains(Self.descriptorProto)
  }

  static let descriptorProto = "google/protobuf/descriptor.proto"

  /// Its messages and those inside them, outer first.
  var allMessages: [MessageType] { messages.flatMap(\.withNested) }

  /// Its enums and those inside messages.
  var allEnums: [EnumType] { enums + allMessages.flatMap(\.enums) }
}

/// A message type.
struct MessageType: Sendable {
  var name: String
  /// Such as `pursight.v1.Asset`.
  var fullName: String
  var fields: [Field]
  /// Real oneofs only; that of a proto3 `optional` field is not one.
  var oneofs: [Oneof]
  var messages: [MessageType]
  var enums: [EnumType]
  var isMapEntry: Bool
  var reservedNumbers: [Range<Int32>]
  var comment: String
  var isDeprecated: Bool

  var withNested: [MessageType] { [self] + messages.flatMap(\.withNested) }

  /// Fields of a map entry, or of any message, by number.
  func field(_ number: Int32) -> Field? { fields.first { $0.number == number } }
}

/// A field of a message.
struct Field: Sendable {
  var name: String
  var number: Int32
  var jsonName: String
  var kind: FieldKind
  var isRepeated: Bool
  /// proto3 `optional`: presence is kept.
  var isOptional: Bool
  /// Index into the message's real oneofs.
  var oneof: Int?
  var rule: FieldRule
  /// Carries bulk data: lent to the C encoder, kept from the C decoder.
  var isBulk: Bool
  var comment: String
  var isDeprecated: Bool
}

/// The type of a field.
enum FieldKind: Equatable, Sendable {
  case double, float
  case int32, int64, uint32, uint64
  case sint32, sint64, fixed32, fixed64, sfixed32, sfixed64
  case bool, string, bytes
  /// With the full name of the message type.
  case message(String)
  /// With the full name of the enum type.
  case enumeration(String)
}

/// A oneof.
struct Oneof: Sendable {
  var name: String
  var comment: String
}

/// An extension field, as far as own options need it.
struct ExtensionField: Sendable {
  var extendee: String
  var name: String
  var number: Int32
  var kind: FieldKind
}

/// An enum type.
struct EnumType: Sendable {
  var name: String
  var fullName: String
  var values: [EnumValue]
  var reservedNumbers: [Range<Int32>]
  var comment: String
  var isDeprecated: Bool
}

struct EnumValue: Sendable {
  var name: String
  var number: Int32
  var comment: String
  var isDeprecated: Bool
}

/// A service.
struct Service: Sendable {
  var name: String
  var fullName: String
  var methods: [Method]
  var comment: String
}

/// One RPC.
struct Method: Sendable {
  enum Idempotency: Equatable, Sendable { case unknown, noSideEffects, idempotent }

  var name: String
  /// Full name of the request's type.
  var input: String
  /// Full name of the response's type.
  var output: String
  var clientStreams: Bool
  var serverStreams: Bool
  var idempotency: Idempotency
  /// The own option `policy`; nil where it is missing.
  var policy: MethodPolicy?
  var comment: String
  var isDeprecated: Bool
}
