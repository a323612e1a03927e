internal import PurSightAPI
internal import PurSightInterop
internal import PurSightRPC

/// The cases of gRPC's interop descriptions, each as its description says.
///
/// Source: grpc/grpc, `doc/interop-test-descriptions.md`.
struct TestCases {
  enum Name: String, CaseIterable {
    case emptyUnary = "empty_unary"
    case largeUnary = "large_unary"
    case clientStreaming = "client_streaming"
    case serverStreaming = "server_streaming"
    case pingPong = "ping_pong"
    case emptyStream = "empty_stream"
    case clientCompressedUnary = "client_compressed_unary"
    case serverCompressedUnary = "server_compressed_unary"
    case clientCompressedStreaming = "client_compressed_streaming"
    case serverCompressedStreaming = "server_compressed_streaming"
    case customMetadata = "custom_metadata"
    case statusCodeAndMessage = "status_code_and_message"
    case specialStatusMessage = "special_status_message"
    case unimplementedMethod = "unimplemented_method"
    case unimplementedService = "unimplemented_service"
    case cancelAfterBegin = "cancel_after_begin"
    case cancelAfterFirstResponse = "cancel_after_first_response"
    case timeoutOnSleepingServer = "timeout_on_sleeping_server"
  }

  /// What a case found that is not as it should be.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// No case takes longer than this.
  static let timeout = Duration.seconds(30)
  static let requestSizes = [27_182, 8, 1_828, 45_904]
  static let responseSizes: [Int32] = [31_415, 9, 2_653, 58_979]

  let channel: any Channel
  let stub: TestServiceStub
  let options = CallOptions(timeout: Self.timeout)

  init(_ channel: any Channel) {
    self.channel = channel
    stub = TestServiceStub(channel)
  }

  func run(_ name: Name) async throws {
    switch name {
    case .emptyUnary: try await emptyUnary()
    case .largeUnary: try await largeUnary()
    case .clientStreaming: try await clientStreaming()
    case .serverStreaming: try await serverStreaming()
    case .pingPong: try await pingPong()
    case .emptyStream: try await emptyStream()
    case .clientCompressedUnary: try await clientCompressedUnary()
    case .serverCompressedUnary: try await serverCompressedUnary()
    case .clientCompressedStreaming: try await clientCompressedStreaming()
    case .serverCompressedStreaming: try await serverCompressedStreaming()
    case .customMetadata: try await customMetadata()
    case .statusCodeAndMessage: try await status("test status message")
    case .specialStatusMessage:
      try await status("\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n")
    case .unimplementedMethod:
      try await expect(.unimplemented) { _ = try await stub.unimplementedCall(Empty(), options) }
    case .unimplementedService:
      let other = UnimplementedServiceStub(channel)
      try await expect(.unimplemented) { _ = try await other.unimplementedCall(Empty(), options) }
    case .cancelAfterBegin: try await cancelAfterBegin()
    case .cancelAfterFirstResponse: try await cancelAfterFirstResponse()
    case .timeoutOnSleepingServer: try await timeoutOnSleepingServer()
    }
  }

  // MARK: What all of them use

  func payload(_ size: Int) -> Payload { Payload(body: [UInt8](repeating: 0, count: size)) }

  func check(_ isTrue: Bool, _ message: @autoclosure () -> String) throws {
    guard isTrue else { throw Failure(description: message()) }
  }

  /// Fails unless `body` ends with the status code; answers the error for more checks.
  @discardableResult func expect(
    _ code: RPCCode, _ body: () async throws -> Void
  ) async throws -> RPCError {
    do {
      try await body()
    } catch let error as RPCError {
      try check(error.code == code, "the call ended with \(error) and not with \(code)")
      return error
    }
    throw Failure(description: "the call ended well and not with \(code)")
  }
}
