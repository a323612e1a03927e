internal import PurSightAPI
internal import PurSightInterop
internal import PurSightRPC

extension TestCases {
  private var compressed: CallOptions {
    var options = options
    options.compressesMessages = true
    return options
  }

  func clientCompressedUnary() async throws {
    var request = SimpleRequest(
      responseSize: 314_159, payload: payload(271_828), expectCompressed: BoolValue(value: true))
    // A server that cannot see whether a message was compressed would accept this.
    try await expect(.invalidArgument) { _ = try await stub.unaryCall(request, options) }
    let first = try await stub.unaryCall(request, compressed)
    try check(first.message.payload == payload(314_159), "the payload is not 314159 zeros")
    request.expectCompressed = BoolValue(value: false)
    let second = try await stub.unaryCall(request, options)
    try check(second.message.payload == payload(314_159), "the payload is not 314159 zeros")
  }

  func serverCompressedUnary() async throws {
    for isCompressed in [true, false] {
      let request = SimpleRequest(
        responseSize: 314_159, payload: payload(271_828),
        responseCompressed: BoolValue(value: isCompressed))
      // Opened as a stream, because only there the message's own flag can be seen.
      let call = try await channel.open(TestServiceMethods.unaryCall, options)
      try await call.send(request.serialized())
      try await call.finishSending()
      guard let bytes = try await call.receive() else {
        throw Failure(description: "there is no response")
      }
      let flag = call.lastMessageWasCompressed
      try check(flag == isCompressed, "compressed is \(flag), asked for was \(isCompressed)")
      let response = try SimpleResponse(serialized: bytes)
      try check(response.payload == payload(314_159), "the payload is not 314159 zeros")
      try check(try await call.receive() == nil, "there is a response too many")
    }
  }

  func clientCompressedStreaming() async throws {
    try await expect(.invalidArgument) {
      let probe = try await stub.streamingInputCall(options)
      try await probe.requests.write(
        StreamingInputCallRequest(
          payload: payload(27_182), expectCompressed: BoolValue(value: true)))
      try await probe.requests.finish()
      _ = try await probe.response()
    }
    let call = try await stub.streamingInputCall(compressed)
    for (size, isCompressed) in [(27_182, true), (45_904, false)] {
      try await call.requests.write(
        StreamingInputCallRequest(
          payload: payload(size), expectCompressed: BoolValue(value: isCompressed)),
        isCompressed: isCompressed)
    }
    try await call.requests.finish()
    let total = try await call.response().message.aggregatedPayloadSize
    try check(total == 73_086, "the sum is \(total) and not 73086")
  }

  func serverCompressedStreaming() async throws {
    let wanted = [(Int32(31_415), true), (Int32(92_653), false)]
    let request = StreamingOutputCallRequest(
      responseParameters: wanted.map {
        ResponseParameters(size: $0, compressed: BoolValue(value: $1))
      })
    let responses = try await stub.streamingOutputCall(request, options)
    let iterator = responses.makeAsyncIterator()
    for (size, isCompressed) in wanted {
      let count = try await iterator.next()?.payload?.body.count
      try check(count == Int(size), "a payload has \(count ?? -1) bytes and not \(size)")
      let flag = responses.call.lastMessageWasCompressed
      try check(flag == isCompressed, "compressed is \(flag), asked for was \(isCompressed)")
    }
    try check(try await iterator.next() == nil, "there is a response too many")
  }
}
