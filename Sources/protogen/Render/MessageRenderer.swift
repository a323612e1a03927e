/// Renders a message as a struct of plain stored properties.
struct MessageRenderer {
  private let renderer: Renderer
  private let message: MessageType

  init(_ renderer: Renderer, _ message: MessageType) {
    self.renderer = renderer
    self.message = message
  }

  func render(_ text: inout SourceText) {
    let name = renderer.names.type(message.fullName).split(separator: ".").last ?? ""
    text.comment(message.comment)
    text.block("public struct \(name): RPCMessage, Equatable, Sendable") { text in
      text.line("public static var protoName: String { \"\(message.fullName)\" }")
      renderNested(&text)
      renderProperties(&text)
      renderInit(&text)
      text.line()
      text.block("public init(decoding bytes: UnsafeRawBufferPointer) throws(RPCError)") { text in
        text.line("self = try unsafe decodeMessage(bytes)")
      }
      text.line()
      text.block("public func encode(_ reserve: (Int) -> UnsafeMutableRawPointer)") { text in
        text.line("unsafe encodeMessage(self, reserve)")
      }
    }
  }

  private func renderNested(_ text: inout SourceText) {
    for type in message.enums {
      text.line()
      EnumRenderer(type: type, name: type.name).render(&text)
    }
    for nested in message.messages where !nested.isMapEntry {
      text.line()
      MessageRenderer(renderer, nested).render(&text)
    }
    for (index, oneof) in message.oneofs.enumerated() {
      text.line()
      text.comment(oneof.comment)
      text.block("public enum \(SwiftNames.oneofType(oneof.name)): Equatable, Sendable") { text in
        for field in message.fields where field.oneof == index {
          text.comment(field.comment)
          text.line("case \(SwiftNames.member(field.name))(\(renderer.type(field.kind)))")
        }
      }
    }
  }

  /// Each stored property with its type, default and comment; a oneof stands where its first member
  /// is.
  private var properties: [(name: String, type: String, initial: String, comment: String)] {
    var result: [(String, String, String, String)] = []
    var seen: Set<Int> = []
    for field in message.fields {
      if let oneof = field.oneof {
        guard seen.insert(oneof).inserted else { continue }
        let declared = message.oneofs[oneof]
        let type = SwiftNames.oneofType(declared.name) + "?"
        result.append((SwiftNames.member(declared.name), type, "nil", declared.comment))
      } else if let property = renderer.property(field) {
        let note = field.isDeprecated ? "\n\n- Note: Deprecated." : ""
        result.append(
          (SwiftNames.member(field.name), property.type, property.initial, field.comment + note))
      }
    }
    return result
  }

  private func renderProperties(_ text: inout SourceText) {
    text.line()
    for property in properties {
      text.comment(property.comment)
      text.line("public var \(property.name): \(property.type)")
    }
    text.line("/// Fields this build does not know, as they came.")
    text.line("public var unknownFields = UnknownFields()")
  }

  private func renderInit(_ text: inout SourceText) {
    text.line()
    let properties = properties
    guard !properties.isEmpty else { return text.line("public init() {}") }
    text.line("public init(")
    text.indented { text in
      for (index, property) in properties.enumerated() {
        let comma = index == properties.count - 1 ? "" : ","
        text.line("\(property.name): \(property.type) = \(property.initial)\(comma)")
      }
    }
    text.block(")") { text in
      for property in properties { text.line("self.\(property.name) = \(property.name)") }
    }
  }
}
