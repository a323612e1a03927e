@testable import PurSightApp
import PurSightAPI
import Testing

@Suite struct ReflectionTests {
  private let reflection = ReflectionService(services: ["a.B", "c.D"])

  private func answer(
    _ question: ServerReflectionRequest.MessageRequest?
  ) -> ServerReflectionResponse.MessageResponse? {
    var request = ServerReflectionRequest()
    request.host = "h"
    request.messageRequest = question
    let answer = reflection.answer(request)
    #expect(answer.originalRequest == request)
    #expect(answer.validHost == "h")
    return answer.messageResponse
  }

  /// proto/pursight/v1/options.proto declares them: 50001 on methods, 50002 and 50003 on fields.
  @Test func `extensions are found by number, and numbers by type`() {
    for (type, numbers) in [
      ("google.protobuf.MethodOptions", [50001]), ("google.protobuf.FieldOptions", [50002, 50003]),
      ("pursight.v1.Source", []),
    ] as [(String, [Int32])] {
      #expect(
        answer(.allExtensionNumbersOfType(type))
          == .allExtensionNumbersResponse(
            .init(baseTypeName: type, extensionNumber: numbers)))
    }
    let file = APIDescriptors.all.files.first { $0.name == "pursight/v1/options.proto" }
    #expect(
      answer(
        .fileContainingExtension(
          .init(containingType: "google.protobuf.MethodOptions", extensionNumber: 50001)))
        == .fileDescriptorResponse(.init(fileDescriptorProto: [file?.bytes ?? []])))
  }

  @Test func `services, files and symbols are served`() {
    #expect(
      answer(.listServices(""))
        == .listServicesResponse(.init(service: [.init(name: "a.B"), .init(name: "c.D")])))
    let file = APIDescriptors.all.files.first { $0.name == "grpc/health/v1/health.proto" }
    for question: ServerReflectionRequest.MessageRequest in [
      .fileByFilename("grpc/health/v1/health.proto"),
      .fileContainingSymbol("grpc.health.v1.Health"),
      .fileContainingSymbol("grpc.health.v1.Health.Check"),
    ] {
      #expect(
        answer(question) == .fileDescriptorResponse(.init(fileDescriptorProto: [file?.bytes ?? []]))
      )
    }
  }

  @Test(arguments: [
    ServerReflectionRequest.MessageRequest.fileByFilename("no.proto"),
    .fileContainingSymbol("no.Such"), .allExtensionNumbersOfType("no.Such"),
    .fileContainingExtension(.init(containingType: "no.Such", extensionNumber: 1)),
  ]) func `what is not there is answered in band`(
    _ question: ServerReflectionRequest.MessageRequest
  ) {
    guard case .errorResponse(let error) = answer(question) else {
      Issue.record("no error")
      return
    }
    #expect(error.errorCode == 5)
  }
}
