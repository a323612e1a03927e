/// Finds names that would meet each other, or Swift's own, in the generated code.
struct NameLint {
  private let schema: Schema
  private let names: SwiftNames

  init(_ schema: Schema) {
    self.schema = schema
    names = SwiftNames(schema)
  }

  func complaints() -> [String] {
    var result: [String] = []
    var owners: [String: String] = [:]
    for file in schema.files where !file.isMeta {
      for name in file.messages.map(\.fullName) + file.enums.map(\.fullName) {
        let swift = names.type(name)
        if SwiftNames.taken.contains(swift) {
          result.append("\(name) would be the Swift type \(swift), which is taken; \(Self.advice)")
        }
        if let other = owners[swift] {
          result.append(
            "\(name) and \(other) would both be the Swift type \(swift); \(Self.advice)")
        }
        owners[swift] = name
      }
      for message in file.allMessages where !message.isMapEntry { check(message, &result) }
      for type in file.allEnums { check(type, &result) }
    }
    return result
  }

  private static let advice = "rename it, or add it to SwiftNames.renamed."

  private func check(_ message: MessageType, _ result: inout [String]) {
    var members: [String: String] = ["unknownFields": "protogen's own"]
    let plain = message.fields.filter { $0.oneof == nil }.map(\.name) + message.oneofs.map(\.name)
    for name in plain {
      let member = SwiftNames.plainMember(name)
      if let other = members[member] {
        result.append(
          "\(message.fullName).\(name) and \(other) would both be \(member); rename one.")
      }
      members[member] = name
    }
    let inner = message.messages.filter { !$0.isMapEntry }.map(\.name) + message.enums.map(\.name)
    for oneof in message.oneofs {
      let type = SwiftNames.oneofType(oneof.name)
      if inner.contains(type) || ["Type", "Protocol", "Self"].contains(type) {
        result.append(
          "the oneof \(message.fullName).\(oneof.name) would be the Swift type \(type), "
            + "which is taken; rename it.")
      }
    }
  }

  private func check(_ type: EnumType, _ result: inout [String]) {
    var members: [String: String] = [:]
    for value in type.values {
      let member = SwiftNames.enumMember(value.name, of: type.name)
      if let other = members[member] {
        result.append(
          "\(type.fullName).\(value.name) and \(other) would both be .\(member); rename one.")
      }
      members[member] = value.name
    }
  }
}
