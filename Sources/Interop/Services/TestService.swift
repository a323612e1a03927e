package import PurSightRPC

/// The service that every gRPC implementation calls at every other.
///
/// Source: grpc/grpc, `doc/interop-test-descriptions.md`.
package struct TestService: TestServiceHandler {
  /// The largest payload that is sent, in bytes.
  static let maxPayloadBytes = 16 << 20
  /// The most requests that a half-duplex call collects.
  static let maxCollectedRequests = 1000

  package init() {}

  package func emptyCall(_ request: Empty, _ context: ServerContext) async throws -> Empty {
    echoMetadata(context)
    return Empty()
  }

  package func unaryCall(
    _ request: SimpleRequest, _ context: ServerContext
  ) async throws -> SimpleResponse {
    echoMetadata(context)
    try checkCompression(request.expectCompressed, context)
    try failAsAsked(request.responseStatus)
    context.call.compressesMessages = request.responseCompressed?.value ?? false
    return SimpleResponse(payload: try payload(request.responseSize, request.responseType))
  }

  package func cacheableUnaryCall(
    _ request: SimpleRequest, _ context: ServerContext
  ) async throws -> SimpleResponse {
    context.addInitialMetadata("cache-control", "max-age=60, public")
    return try await unaryCall(request, context)
  }

  package func streamingOutputCall(
    _ request: StreamingOutputCallRequest,
    _ responses: ResponseWriter<StreamingOutputCallResponse>, _ context: ServerContext
  ) async throws {
    echoMetadata(context)
    try await answer(request, responses, context)
  }

  package func streamingInputCall(
    _ requests: RequestStream<StreamingInputCallRequest>, _ context: ServerContext
  ) async throws -> StreamingInputCallResponse {
    var size = 0
    while let request = try await requests.next() {
      try checkCompression(request.expectCompressed, context)
      size += request.payload?.body.count ?? 0
    }
    return StreamingInputCallResponse(aggregatedPayloadSize: Int32(clamping: size))
  }

  package func fullDuplexCall(
    _ requests: RequestStream<StreamingOutputCallRequest>,
    _ responses: ResponseWriter<StreamingOutputCallResponse>, _ context: ServerContext
  ) async throws {
    echoMetadata(context)
    while let request = try await requests.next() {
      try await answer(request, responses, context)
    }
  }

  package func halfDuplexCall(
    _ requests: RequestStream<StreamingOutputCallRequest>,
    _ responses: ResponseWriter<StreamingOutputCallResponse>, _ context: ServerContext
  ) async throws {
    var collected: [StreamingOutputCallRequest] = []
    while let request = try await requests.next() {
      guard collected.count < Self.maxCollectedRequests else {
        throw RPCError(
          .resourceExhausted, "More than \(Self.maxCollectedRequests) requests came; send fewer.")
      }
      collected.append(request)
    }
    for request in collected { try await answer(request, responses, context) }
  }

  package func unimplementedCall(_ request: Empty, _ context: ServerContext) async throws -> Empty {
    throw RPCError(.unimplemented, "UnimplementedCall is not implemented, and is not meant to be.")
  }

  // MARK: Parts of the answers

  private func answer(
    _ request: StreamingOutputCallRequest,
    _ responses: ResponseWriter<StreamingOutputCallResponse>, _ context: ServerContext
  ) async throws {
    try failAsAsked(request.responseStatus)
    for parameters in request.responseParameters {
      if parameters.intervalUs > 0 {
        try await Task.sleep(for: .microseconds(parameters.intervalUs))
      }
      context.call.compressesMessages = parameters.compressed?.value ?? false
      try await responses.write(
        StreamingOutputCallResponse(payload: try payload(parameters.size, request.responseType)))
    }
  }

  /// "custom_metadata": sends back one value before and all binary ones behind the messages.
  private func echoMetadata(_ context: ServerContext) {
    let metadata = context.metadata
    if let value = metadata["x-grpc-test-echo-initial"] {
      context.addInitialMetadata("x-grpc-test-echo-initial", value)
    }
    for entry in metadata.entries where entry.name == "x-grpc-test-echo-trailing-bin" {
      guard case .bytes(let value) = entry.value else { continue }
      context.call.trailers.add(entry.name, bytes: value)
    }
  }

  /// "client_compressed_unary", "client_compressed_streaming".
  private func checkCompression(_ isExpected: BoolValue?, _ context: ServerContext) throws(RPCError)
  {
    guard isExpected?.value == true, !context.call.lastMessageWasCompressed else { return }
    throw RPCError(.invalidArgument, "The request was to be compressed but is not.")
  }

  /// "status_code_and_message", "special_status_message".
  private func failAsAsked(_ status: EchoStatus?) throws(RPCError) {
    guard let status, status.code != 0 else { return }
    throw RPCError(RPCCode(rawValue: status.code), status.message)
  }

  private func payload(_ size: Int32, _ type: PayloadType) throws(RPCError) -> Payload {
    guard size >= 0, size <= Self.maxPayloadBytes else {
      throw RPCError(
        .invalidArgument,
        "A payload of \(size) bytes was asked for; 0 to \(Self.maxPayloadBytes) can be.")
    }
    return Payload(type: type, body: [UInt8](repeating: 0, count: Int(size)))
  }
}
