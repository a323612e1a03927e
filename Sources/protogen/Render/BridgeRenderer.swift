/// Renders how a message and its C struct become each other.
struct BridgeRenderer {
  private let renderer: Renderer
  private let message: MessageType

  init(_ renderer: Renderer, _ message: MessageType) {
    self.renderer = renderer
    self.message = message
  }

  private var structure: String { CNames.structure(message.fullName) }

  func render(_ text: inout SourceText) {
    text.block("extension \(renderer.names.type(message.fullName)): BridgedMessage") { text in
      text.line("package static var cSize: Int { unsafe MemoryLayout<\(structure)>.size }")
      let path = renderer.bulkPath(message.fullName)
      if !path.isEmpty {
        let numbers = path.map { String($0.number) }.joined(separator: ", ")
        text.line()
        text.line("package static var bulkPath: [Int32] { [\(numbers)] }")
      }
      text.line()
      text.block("package static func initialize(_ memory: UnsafeMutableRawPointer)") { text in
        let bound = "memory.assumingMemoryBound(to: \(structure).self)"
        text.line("unsafe \(CNames.prefix(message.fullName))__init(\(bound))")
      }
      renderReading(&text)
      renderWriting(&text)
      if let first = path.first { renderBulk(first, isLast: path.count == 1, &text) }
    }
  }

  // MARK: Reading

  private func renderReading(_ text: inout SourceText) {
    text.line()
    text.line("package init(")
    text.indented { $0.line("reading memory: UnsafeRawPointer, _ reader: MessageReader") }
    text.block(") throws(RPCError)") { text in
      text.line("let c = unsafe memory.assumingMemoryBound(to: \(structure).self)")
      for field in message.fields { renderRead(field, &text) }
      for index in message.oneofs.indices { renderOneofRead(index, &text) }
      text.line("unknownFields = try unsafe reader.unknownFields(c.pointee.base)")
    }
  }

  private func renderRead(_ field: Field, _ text: inout SourceText) {
    let member = "self." + SwiftNames.member(field.name)
    let f = "c.pointee.f\(field.number)"
    switch renderer.shape(field) {
    case .single(let kind):
      text.line("\(member) = \(read(kind, f, field))")
    case .optional(let kind):
      if case .message = kind, !field.isOptional {
        text.line("\(member) = try unsafe reader.message(\(f))")
      } else {
        let oneof = renderer.cOneof(field, message)
        text.block("if unsafe c.pointee.o\(oneof)_case.rawValue == \(field.number)") { text in
          text.line("\(member) = \(read(kind, f, field))")
        }
      }
    case .list(let kind):
      text.line("\(member) = \(readList(kind, f, "c.pointee.n_f\(field.number)", field))")
    case .map(let key, let value, let entry):
      renderMapRead(field, key, value, entry, &text)
    case .member: break
    }
  }

  private func read(_ kind: FieldKind, _ f: String, _ field: Field) -> String {
    switch kind {
    case .bool: "unsafe \(f) != 0"
    case .string: "try unsafe reader.text(\(f), \"\(message.fullName).\(field.name)\")"
    case .bytes: field.isBulk ? "unsafe reader.bulk(\(f))" : "unsafe reader.bytes(\(f))"
    case .enumeration: "unsafe \(renderer.type(kind))(rawValue: \(f))"
    case .message: "try unsafe reader.message(\(f))"
    default: "unsafe \(f)"
    }
  }

  private func readList(_ kind: FieldKind, _ f: String, _ n: String, _ field: Field) -> String {
    switch kind {
    case .bool: "unsafe reader.flags(\(f), \(n))"
    case .string: "try unsafe reader.texts(\(f), \(n), \"\(message.fullName).\(field.name)\")"
    case .bytes: "unsafe reader.bytesList(\(f), \(n))"
    case .enumeration: "unsafe reader.enums(\(f), \(n))"
    case .message: "try unsafe reader.messages(\(f), \(n))"
    default: "unsafe reader.numbers(\(f), \(n))"
    }
  }

  private func renderMapRead(
    _ field: Field, _ key: FieldKind, _ value: FieldKind, _ entry: String, _ text: inout SourceText
  ) {
    let member = "self." + SwiftNames.member(field.name)
    text.line("\(member) = [:]")
    text.block("for index in 0..<(unsafe c.pointee.n_f\(field.number))") { text in
      text.line("guard let entry = unsafe c.pointee.f\(field.number)[index] else { continue }")
      text.line("let key = \(read(key, "entry.pointee.f1", field))")
      if case .message = value {
        let type = renderer.type(value)
        text.line("let value: \(type)? = try unsafe reader.message(entry.pointee.f2)")
        text.line("\(member)[key] = value ?? \(type)()")
      } else {
        text.line("\(member)[key] = \(read(value, "entry.pointee.f2", field))")
      }
    }
  }

  private func renderOneofRead(_ index: Int, _ text: inout SourceText) {
    let oneof = message.oneofs[index]
    let member = "self." + SwiftNames.member(oneof.name)
    text.line("switch unsafe c.pointee.o\(index)_case.rawValue {")
    for field in message.fields where field.oneof == index {
      let name = SwiftNames.member(field.name)
      let f = "c.pointee.f\(field.number)"
      text.line("case \(field.number):")
      text.indented { text in
        if case .message = field.kind {
          let type = renderer.type(field.kind)
          text.line("let value: \(type)? = try unsafe reader.message(\(f))")
          text.line("\(member) = .\(name)(value ?? \(type)())")
        } else {
          text.line("\(member) = .\(name)(\(read(field.kind, f, field)))")
        }
      }
    }
    text.line("default: break")
    text.line("}")
  }

