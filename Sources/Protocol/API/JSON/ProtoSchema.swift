/// The messages and enums of a set of protos, as tables: what the JSON mapping needs to know.
///
/// Made from the embedded descriptors when first asked for, so that no table is written twice.
public struct ProtoSchema: Sendable {
  /// By full name, such as `pursight.v1.Asset`.
  package let messages: [String: MessageSchema]
  /// By full name, such as `pursight.v1.AssetKind`.
  package let enums: [String: EnumSchema]

  /// Reads the descriptors of `tables`, which were encoded by protoc.
  public init(_ tables: [DescriptorTable]) {
    var loader = SchemaLoader()
    for table in tables {
      for file in table.files { loader.load(file.bytes) }
    }
    messages = loader.messages
    enums = loader.enums
  }

  /// Everything in `APIDescriptors`.
  public static let api = ProtoSchema([APIDescriptors.all])
}

/// A message type.
package struct MessageSchema: Sendable {
  package let name: String
  /// In the order of the proto.
  package let fields: [FieldSchema]
  package let isMapEntry: Bool
  /// Index into `fields` by number.
  let byNumber: [UInt32: Int]
  /// Index into `fields` by JSON name and by proto name.
  package let byName: [String: Int]
}

/// A field.
package struct FieldSchema: Sendable {
  /// The type, by its number in `FieldDescriptorProto.Type`.
  package enum Kind: UInt64, Sendable {
    case double = 1
    case float, int64, uint64, int32, fixed64, fixed32, bool, string, group, message, bytes, uint32
    case enumeration, sfixed32, sfixed64, sint32, sint64
  }

  package let name: String
  package let jsonName: String
  let number: UInt32
  package let kind: Kind
  /// Full name of the message or enum type; empty otherwise.
  package let typeName: String
  package let isRepeated: Bool
  /// Whether absent and zero differ: messages, `optional`, members of a oneof.
  let hasPresence: Bool
  /// Which oneof of the message it belongs to; nil for none, and for that of a proto3 `optional`.
  let oneof: Int?
}

/// An enum type.
package struct EnumSchema: Sendable {
  package let name: String
  /// In the order of the proto; with aliases, the first name of a number is the one that is
  /// written.
  package let values: [(name: String, number: Int32)]
}

/// Reads `FileDescriptorProto` messages. Field numbers: google/protobuf/descriptor.proto.
private struct SchemaLoader {
  var messages: [String: MessageSchema] = [:]
  var enums: [String: EnumSchema] = [:]

  mutating func load(_ file: [UInt8]) {
    var package = ""
    for field in WireFields(file) where field.number == 2 { package = field.content.text }
    for field in WireFields(file) {
      switch field.number {
      case 4: loadMessage(field.content, scope: package)
      case 5: loadEnum(field.content, scope: package)
      default: break
      }
    }
  }

  private func qualified(_ name: String, _ scope: String) -> String {
    scope.isEmpty ? name : scope + "." + name
  }

  private mutating func loadMessage(_ bytes: ArraySlice<UInt8>, scope: String) {
    var name = ""
    var fields: [FieldSchema] = []
    var isMapEntry = false
    for field in WireFields(bytes) where field.number == 1 { name = field.content.text }
    let fullName = qualified(name, scope)
    for field in WireFields(bytes) {
      switch field.number {
      case 2: if let loaded = Self.field(field.content) { fields.append(loaded) }
      case 3: loadMessage(field.content, scope: fullName)
      case 4: loadEnum(field.content, scope: fullName)
      case 7: for option in WireFields(field.content) where option.number == 7 { isMapEntry = true }
      default: break
      }
    }
    var byNumber: [UInt32: Int] = [:]
    var byName: [String: Int] = [:]
    for (index, field) in fields.enumerated() {
      byNumber[field.number] = index
      byName[field.name] = index
      byName[field.jsonName] = index
    }
    messages[fullName] = MessageSchema(
      name: fullName, fields: fields, isMapEntry: isMapEntry, byNumber: byNumber, byName: byName)
  }

  private static func field(_ bytes: ArraySlice<UInt8>) -> FieldSchema? {
    var texts: [UInt32: String] = [:]
    var numbers: [UInt32: UInt64] = [:]
    for field in WireFields(bytes) {
      if field.wireType == 2 {
        texts[field.number] = field.content.text
      } else {
        numbers[field.number] = field.bits
      }
    }
    guard let name = texts[1], let number = numbers[3],
      let kind = numbers[5].flatMap(FieldSchema.Kind.init)
    else { return nil }
    let isOptional = numbers[17] ?? 0 != 0
    let isRepeated = numbers[4] == 3
    return FieldSchema(
      name: name, jsonName: texts[10] ?? name, number: UInt32(truncatingIfNeeded: number),
      kind: kind,
      typeName: String((texts[6] ?? "").drop { $0 == "." }), isRepeated: isRepeated,
      hasPresence: !isRepeated && (kind == .message || numbers[9] != nil),
      oneof: isOptional ? nil : numbers[9].map { Int($0) })
  }

  private mutating func loadEnum(_ bytes: ArraySlice<UInt8>, scope: String) {
    var name = ""
    var values: [(String, Int32)] = []
    for field in WireFields(bytes) {
      if field.number == 1 { name = field.content.text }
      guard field.number == 2 else { continue }
      var valueName = ""
      var number: Int32 = 0
      for part in WireFields(field.content) {
        if part.number == 1 { valueName = part.content.text }
        if part.number == 2 { number = Int32(truncatingIfNeeded: part.bits) }
      }
      values.append((valueName, number))
    }
    let fullName = qualified(name, scope)
    enums[fullName] = EnumSchema(name: fullName, values: values)
  }
}
