/// How a field looks in Swift.
enum FieldShape {
  case single(FieldKind)
  /// A message, or proto3 `optional`.
  case optional(FieldKind)
  case list(FieldKind)
  case map(key: FieldKind, value: FieldKind, entry: String)
  /// A member of the real oneof of this index.
  case member(FieldKind, oneof: Int)
}

extension Renderer {
  func shape(_ field: Field) -> FieldShape {
    if field.isRepeated {
      if case .message(let name) = field.kind, let entry = schema.messages[name], entry.isMapEntry,
        let key = entry.field(1), let value = entry.field(2)
      {
        return .map(key: key.kind, value: value.kind, entry: name)
      }
      return .list(field.kind)
    }
    if let oneof = field.oneof { return .member(field.kind, oneof: oneof) }
    if field.isOptional { return .optional(field.kind) }
    if case .message = field.kind { return .optional(field.kind) }
    return .single(field.kind)
  }

  /// The Swift type of one value.
  func type(_ kind: FieldKind) -> String {
    switch kind {
    case .double: "Double"
    case .float: "Float"
    case .int32, .sint32, .sfixed32: "Int32"
    case .int64, .sint64, .sfixed64: "Int64"
    case .uint32, .fixed32: "UInt32"
    case .uint64, .fixed64: "UInt64"
    case .bool: "Bool"
    case .string: "String"
    case .bytes: "[UInt8]"
    case .message(let name), .enumeration(let name): names.type(name)
    }
  }

  /// The type and default of a field's property; nil for a oneof member, which has none.
  func property(_ field: Field) -> (type: String, initial: String)? {
    switch shape(field) {
    case .single(let kind): (type(kind), zero(kind))
    case .optional(let kind): (type(kind) + "?", "nil")
    case .list(let kind): ("[\(type(kind))]", "[]")
    case .map(let key, let value, _): ("[\(type(key)): \(type(value))]", "[:]")
    case .member: nil
    }
  }

  private func zero(_ kind: FieldKind) -> String {
    switch kind {
    case .bool: "false"
    case .string: "\"\""
    case .bytes: "[]"
    case .message: "nil"
    case .enumeration(let name): type(kind) + "(rawValue: \(firstNumber(name)))"
    default: "0"
    }
  }

  private func firstNumber(_ name: String) -> Int32 {
    schema.enums[name]?.values.first?.number ?? 0
  }
}
