internal import PurSightAPI
internal import PurSightRPC

/// grpc.reflection.v1: serves the published descriptors of what the server serves.
///
/// Source: grpc/grpc, `doc/server-reflection.md`.
struct ReflectionService: ServerReflectionHandler {
  /// Full names of the services, sorted.
  let services: [String]
  let descriptors: DescriptorTable
  let extensions: ExtensionIndex

  init(services: [String], descriptors: DescriptorTable = APIDescriptors.all) {
    self.services = services
    self.descriptors = descriptors
    extensions = ExtensionIndex(descriptors)
  }

  func serverReflectionInfo(
    _ requests: RequestStream<ServerReflectionRequest>,
    _ responses: ResponseWriter<ServerReflectionResponse>, _ context: ServerContext
  ) async throws {
    for try await request in requests { try await responses.write(answer(request)) }
  }

  /// The answer to one question. A question that has none is answered in band; the stream goes on.
  func answer(_ request: ServerReflectionRequest) -> ServerReflectionResponse {
    let answer: ServerReflectionResponse.MessageResponse
    switch request.messageRequest {
    case .fileByFilename(let name):
      answer = file(descriptors.fileByName[name], "file \"\(name.prefix(200))\"")
    case .fileContainingSymbol(let symbol):
      answer = file(descriptors.fileBySymbol[symbol], "symbol \"\(symbol.prefix(200))\"")
    case .fileContainingExtension(let wanted):
      answer = file(
        extensions.file(wanted.containingType, wanted.extensionNumber),
        "extension \(wanted.extensionNumber) of \"\(wanted.containingType.prefix(200))\"")
    case .allExtensionNumbersOfType(let type):
      answer = numbers(type)
    case .listServices:
      answer = .listServicesResponse(
        ListServiceResponse(service: services.map { ServiceResponse(name: $0) }))
    case nil:
      answer = error(.invalidArgument, "The question is empty.")
    }
    return ServerReflectionResponse(
      validHost: request.host, originalRequest: request, messageResponse: answer)
  }

  private func numbers(_ type: String) -> ServerReflectionResponse.MessageResponse {
    guard descriptors.fileBySymbol[type] != nil else {
      return error(.notFound, "There is no type \"\(type.prefix(200))\" here.")
    }
    return .allExtensionNumbersResponse(
      ExtensionNumberResponse(
        baseTypeName: type, extensionNumber: extensions.numbers(of: type)))
  }

  private func file(_ index: Int?, _ what: String) -> ServerReflectionResponse.MessageResponse {
    guard let index else { return error(.notFound, "There is no \(what) here.") }
    return .fileDescriptorResponse(
      FileDescriptorResponse(fileDescriptorProto: [descriptors.files[index].bytes]))
  }

  private func error(
    _ code: RPCCode, _ message: String
  ) -> ServerReflectionResponse.MessageResponse {
    .errorResponse(ErrorResponse(errorCode: code.rawValue, errorMessage: message))
  }
}

/// grpc.reflection.v1alpha: the same on the wire under its older name, which many tools still ask
/// for.
struct OlderReflectionService: V1AlphaServerReflectionHandler {
  let reflection: ReflectionService

  func serverReflectionInfo(
    _ requests: RequestStream<V1AlphaServerReflectionRequest>,
    _ responses: ResponseWriter<V1AlphaServerReflectionResponse>, _ context: ServerContext
  ) async throws {
    for try await request in requests {
      let question = try ServerReflectionRequest(serialized: request.serialized())
      let answer = reflection.answer(question).serialized()
      try await responses.write(V1AlphaServerReflectionResponse(serialized: answer))
    }
  }
}
