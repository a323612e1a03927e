internal import PurSightJSON
internal import PurSightRPC

/// Writes an encoded message as JSON.
///
/// Messages are not recursive but `Any` can hold another; `maxDepth` bounds both.
struct ProtoJSONEncoder {
  /// Messages inside messages.
  static let maxDepth = 64

  private let schema: ProtoSchema
  private let options: ProtoJSON.Options
  private var writer: JSONWriter
  private var depth = 0

  init(_ schema: ProtoSchema, _ options: ProtoJSON.Options) {
    self.schema = schema
    self.options = options
    writer = JSONWriter(options.isIndented ? .indented : .compact)
  }

  var text: String { writer.string }

  mutating func message(_ bytes: ArraySlice<UInt8>, type: String) throws(RPCError) {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.maxDepth else {
      throw RPCError(.invalidArgument, "More than \(Self.maxDepth) messages are nested.")
    }
    if try wellKnown(bytes, type: type) { return }
    writer.beginObject()
    try members(bytes, type: type)
    writer.endObject()
  }

  private func messageSchema(_ type: String) throws(RPCError) -> MessageSchema {
    guard let message = schema.messages[type] else {
      throw RPCError(.internal, "There is no descriptor of \(type), so it has no JSON form.")
    }
    return message
  }

  private mutating func members(_ bytes: ArraySlice<UInt8>, type: String) throws(RPCError) {
    let message = try messageSchema(type)
    var found: [Int: [WireFields.Field]] = [:]
    var lastOfOneof: [Int: UInt32] = [:]
    for field in WireFields(bytes) {
      guard let index = message.byNumber[field.number] else { continue }
      found[index, default: []].append(field)
      if let oneof = message.fields[index].oneof { lastOfOneof[oneof] = field.number }
    }
    for (index, field) in message.fields.enumerated() {
      if let oneof = field.oneof, lastOfOneof[oneof] != field.number { continue }
      try member(field, found[index] ?? [])
    }
  }

  private mutating func member(
    _ field: FieldSchema, _ values: [WireFields.Field]
  ) throws(RPCError) {
    if values.isEmpty {
      guard options.writesDefaults, !field.hasPresence else { return }
    }
    writer.key(options.usesProtoNames ? field.name : field.jsonName)
    if field.isRepeated {
      if let entry = schema.messages[field.typeName], entry.isMapEntry {
        try map(values, entry)
      } else {
        try list(field, values)
      }
    } else if let last = values.last {
      try value(field, last)
    } else {
      try value(field, WireFields.Field(number: field.number, wireType: 0, bits: 0, content: []))
    }
  }

  private mutating func list(
    _ field: FieldSchema, _ values: [WireFields.Field]
  ) throws(RPCError) {
    writer.beginArray()
    for value in values {
      guard value.wireType == 2, field.kind.isPackable else {
        try self.value(field, value)
        continue
      }
      var packed = WireFields(value.content)
      while let bits = field.kind.fixedBytes.map({ packed.fixed($0) }) ?? packed.varint() {
        try self.value(field, .init(number: field.number, wireType: 0, bits: bits, content: []))
      }
    }
    writer.endArray()
  }

  private mutating func map(_ values: [WireFields.Field], _ entry: MessageSchema) throws(RPCError) {
    guard entry.fields.count == 2 else { return }
    let (key, value) = (entry.fields[0], entry.fields[1])
    writer.beginObject()
    for element in values {
      let zero = { (field: FieldSchema) in
        WireFields.Field(number: field.number, wireType: 0, bits: 0, content: [])
      }
      var keyField = zero(key)
      var valueField = zero(value)
      for part in WireFields(element.content) {
        if part.number == 1 { keyField = part }
        if part.number == 2 { valueField = part }
      }
      writer.key(keyText(key, keyField))
      try self.value(value, valueField)
    }
    writer.endObject()
  }

