internal import PurSightAPI
internal import PurSightInterop
internal import PurSightRPC

// Messages there and back in all four kinds of calls.
extension TestCases {
  func emptyUnary() async throws {
    let reply = try await stub.emptyCall(Empty(), options)
    try check(reply.message == Empty(), "the response is not empty")
  }

  func largeUnary() async throws {
    let request = SimpleRequest(responseSize: 314_159, payload: payload(271_828))
    let reply = try await stub.unaryCall(request, options)
    try check(reply.message.payload == payload(314_159), "the payload is not 314159 zeros")
  }

  func clientStreaming() async throws {
    let call = try await stub.streamingInputCall(options)
    for size in Self.requestSizes {
      try await call.requests.write(StreamingInputCallRequest(payload: payload(size)))
    }
    try await call.requests.finish()
    let total = try await call.response().message.aggregatedPayloadSize
    try check(total == 74_922, "the sum is \(total) and not 74922")
  }

  func serverStreaming() async throws {
    let request = StreamingOutputCallRequest(
      responseParameters: Self.responseSizes.map { ResponseParameters(size: $0) })
    var sizes: [Int32] = []
    for try await response in try await stub.streamingOutputCall(request, options) {
      sizes.append(Int32(response.payload?.body.count ?? 0))
    }
    try check(sizes == Self.responseSizes, "the payloads have the sizes \(sizes)")
  }

  func pingPong() async throws {
    let call = try await stub.fullDuplexCall(options)
    let responses = call.responses.makeAsyncIterator()
    for (requestSize, responseSize) in zip(Self.requestSizes, Self.responseSizes) {
      try await call.requests.write(
        StreamingOutputCallRequest(
          responseParameters: [ResponseParameters(size: responseSize)],
          payload: payload(requestSize)))
      let size = try await responses.next()?.payload?.body.count
      try check(size == Int(responseSize), "a payload has \(size ?? -1) bytes")
    }
    try await call.requests.finish()
    try check(try await responses.next() == nil, "there is a response too many")
  }

  func emptyStream() async throws {
    let call = try await stub.fullDuplexCall(options)
    try await call.requests.finish()
    for try await _ in call.responses { throw Failure(description: "there is a response") }
  }
}

// Metadata, status, cancellation, deadlines.
extension TestCases {
  private var echoed: CallOptions {
    var options = options
    options.metadata.add("x-grpc-test-echo-initial", "test_initial_metadata_value")
    options.metadata.add("x-grpc-test-echo-trailing-bin", bytes: [0xab, 0xab, 0xab])
    return options
  }

  func customMetadata() async throws {
    let reply = try await stub.unaryCall(
      SimpleRequest(responseSize: 314_159, payload: payload(271_828)), echoed)
    try checkEcho(reply.initialMetadata, reply.trailers)
    let call = try await stub.fullDuplexCall(echoed)
    try await call.requests.write(
      StreamingOutputCallRequest(
        responseParameters: [ResponseParameters(size: 314_159)], payload: payload(271_828)))
    try await call.requests.finish()
    for try await _ in call.responses {}
    try checkEcho(try await call.responses.call.initialMetadata(), call.responses.call.trailers)
  }

  private func checkEcho(_ initial: Metadata, _ trailing: Metadata) throws {
    try check(
      initial["x-grpc-test-echo-initial"] == "test_initial_metadata_value",
      "the initial metadata is \(initial.entries)")
    try check(
      trailing.bytes("x-grpc-test-echo-trailing-bin") == [0xab, 0xab, 0xab],
      "the trailing metadata is \(trailing.entries)")
  }

  func status(_ message: String) async throws {
    let status = EchoStatus(code: RPCCode.unknown.rawValue, message: message)
    let unary = try await expect(.unknown) {
      _ = try await stub.unaryCall(SimpleRequest(responseStatus: status), options)
    }
    try check(unary.message == message, "the unary call's message is '\(unary.message)'")
    let stream = try await expect(.unknown) {
      let call = try await stub.fullDuplexCall(options)
      try await call.requests.write(StreamingOutputCallRequest(responseStatus: status))
      try await call.requests.finish()
      for try await _ in call.responses {}
    }
    try check(stream.message == message, "the stream's message is '\(stream.message)'")
  }

  func cancelAfterBegin() async throws {
    let call = try await stub.streamingInputCall(options)
    call.cancel()
    try await expect(.cancelled) { _ = try await call.response() }
  }

  func cancelAfterFirstResponse() async throws {
    let call = try await stub.fullDuplexCall(options)
    try await call.requests.write(
      StreamingOutputCallRequest(
        responseParameters: [ResponseParameters(size: 31_415)], payload: payload(27_182)))
    let responses = call.responses.makeAsyncIterator()
    let size = try await responses.next()?.payload?.body.count
    try check(size == 31_415, "the payload has \(size ?? -1) bytes")
    call.responses.call.cancel()
    try await expect(.cancelled) { _ = try await responses.next() }
  }

  func timeoutOnSleepingServer() async throws {
    try await expect(.deadlineExceeded) {
      let call = try await stub.fullDuplexCall(CallOptions(timeout: .milliseconds(1)))
      try await call.requests.write(StreamingOutputCallRequest(payload: payload(27_182)))
      for try await _ in call.responses {}
    }
  }
}