  // MARK: Writing

  private func renderWriting(_ text: inout SourceText) {
    text.line()
    text.line("package func write(to memory: UnsafeMutableRawPointer, _ writer: MessageWriter) {")
    text.indented { text in
      text.line("let c = unsafe memory.assumingMemoryBound(to: \(structure).self)")
      for field in message.fields { renderWrite(field, &text) }
      for index in message.oneofs.indices { renderOneofWrite(index, &text) }
      text.line("unsafe writer.unknownFields(unknownFields, &c.pointee.base)")
    }
    text.line("}")
  }

  private func renderWrite(_ field: Field, _ text: inout SourceText) {
    let member = "self." + SwiftNames.member(field.name)
    let f = "c.pointee.f\(field.number)"
    let n = "c.pointee.n_f\(field.number)"
    switch renderer.shape(field) {
    case .single(let kind): text.line("unsafe \(f) = \(write(kind, member, field))")
    case .optional(let kind):
      if case .message = kind, !field.isOptional {
        text.line("unsafe \(f) = writer.optional(\(member))")
      } else {
        text.block("if let value = \(member)") { text in
          let oneof = renderer.cOneof(field, message)
          text.line("unsafe c.pointee.o\(oneof)_case = .init(rawValue: \(field.number))")
          text.line("unsafe \(f) = \(write(kind, "value", field))")
        }
      }
    case .list(let kind):
      text.line("unsafe \(n) = \(member).count")
      text.line("unsafe \(f) = writer.\(listWriter(kind))(\(member))")
    case .map(let key, let value, let entry):
      let type = CNames.structure(entry)
      let array = "writer.array(\(member).count, of: UnsafeMutablePointer<\(type)>?.self)"
      text.block("if let start = unsafe \(array)") { text in
        text.line("unsafe \(n) = \(member).count")
        text.line("unsafe \(f) = start")
        let sorted = "\(member).sorted(by: { $0.key < $1.key })"
        text.block("for (index, (key, value)) in \(sorted).enumerated()") { text in
          text.line("let entry = unsafe writer.structure(\(type).self)")
          text.line("unsafe \(CNames.prefix(entry))__init(entry)")
          text.line("unsafe entry.pointee.f1 = \(write(key, "key", field))")
          text.line("unsafe entry.pointee.f2 = \(write(value, "value", field))")
          text.line("unsafe (start + index).initialize(to: entry)")
        }
      }
    case .member: break
    }
  }

  private func write(_ kind: FieldKind, _ value: String, _ field: Field) -> String {
    switch kind {
    case .bool: "\(value) ? 1 : 0"
    case .string: "writer.text(\(value))"
    case .bytes: field.isBulk ? "writer.bulk()" : "writer.bytes(\(value))"
    case .enumeration: "\(value).rawValue"
    case .message: "writer.message(\(value))"
    default: value
    }
  }

  private func listWriter(_ kind: FieldKind) -> String {
    switch kind {
    case .bool: "flags"
    case .string: "texts"
    case .bytes: "bytesList"
    case .enumeration: "enums"
    case .message: "messages"
    default: "numbers"
    }
  }

  private func renderOneofWrite(_ index: Int, _ text: inout SourceText) {
    let oneof = message.oneofs[index]
    text.line("switch self.\(SwiftNames.member(oneof.name)) {")
    for field in message.fields where field.oneof == index {
      let binding = field.isBulk ? "" : "(let value)"
      text.line("case .\(SwiftNames.member(field.name))\(binding):")
      text.indented { text in
        text.line("unsafe c.pointee.o\(index)_case = .init(rawValue: \(field.number))")
        text.line("unsafe c.pointee.f\(field.number) = \(write(field.kind, "value", field))")
      }
    }
    text.line("case nil: break")
    text.line("}")
  }

  // MARK: Bulk

  private func renderBulk(_ field: Field, isLast: Bool, _ text: inout SourceText) {
    text.line()
    text.block("package func withBulk(_ body: (UnsafeRawBufferPointer) -> Void)") { text in
      let call =
        isLast ? "unsafe value.withUnsafeBytes { unsafe body($0) }" : "unsafe value.withBulk(body)"
      let empty = "unsafe body(UnsafeRawBufferPointer(start: nil, count: 0))"
      let name = SwiftNames.member(field.name)
      if let oneof = field.oneof {
        let member = SwiftNames.member(message.oneofs[oneof].name)
        text.line("guard case .\(name)(let value) = self.\(member) else { return \(empty) }")
      } else if isLast, !field.isOptional {
        text.line("let value = self.\(name)")
      } else {
        text.line("guard let value = self.\(name) else { return \(empty) }")
      }
      text.line(call)
    }
  }
}

extension Renderer {
  /// The index that the C struct's oneof of a proto3 `optional` field has: behind the real ones, in
  /// order.
  func cOneof(_ field: Field, _ message: MessageType) -> Int {
    let before = message.fields.prefix { $0.number != field.number }.filter(\.isOptional).count
    return message.oneofs.count + before
  }

  /// The fields that lead to the `bulk` field of a message, outermost first; empty where it has
  /// none.
  ///
  /// Lints have made sure that there is at most one, reached through single fields.
  func bulkPath(_ name: String) -> [Field] {
    guard let message = schema.messages[name] else { return [] }
    for field in message.fields where !field.isRepeated {
      if field.isBulk { return [field] }
      if case .message(let inner) = field.kind {
        let rest = bulkPath(inner)
        if !rest.isEmpty { return [field] + rest }
      }
    }
    return []
  }
}
