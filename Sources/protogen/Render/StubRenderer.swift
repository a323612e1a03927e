/// Renders a service's client stub: one method per RPC, over any `Channel`.
struct StubRenderer {
  private let renderer: Renderer
  private let service: Service
  private let name: String

  init(_ renderer: Renderer, _ service: Service, package: String) {
    self.renderer = renderer
    self.service = service
    name = SwiftNames.service(service, package: package)
  }

  func render(_ text: inout SourceText) {
    text.line("/// Calls `\(service.fullName)`.")
    text.block("package struct \(name)Stub: Sendable") { text in
      text.line("private let channel: any Channel")
      text.line()
      text.line("package init(_ channel: any Channel) { self.channel = channel }")
      for method in service.methods {
        text.line()
        render(method, &text)
      }
    }
  }

  private func render(_ method: Method, _ text: inout SourceText) {
    let input = renderer.names.type(method.input)
    let output = renderer.names.type(method.output)
    let info = "\(name)Methods.\(SwiftNames.method(method.name))"
    text.comment(method.comment)
    text.line("package func \(SwiftNames.method(method.name))(")
    let result: String
    let call: String
    let request = "_ request: \(input), "
    switch (method.clientStreams, method.serverStreams) {
    case (false, false):
      result = "UnaryReply<\(output)>"
      call = "unaryCall(\(info), request, options)"
    case (false, true):
      result = "ResponseStream<\(output)>"
      call = "serverStreamingCall(\(info), request, options)"
    case (true, false):
      result = "ClientStreamingCall<\(input), \(output)>"
      call = "clientStreamingCall(\(info), options)"
    case (true, true):
      result = "BidirectionalCall<\(input), \(output)>"
      call = "bidirectionalCall(\(info), options)"
    }
    text.indented { text in
      text.line("\(method.clientStreams ? "" : request)_ options: CallOptions = CallOptions()")
    }
    text.block(") async throws(RPCError) -> \(result)") { $0.line("try await channel.\(call)") }
  }
}
