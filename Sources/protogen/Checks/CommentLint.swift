/// Demands a comment on every component of a file.
struct CommentLint {
  private let file: SchemaFile

  init(_ file: SchemaFile) { self.file = file }

  func complaints() -> [String] {
    var bare: [String] = []
    if file.comment.isEmpty { bare.append("the package statement") }
    for message in file.allMessages where !message.isMapEntry {
      if message.comment.isEmpty { bare.append("message \(message.fullName)") }
      for field in message.fields where field.comment.isEmpty {
        bare.append("field \(message.fullName).\(field.name)")
      }
      for oneof in message.oneofs where oneof.comment.isEmpty {
        bare.append("oneof \(message.fullName).\(oneof.name)")
      }
    }
    for type in file.allEnums {
      if type.comment.isEmpty { bare.append("enum \(type.fullName)") }
      for value in type.values where value.comment.isEmpty {
        bare.append("enum value \(type.fullName).\(value.name)")
      }
    }
    for service in file.services {
      if service.comment.isEmpty { bare.append("service \(service.fullName)") }
      for method in service.methods where method.comment.isEmpty {
        bare.append("method \(service.fullName).\(method.name)")
      }
    }
    return bare.map { "\($0) has no comment; say in a sentence above it what it is." }
  }
}