  private func keyText(_ field: FieldSchema, _ value: WireFields.Field) -> String {
    switch field.kind {
    case .string: value.content.text
    case .bool: value.bits != 0 ? "true" : "false"
    default: field.kind.isSigned ? String(field.kind.signed(value.bits)) : String(value.bits)
    }
  }

  private mutating func value(
    _ field: FieldSchema, _ value: WireFields.Field
  ) throws(RPCError) {
    switch field.kind {
    case .double: writer.double(Double(bitPattern: value.bits))
    case .float: writer.float(Float(bitPattern: UInt32(truncatingIfNeeded: value.bits)))
    case .int32, .sint32, .sfixed32: writer.integer(field.kind.signed(value.bits))
    case .uint32, .fixed32: writer.integer(value.bits)
    case .int64, .sint64, .sfixed64: writer.string(String(field.kind.signed(value.bits)))
    case .uint64, .fixed64: writer.string(String(value.bits))
    case .bool: writer.bool(value.bits != 0)
    case .string: writer.string(value.content.text)
    case .bytes: writer.string(Base64.encode(value.content))
    case .enumeration: enumeration(field.typeName, Int32(truncatingIfNeeded: value.bits))
    case .message: try message(value.content, type: field.typeName)
    case .group: break
    }
  }

  private mutating func enumeration(_ type: String, _ number: Int32) {
    if let value = schema.enums[type]?.values.first(where: { $0.number == number }) {
      writer.string(value.name)
    } else {
      writer.integer(number)
    }
  }

  // MARK: Well-known types

  /// Writes a message that has a JSON form of its own; false for any other.
  private mutating func wellKnown(
    _ bytes: ArraySlice<UInt8>, type: String
  ) throws(RPCError) -> Bool {
    switch WellKnownType(rawValue: type) {
    case .timestamp: writer.string(try Timestamp(serialized: Array(bytes)).checkedText())
    case .duration: writer.string(try ProtoDuration(serialized: Array(bytes)).checkedText())
    case .fieldMask:
      let paths = try FieldMask(serialized: Array(bytes)).paths
      writer.string(paths.map(FieldMask.jsonPath).joined(separator: ","))
    case .any: try any(ProtoAny(serialized: Array(bytes)))
    case nil: return false
    }
    return true
  }

  private mutating func any(_ any: ProtoAny) throws(RPCError) {
    writer.beginObject()
    if !any.typeURL.isEmpty {
      writer.key("@type")
      writer.string(any.typeURL)
      let type = any.typeName
      if WellKnownType(rawValue: type) != nil {
        writer.key("value")
        try message(any.value[...], type: type)
      } else {
        try members(any.value[...], type: type)
      }
    }
    writer.endObject()
  }
}

/// Messages whose JSON form is not an object of their fields.
enum WellKnownType: String {
  case timestamp = "google.protobuf.Timestamp"
  case duration = "google.protobuf.Duration"
  case fieldMask = "google.protobuf.FieldMask"
  case any = "google.protobuf.Any"
}

extension FieldSchema.Kind {
  /// Whether a repeated field may come packed.
  var isPackable: Bool {
    switch self {
    case .string, .bytes, .message, .group: false
    default: true
    }
  }

  /// Bytes of a fixed-width number; nil for a varint.
  var fixedBytes: Int? {
    switch self {
    case .double, .fixed64, .sfixed64: 8
    case .float, .fixed32, .sfixed32: 4
    default: nil
    }
  }

  var isSigned: Bool {
    switch self {
    case .int32, .int64, .sint32, .sint64, .sfixed32, .sfixed64: true
    default: false
    }
  }

  /// The number that these bits are.
  func signed(_ bits: UInt64) -> Int64 {
    switch self {
    case .sint32, .sint64: Int64(bitPattern: bits >> 1) ^ -Int64(bitPattern: bits & 1)
    case .int32, .sfixed32: Int64(Int32(truncatingIfNeeded: bits))
    default: Int64(bitPattern: bits)
    }
  }
}
