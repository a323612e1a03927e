/// The Swift names of what the protos define.
struct SwiftNames {
  /// Types that need another name than their own, because Swift or another proto has it.
  static let renamed = [
    "google.protobuf.Any": "ProtoAny",
    "google.protobuf.Duration": "ProtoDuration",
  ]

  /// Packages whose types get a prefix, because an earlier version has the same names.
  static let prefixes = ["grpc.reflection.v1alpha": "V1Alpha"]

  /// Names that a public type must not take from the programs that use it.
  static let taken: Set<String> = [
    "Any", "AnyObject", "Array", "Bool", "Character", "Dictionary", "Double", "Duration", "Error",
    "Float", "Int", "Int32", "Int64", "Never", "Optional", "Range", "Result", "Self", "Sequence",
    "Set", "String", "Task", "Type", "UInt32", "UInt64", "Void",
    // Of the RPC room.
    "CallOptions", "Channel", "Metadata", "MethodInfo", "Peer", "Router", "ServerContext",
  ]

  /// Words that are capitalised as a whole inside a name: `column_id` is `columnID`.
  private static let initialisms: Set<String> = ["id", "uid", "uri", "url", "http", "https"]

  /// Words that need back-ticks where a name is declared.
  private static let keywords: Set<String> = [
    "Protocol", "Self", "Type", "as", "associatedtype", "break", "case", "catch", "class",
    "continue", "default", "defer", "deinit", "do", "else", "enum", "extension", "fallthrough",
    "false", "fileprivate", "for", "func", "guard", "if", "import", "in", "init", "inout",
    "internal", "is", "let", "nil", "operator", "precedencegroup", "private", "protocol", "public",
    "repeat", "rethrows", "return", "self", "static", "struct", "subscript", "super", "switch",
    "throw", "throws", "true", "try", "typealias", "var", "where", "while",
  ]

  /// Full proto name → Swift name from the module's top, such as `BadRequest.FieldViolation`.
  private var types: [String: String] = [:]

  init(_ schema: Schema) {
    for file in schema.files {
      for message in file.messages { add(message, inside: nil, file.package) }
      for type in file.enums { types[type.fullName] = Self.topName(type.fullName, file.package) }
    }
  }

  private mutating func add(_ message: MessageType, inside outer: String?, _ package: String) {
    let name = outer.map { $0 + "." + message.name } ?? Self.topName(message.fullName, package)
    types[message.fullName] = name
    for type in message.enums { types[type.fullName] = name + "." + type.name }
    for nested in message.messages { add(nested, inside: name, package) }
  }

  private static func topName(_ fullName: String, _ package: String) -> String {
    if let name = renamed[fullName] { return name }
    let bare = fullName.dropFirst(package.isEmpty ? 0 : package.count + 1)
    return (prefixes[package] ?? "") + bare
  }

  /// The Swift type of a message or enum.
  func type(_ fullName: String) -> String {
    types[fullName] ?? String(fullName.split(separator: ".").last ?? "")
  }

  /// The Swift name of a service, without `Handler` or `Stub`.
  static func service(_ service: Service, package: String) -> String {
    (prefixes[package] ?? "") + service.name
  }

  /// `column_id` → `columnID`, without back-ticks.
  static func plainMember(_ name: String) -> String {
    let words = name.split(separator: "_").map { String($0) }
    var result = ""
    for (index, word) in words.enumerated() {
      if index == 0 {
        result += lowerFirst(word)
      } else if initialisms.contains(word.lowercased()) {
        result += word.uppercased()
      } else {
        result += word.prefix(1).uppercased() + word.dropFirst()
      }
    }
    return result
  }

  /// `column_id` → `columnID`; in back-ticks where Swift wants them.
  static func member(_ name: String) -> String { quoted(plainMember(name)) }

  /// `GetAsset` → `getAsset`.
  static func method(_ name: String) -> String { quoted(lowerFirst(name)) }

  /// `message_response` → `MessageResponse`.
  static func oneofType(_ name: String) -> String {
    let member = plainMember(name)
    return member.prefix(1).uppercased() + member.dropFirst()
  }

  /// `ASSET_KIND_FILE` of `AssetKind` → `file`.
  static func enumMember(_ value: String, of type: String) -> String {
    let prefix = upperSnake(type) + "_"
    let bare = value.hasPrefix(prefix) ? String(value.dropFirst(prefix.count)) : value
    let isNumber = bare.first?.isNumber ?? true
    return quoted(plainMember((isNumber ? value : bare).lowercased()))
  }

  /// `AssetKind` → `ASSET_KIND`.
  static func upperSnake(_ name: String) -> String {
    var result = ""
    for character in name {
      if character.isUppercase, !result.isEmpty { result += "_" }
      result += character.uppercased()
    }
    return result
  }

  static func quoted(_ name: String) -> String { keywords.contains(name) ? "`\(name)`" : name }

  private static func lowerFirst(_ word: String) -> String {
    word.prefix(1).lowercased() + word.dropFirst()
  }
}
