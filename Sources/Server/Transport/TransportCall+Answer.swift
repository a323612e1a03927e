internal import PurSightConnect
internal import PurSightGRPC
internal import PurSightHTTP2
internal import PurSightNet
internal import PurSightRPC

// The way out: messages into the stream's buffer, head and status around them.
extension TransportCall {
  /// Room for a message of `count` bytes, behind its prefix.
  @inline(__always) func reserve(_ count: Int) -> UnsafeMutableRawPointer {
    if answer == .ended || changesMessages { return unsafe reserveScratch(count) }
    dropReserved()
    let size = MessageFraming.prefixBytes &+ count
    let target = unsafe stream.outbound.extend(size)
    unsafe MessageFraming.putPrefix(target, length: count)
    reserved = size
    return unsafe target + MessageFraming.prefixBytes
  }

  @inline(never) private func reserveScratch(_ count: Int) -> UnsafeMutableRawPointer {
    dropReserved()
    scratch.removeAll()
    usesScratch = true
    return unsafe scratch.extend(count)
  }

  /// Forgets a message that was reserved and not sent.
  @inline(__always) private func dropReserved() {
    if reserved > 0 {
      stream.outbound.removeLast(reserved)
      reserved = 0
    }
    usesScratch = false
  }

  /// Counts what was reserved as sent.
  @inline(__always) func commit() {
    reserved = 0
    sent &+= 1
    if usesScratch { commitScratch() }
  }

  @inline(never) private func commitScratch() {
    usesScratch = false
    guard answer != .ended else { return scratch.removeAll() }
    if let exchange {
      unsafe exchange.encode(scratch.bytes, isCompressed: compresses, into: &stream.outbound)
      return scratch.removeAll()
    }
    let message = unsafe MessageEncoding.compress(scratch.bytes)
    let target = unsafe stream.outbound.extend(MessageFraming.prefixBytes + message.count)
    unsafe MessageFraming.putPrefix(target, length: message.count, isCompressed: true)
    unsafe message.withUnsafeBytes {
      if let source = $0.baseAddress {
        unsafe (target + MessageFraming.prefixBytes).copyMemory(
          from: source, byteCount: message.count)
      }
    }
    scratch.removeAll()
  }

  /// Sends the head, if it is not out yet, and tells the session that there is more.
  @inline(__always) func push() {
    withConnection { connection in
      if answer == .none {
        beginAnswer(connection)
      } else {
        connection.session.resume(stream)
      }
      connection.requestFlush()
    }
  }

  @inline(__always) private func beginAnswer(_ connection: ServerConnection) {
    answer = .begun
    if sentMetadata == nil && !hasOwnHead {
      unsafe home.responseHead._withUnsafeGuaranteedRef {
        connection.session.respond(stream, $0, hasBody: true)
      }
    } else {
      let list = answerList()
      let metadata = sentMetadata ?? Metadata()
      if let exchange {
        exchange.fillHead(list, metadata, mayCompress: announcesGzip)
      } else {
        GRPCResponse.fillHead(list, metadata, encoding: announcesGzip ? .gzip : .identity)
      }
      connection.session.respond(stream, list, hasBody: true)
    }
  }

  /// Ends the call with OK, after what its handler has sent.
  @inline(__always) func finish() {
    guard answer != .ended else { return }
    if sent == 0 && !connection.routes.facts[route].serverStreams {
      return fail(RPCError(.internal, "The handler of this method returned without an answer."))
    }
    dropReserved()
    if let exchange { return conclude(exchange, exchange.answerFailure) }
    stream.isOutboundFinished = true
    if let trailers = sentTrailers {
      let list = HeaderList()
      GRPCResponse.fillTrailers(list, trailers)
      stream.outboundTrailers = list
    }
    push()
    answer = .ended
    if deadlineAt != 0 { cancelDeadline() }
    observeEnd(.ok, "")
  }

  /// Ends the call with an error: after what was sent, or as the only block of the answer.
  func fail(_ error: RPCError) {
    guard answer != .ended else { return }
    dropReserved()
    if let exchange { return conclude(exchange, error) }
    let metadata = sentTrailers ?? Metadata()
    if answer == .none && (stream.outbound.isEmpty && sentMetadata == nil) {
      let list = answerList()
      GRPCResponse.fillTrailersOnly(list, error, metadata)
      connection.session.respond(stream, list, hasBody: false)
      connection.requestFlush()
    } else {
      // Kept by the stream until the body is out: not the list that the head may need.
      let list = HeaderList()
      GRPCResponse.fillTrailers(list, error, metadata)
      stream.outboundTrailers = list
      stream.isOutboundFinished = true
      push()
    }
    answer = .ended
    if deadlineAt != 0 { cancelDeadline() }
    observeEnd(error.code, error.message)
  }

  /// Refuses the call because there is too much to do, and says when it may come again.
  @inline(never) func shed(_ message: String) {
    let pause = home.configuration.limits.pushback / .milliseconds(1)
    var trailers = Metadata()
    trailers.add("grpc-retry-pushback-ms", "\(Int(pause))")
    fail(RPCError(.unavailable, message, trailers: trailers))
  }

  /// Ends a call of another protocol than gRPC's own: its status is a part of the body, or an HTTP
  /// status.
  private func conclude(_ exchange: Exchange, _ error: RPCError?) {
    stream.isOutboundFinished = true
    stream.sendsTrailers = false
    let trailers = sentTrailers ?? Metadata()
    if !exchange.form.isUnary {
      exchange.appendEnd(error, trailers, to: &stream.outbound)
      push()
    } else if answer == .none {
      concludeUnary(exchange, error, trailers)
    } else {
      push()
    }
    answer = .ended
    if deadlineAt != 0 { cancelDeadline() }
    observeEnd(error?.code ?? .ok, error?.message ?? "")
  }

  private func concludeUnary(_ exchange: Exchange, _ error: RPCError?, _ trailers: Metadata) {
    let list = answerList()
    let metadata = sentMetadata ?? Metadata()
    if let error {
      stream.outbound.removeAll()
      stream.outbound.append(exchange.fillUnaryError(list, error, metadata, trailers))
      stream.takesRest = true
    } else {
      exchange.fillUnaryHead(list, metadata, trailers, length: stream.outbound.count)
    }
    connection.session.respond(stream, list, hasBody: true)
    connection.requestFlush()
  }

  /// Answers a request that is no call.
  func answerHTTP(_ http: HTTPAnswer) {
    let list = answerList()
    http.fill(list)
    stream.takesRest = true
    if http.hasBody {
      stream.outbound.append(Array(http.text.utf8))
      stream.isOutboundFinished = true
      stream.sendsTrailers = false
    }
    connection.session.respond(stream, list, hasBody: http.hasBody)
    connection.requestFlush()
    answer = .ended
  }

  private func answerList() -> HeaderList {
    let list = self.list ?? HeaderList()
    self.list = list
    return list
  }

  /// Tells the observer, if the call had got as far as a method.
  @inline(__always) func observeEnd(_ code: RPCCode, _ message: String) {
    if home.hasObserver && route >= 0 { reportEnd(code, message) }
  }

  @inline(never) private func reportEnd(_ code: RPCCode, _ message: String) {
    let ended = EndedCall(
      method: connection.routes.methods[route], code: code, message: message,
      peer: connection.peer, nanoseconds: monotonicNanoseconds() &- startedAt,
      received: received, sent: sent)
    home.observer?.callEnded(ended, loop: home.index)
  }
}
