/// Where the generated code goes.
struct RenderOptions {
  /// C module that holds the message structs, such as `CPurSightMessages`.
  var cModule: String
  /// Swift modules the generated files import publicly, beside `PurSightRPC`.
  var swiftImports: [String]
  /// Name of the enum that holds the descriptors, such as `APIDescriptors`.
  var descriptorsName: String
}

/// One file to write.
struct OutputFile: Equatable {
  /// Path below the output folder.
  var path: String
  var content: [UInt8]
}

/// Turns a schema into Swift files: model in, text out.
struct Renderer {
  let schema: Schema
  let names: SwiftNames
  let options: RenderOptions

  init(_ schema: Schema, _ options: RenderOptions) {
    self.schema = schema
    self.options = options
    names = SwiftNames(schema)
  }

  /// The files that Swift and C are generated of, in order.
  var files: [SchemaFile] { schema.files.filter { !$0.isMeta } }

  func swiftFiles() -> [OutputFile] {
    var result: [OutputFile] = []
    for file in files {
      let stem = file.name.dropLast(".proto".count).replacing("/", with: "_")
      if !file.allMessages.isEmpty || !file.allEnums.isEmpty {
        result.append(OutputFile(path: stem + ".pb.swift", content: values(of: file)))
      }
      if !file.services.isEmpty {
        result.append(OutputFile(path: stem + ".service.swift", content: services(of: file)))
        result.append(OutputFile(path: stem + ".client.swift", content: stubs(of: file)))
      }
    }
    result.append(OutputFile(path: options.descriptorsName + ".swift", content: descriptorTable()))
    return result
  }

  /// Imports of a file with messages.
  func valueImports() -> [String] {
    ["internal import \(options.cModule)", "internal import CPurSightProtobuf"] + publicImports()
  }

  func publicImports() -> [String] {
    (options.swiftImports + ["PurSightRPC"]).sorted().map { "public import \($0)" }
  }

  private func values(of file: SchemaFile) -> [UInt8] {
    var text = SourceText(generatedFrom: file.name)
    text.lines(valueImports())
    for type in file.enums {
      text.line()
      EnumRenderer(type: type, name: names.type(type.fullName)).render(&text)
    }
    for message in file.messages {
      text.line()
      MessageRenderer(self, message).render(&text)
    }
    for message in file.allMessages where !message.isMapEntry {
      text.line()
      BridgeRenderer(self, message).render(&text)
    }
    let rules = RuleRenderer(self)
    for message in file.allMessages where rules.hasRules(message.fullName) {
      text.line()
      rules.render(message, &text)
    }
    return text.bytes
  }

  private func services(of file: SchemaFile) -> [UInt8] {
    var text = SourceText(generatedFrom: file.name)
    text.lines(options.swiftImports.sorted().map { "internal import \($0)" })
    text.line("public import PurSightRPC")
    for service in file.services {
      text.line()
      ServiceRenderer(self, service, package: file.package).render(&text)
    }
    for (request, field) in resourceFields(of: file) {
      text.line()
      text.block("extension \(names.type(request)): ResourceRequest") { text in
        text.line("public var resourceName: String { \(member(path: field, of: request)) }")
      }
    }
    return text.bytes
  }

  private func stubs(of file: SchemaFile) -> [UInt8] {
    var text = SourceText(generatedFrom: file.name)
    text.lines(publicImports().map { $0.replacing("public", with: "package") })
    for service in file.services {
      text.line()
      StubRenderer(self, service, package: file.package).render(&text)
    }
    return text.bytes
  }

  /// Each request type whose methods name a resource field, with that field, in method order.
  private func resourceFields(of file: SchemaFile) -> [(request: String, field: String)] {
    var seen: Set<String> = []
    var result: [(String, String)] = []
    for method in file.services.flatMap(\.methods) {
      guard let field = method.policy?.resourceField, !field.isEmpty else { continue }
      if seen.insert(method.input).inserted { result.append((method.input, field)) }
    }
    return result
  }

  /// Swift for a dotted field path that ends in a string; empty text where a message on the way is
  /// absent.
  private func member(path: String, of request: String) -> String {
    var expression = ""
    var type = request
    var isOptional = false
    for part in path.split(separator: ".") {
      guard let field = schema.messages[type]?.fields.first(where: { $0.name == part }) else {
        break
      }
      expression +=
        (expression.isEmpty ? "" : isOptional ? "?." : ".") + SwiftNames.member(field.name)
      if case .message(let inner) = field.kind {
        type = inner
        isOptional = true
      }
    }
    return isOptional ? expression + " ?? \"\"" : expression
  }
}
