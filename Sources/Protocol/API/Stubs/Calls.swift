package import PurSightRPC

/// What a unary or client-streaming call came back with.
package struct UnaryReply<Message: RPCMessage>: Sendable {
  package let message: Message
  /// Came before the message.
  package let initialMetadata: Metadata
  /// Came with the status, such as `x-pursight-audit-id`.
  package let trailers: Metadata
}

/// A call that sends many messages and receives one.
package struct ClientStreamingCall<Request: RPCMessage, Response: RPCMessage>: Sendable {
  /// Where the requests go. Finish it before asking for the response.
  package let requests: RequestWriter<Request>
  private let call: any ClientCall

  init(_ call: any ClientCall) {
    self.call = call
    requests = RequestWriter(call)
  }

  /// Waits for the response and the end of the call.
  /// - Throws: the status the call ended with; `INTERNAL` when it ended well without a response.
  package func response() async throws(RPCError) -> UnaryReply<Response> {
    guard let bytes = try await call.receive() else {
      throw RPCError(.internal, "The server ended the call well but sent no response.")
    }
    let message = try Response(serialized: bytes)
    guard try await call.receive() == nil else {
      call.cancel()
      throw RPCError(.internal, "The server sent two responses where the method has one.")
    }
    return UnaryReply(
      message: message, initialMetadata: try await call.initialMetadata(), trailers: call.trailers)
  }

  /// Ends the call now.
  package func cancel() { call.cancel() }
}

/// A call on which both sides send as they like.
package struct BidirectionalCall<Request: RPCMessage, Response: RPCMessage>: Sendable {
  /// Where the requests go.
  package let requests: RequestWriter<Request>
  /// Where the responses come from. Iterate it once.
  package let responses: ResponseStream<Response>

  init(_ call: any ClientCall) {
    requests = RequestWriter(call)
    responses = ResponseStream(call)
  }
}

extension Channel {
  package func unaryCall<Request: RPCMessage, Response: RPCMessage>(
    _ method: MethodInfo, _ request: Request, _ options: CallOptions
  ) async throws(RPCError) -> UnaryReply<Response> {
    let reply = try await unary(method, request.serialized(), options)
    return UnaryReply(
      message: try Response(serialized: reply.message), initialMetadata: reply.initialMetadata,
      trailers: reply.trailers)
  }

  package func serverStreamingCall<Request: RPCMessage, Response: RPCMessage>(
    _ method: MethodInfo, _ request: Request, _ options: CallOptions
  ) async throws(RPCError) -> ResponseStream<Response> {
    let call = try await open(method, options)
    do throws(RPCError) {
      try await call.send(request.serialized())
      try await call.finishSending()
    } catch {
      call.cancel()
      throw error
    }
    return ResponseStream(call)
  }

  package func clientStreamingCall<Request: RPCMessage, Response: RPCMessage>(
    _ method: MethodInfo, _ options: CallOptions
  ) async throws(RPCError) -> ClientStreamingCall<Request, Response> {
    ClientStreamingCall(try await open(method, options))
  }

  package func bidirectionalCall<Request: RPCMessage, Response: RPCMessage>(
    _ method: MethodInfo, _ options: CallOptions
  ) async throws(RPCError) -> BidirectionalCall<Request, Response> {
    BidirectionalCall(try await open(method, options))
  }
}
