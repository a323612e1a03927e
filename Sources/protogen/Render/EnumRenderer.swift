/// Renders an enum as an open struct with static members.
struct EnumRenderer {
  let type: EnumType
  /// The Swift name inside its scope.
  let name: String

  func render(_ text: inout SourceText) {
    let bare = String(name.split(separator: ".").last ?? "")
    text.comment(type.comment)
    text.block("public struct \(bare): ProtoEnum") { text in
      text.line("public static var protoName: String { \"\(type.fullName)\" }")
      text.line()
      for value in type.values {
        text.comment(value.comment)
        let member = SwiftNames.enumMember(value.name, of: type.name)
        text.line("public static let \(member) = Self(rawValue: \(value.number))")
      }
      text.line()
      text.line("public static let names: [(Int32, String)] = [")
      text.indented { text in
        for value in type.values { text.line("(\(value.number), \"\(value.name)\"),") }
      }
      text.line("]")
      text.line()
      text.line("/// The number on the wire.")
      text.line("public let rawValue: Int32")
      text.line()
      text.line("public init(rawValue: Int32) { self.rawValue = rawValue }")
    }
  }
}
