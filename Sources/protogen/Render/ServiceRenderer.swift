/// Renders a service: its method table, its handler protocol and how handlers are registered.
struct ServiceRenderer {
  private let renderer: Renderer
  private let service: Service
  private let name: String

  init(_ renderer: Renderer, _ service: Service, package: String) {
    self.renderer = renderer
    self.service = service
    name = SwiftNames.service(service, package: package)
  }

  func render(_ text: inout SourceText) {
    text.line("/// The methods of `\(service.fullName)`.")
    text.block("public enum \(name)Methods") { text in
      for method in service.methods {
        text.comment(method.comment)
        text.line("public static let \(SwiftNames.method(method.name)) = MethodInfo(")
        text.indented { $0.lines(arguments(method)) }
        text.line(")")
      }
      text.line()
      text.line("/// All of them, in the order of the proto.")
      let all = service.methods.map { SwiftNames.method($0.name) }.joined(separator: ", ")
      text.line("public static let all: [MethodInfo] = [\(all)]")
    }
    text.line()
    text.comment(service.comment)
    text.block("public protocol \(name)Handler: Sendable") { text in
      for (index, method) in service.methods.enumerated() {
        if index > 0 { text.line() }
        text.comment(method.comment)
        text.line(signature(method))
      }
    }
    text.line()
    text.block("extension \(name)Handler") { text in
      text.line("/// Makes this handler answer every method of `\(service.fullName)`.")
      text.block("public func register(on router: inout Router)") { text in
        for method in service.methods { renderRegistration(method, &text) }
      }
    }
  }

  private func arguments(_ method: Method) -> [String] {
    var result = [
      "service: \"\(service.fullName)\"", "name: \"\(method.name)\"", "kind: .\(kind(method))",
    ]
    switch method.idempotency {
    case .unknown: break
    case .noSideEffects: result.append("idempotency: .noSideEffects")
    case .idempotent: result.append("idempotency: .idempotent")
    }
    if let policy = method.policy {
      result.append("permission: \"\(policy.permission)\"")
      if !policy.resourceField.isEmpty {
        result.append("resourceField: \"\(policy.resourceField)\"")
      }
      switch policy.audit {
      case .unspecified, .none: result.append("audit: .none")
      case .mutation: result.append("audit: .mutation")
      case .classifiedRead: result.append("audit: .classifiedRead")
      }
      if !policy.stepUp.isEmpty { result.append("stepUp: \"\(policy.stepUp)\"") }
      if let deadline = policy.defaultDeadlineMilliseconds {
        result.append("defaultDeadline: .milliseconds(\(deadline))")
      }
    }
    return result.enumerated().map { $1 + ($0 == result.count - 1 ? "" : ",") }
  }

  private func kind(_ method: Method) -> String {
    switch (method.clientStreams, method.serverStreams) {
    case (false, false): "unary"
    case (true, false): "clientStreaming"
    case (false, true): "serverStreaming"
    case (true, true): "bidirectionalStreaming"
    }
  }

  private func signature(_ method: Method) -> String {
    let input = renderer.names.type(method.input)
    let output = renderer.names.type(method.output)
    let request =
      method.clientStreams ? "_ requests: RequestStream<\(input)>" : "_ request: \(input)"
    let head = "func \(SwiftNames.method(method.name))"
    let context = "_ context: ServerContext"
    return method.serverStreams
      ? "\(head)(\(request), _ responses: ResponseWriter<\(output)>, \(context)) async throws"
      : "\(head)(\(request), \(context)) async throws -> \(output)"
  }

  private func renderRegistration(_ method: Method, _ text: inout SourceText) {
    let swiftName = SwiftNames.method(method.name)
    text.block("router.add(\(name)Methods.\(swiftName))", parameter: "context") { text in
      if method.clientStreams {
        text.line(
          "let requests = RequestStream<\(renderer.names.type(method.input))>(context.call)")
      } else {
        text.line(
          "let request: \(renderer.names.type(method.input)) = try await context.call.onlyMessage()"
        )
      }
      let request = method.clientStreams ? "requests" : "request"
      if method.serverStreams {
        text.line(
          "let responses = ResponseWriter<\(renderer.names.type(method.output))>(context.call)")
        text.line("try await self.\(swiftName)(\(request), responses, context)")
      } else {
        text.line("context.call.reply(try await self.\(swiftName)(\(request), context))")
      }
    }
  }
}

extension SourceText {
  /// `head { parameter in`, the body one step in, `}`.
  mutating func block(
    _ head: String, parameter: String, _ body: (inout SourceText) -> Void
  ) {
    line("\(head) { \(parameter) in")
    indented(body)
    line("}")
  }
}
