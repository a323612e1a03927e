internal import PurSightGRPC
internal import PurSightHTTP2
internal import PurSightNet
internal import PurSightRPC

// What arrives for a call, and how it ends. All of it on the loop.
extension TransportCall {
  func receivedHead() {
    let fields = unsafe HeaderFields(stream.headers.bytes)
    let response = GRPCResponseHead(fields)
    if let failure = response.failure { return fail(failure, wasProcessed: true) }
    inbox.encoding = response.encoding ?? .identity
    if response.hasStatus {
      status = GRPCTrailers(fields)
      deliverHead(Metadata())
    } else {
      deliverHead(MetadataCoding.decode(fields))
    }
  }

  private func deliverHead(_ metadata: Metadata) {
    guard head == nil else { return }
    head = metadata
    if let waiter = headWaiter {
      headWaiter = nil
      waiter.resume(.success(metadata))
    }
  }

  func received(_ bytes: UnsafeRawBufferPointer) {
    guard end == nil else {
      connection?.session.consume(stream, bytes.count)
      return
    }
    unsafe inbox.append(bytes)
    if reader != nil {
      // Somebody waits for the message that this is a part of: without a window it could never
      // arrive.
      connection?.session.consume(stream, bytes.count)
      serveReader()
    }
  }

  func receivedTrailers() {
    status = unsafe GRPCTrailers(HeaderFields(stream.trailers.bytes))
  }

  func receivedEnd() {
    stream.isInboundEnded = true
    if end == nil { finish() }
    // The server has ended early: what we would still send is of no use to it (RFC 9113 section
    // 8.1).
    if !stream.isOutboundFinished { connection?.session.reset(stream, .noError) }
  }

  func drained() {
    if let waiter = writer {
      writer = nil
      waiter.resume(.success(()))
    }
  }

  func streamClosed(_ code: HTTP2ErrorCode) {
    stream.isClosed = true
    guard end == nil else { return }
    if stream.isInboundEnded { return finish() }
    let isRefused = code == .refusedStream
    fail(
      RPCError(
        StatusMapping.code(reset: code),
        isRefused
          ? "The server took no more calls on this connection."
          : "The server reset \(method.path) (HTTP/2 error \(code.rawValue))."),
      wasProcessed: !isRefused)
  }

  func connectionLost(_ error: RPCError) {
    stream.isClosed = true
    connection = nil
    fail(error, wasProcessed: true)
  }

  /// The stream has ended as it should: the status says how.
  private func finish() {
    guard let status else {
      return fail(
        RPCError(.unknown, "\(method.path) ended without a gRPC status."), wasProcessed: true)
    }
    if status.error == nil, !inbox.isDrained, !inbox.isReady {
      return fail(
        RPCError(.internal, "\(method.path) ended inside a message."), wasProcessed: true)
    }
    conclude(status.error, status.metadata)
  }

  /// Ends the call with an error, and tells the server if it does not know.
  func fail(_ error: RPCError, wasProcessed: Bool = true) {
    guard end == nil else { return }
    if !wasProcessed { markNeverProcessed() }
    if isQueued {
      isQueued = false
      transport.dequeue(self)
    } else if !stream.isClosed {
      connection?.session.reset(stream, .cancel)
      connection?.channel?.requestFlush()
    }
    conclude(error, error.trailers)
  }

  private func conclude(_ error: RPCError?, _ metadata: Metadata) {
    end = .some(error)
    setTrailers(metadata)
    if let timer { loop.cancel(timer) }
    settle(error)
  }

  /// Tells everyone who waits how the call ended.
  func settle(_ error: RPCError?) {
    let result: Result<Void, RPCError> = error.map { .failure($0) } ?? .success(())
    if let waiter = opener {
      opener = nil
      waiter.resume(result)
    }
    if let waiter = writer {
      writer = nil
      let closed = RPCError(.cancelled, "The server has ended \(method.path).")
      waiter.resume(.failure(error ?? closed))
    }
    if let waiter = headWaiter {
      headWaiter = nil
      waiter.resume(error.map { .failure($0) } ?? .success(Metadata()))
    }
    serveReader()
  }

  /// Gives the reader a message, or the end when all messages were read.
  func serveReader() {
    guard let waiter = reader else { return }
    let result: Result<[UInt8]?, RPCError>
    do throws(RPCError) {
      if let failed = end ?? nil, !inbox.isReady {
        result = .failure(failed)
      } else if let message = try unsafe inbox.take() {
        let taken = min(stream.unconsumed, inbox.readyBytes)
        connection?.session.consume(stream, taken)
        unsafe result = .success(Array(message))
        inbox.giveBack()
      } else if let end {
        result = end.map { .failure($0) } ?? .success(nil)
      } else {
        // Wait; and let what belongs to this message come.
        connection?.session.consume(stream, stream.unconsumed)
        connection?.channel?.requestFlush()
        return
      }
    } catch {
      reader = nil
      fail(error, wasProcessed: true)
      return waiter.resume(.failure(error))
    }
    reader = nil
    connection?.channel?.requestFlush()
    waiter.resume(result)
  }
}
