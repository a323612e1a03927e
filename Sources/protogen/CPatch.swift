/// Changes a descriptor set so that protoc-gen-c 1.4.1 makes C of it that is safe to use.
///
/// None of the changes is seen on the wire, and none in what is published: the C generator alone
/// gets the patched set.
/// - `optional` loses its flag but keeps its one-member oneof, so C can tell absent from zero;
///   protoc-gen-c refuses the flag.
/// - `string` becomes `bytes`: C then knows the length, so a NUL does not cut the text.
/// - enums become `int32`, map entries ordinary messages.
/// - fields are renamed to `f<number>` and oneofs to `o<index>`, so no name of ours can meet a C
///   keyword, a macro, `base` or the `n_x` of a repeated `x`.
/// - comments, options, services and files that only hold options are left out.
enum CPatch {
  private typealias Tag = DescriptorTag

  /// `meta`: names of the files that only hold options.
  static func apply(_ set: inout WireMessage, meta: Set<String>) throws(ProtogenError) {
    try set.update(Tag.FileSet.file) { (file, _) throws(ProtogenError) in
      file.remove(Tag.File.sourceInfo)
      file.remove(Tag.File.service)
      // An index into the dependencies, which are about to become fewer.
      file.remove(Tag.File.publicDependency)
      file.fields.removeAll { field in
        guard field.number == Tag.File.dependency, case .bytes(let name) = field.value else {
          return false
        }
        return meta.contains(String(decoding: name, as: UTF8.self))
      }
      guard !meta.contains(file.text(Tag.File.name)) else { return }
      try file.update(Tag.File.message) { (message, _) throws(ProtogenError) in
        try patchMessage(&message)
      }
    }
  }

  private static func patchMessage(_ message: inout WireMessage) throws(ProtogenError) {
    message.remove(Tag.Message.options)
    try message.update(Tag.Message.field) { (field, _) throws(ProtogenError) in patchField(&field) }
    try message.update(Tag.Message.oneof) { (oneof, index) throws(ProtogenError) in
      oneof.set(Tag.Oneof.name, "o\(index)")
    }
    try message.update(Tag.Message.nested) { (nested, _) throws(ProtogenError) in
      try patchMessage(&nested)
    }
  }

  private static func patchField(_ field: inout WireMessage) {
    let name = "f\(field.int32(Tag.Field.number))"
    field.set(Tag.Field.name, name)
    field.set(Tag.Field.jsonName, name)
    field.remove(Tag.Field.proto3Optional)
    field.remove(Tag.Field.options)
    switch field.integer(Tag.Field.type) {
    case Tag.Field.typeString:
      field.set(Tag.Field.type, Tag.Field.typeBytes)
    case Tag.Field.typeEnum:
      field.set(Tag.Field.type, Tag.Field.typeInt32)
      field.remove(Tag.Field.typeName)
    default: break
    }
  }
}
