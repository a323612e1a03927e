internal import PurSightConnect
internal import PurSightGRPC
internal import PurSightHTTP2
internal import PurSightNet
internal import PurSightRPC

// Requests of other protocols than gRPC's own, and those that are no calls at all. What is decided
// here comes before and behind a call; in between all protocols are one.
extension ServerConnection {
  /// Judges a request by its head.
  @inline(never) func takeOtherHead(_ call: TransportCall) {
    let limit = home.configuration.http2.maxHeaderListBytes
    if call.stream.isHeaderListTooLong { return call.answerHTTP(.tooManyHeaders(limit: limit)) }
    let head = unsafe WebRequestHead(HeaderFields(call.stream.headers.bytes))
    let route = unsafe Array(head.path.utf8).withUnsafeBytes {
      unsafe routes.router.find($0)
    }
    let limits = home.configuration.limits
    let admission = Admission.decide(
      head, route.map { routes.methods[$0] }, json: routes.json,
      limits: Admission.Limits(
        maxMessageBytes: limits.maxMessageBytes, maxJSONBytes: limits.maxJSONBytes))
    switch admission {
    case .answer(let http): call.answerHTTP(http)
    case .refuse(let exchange, let error):
      call.speak(exchange)
      call.fail(error)
    case .accept(let accepted):
      call.speak(accepted.exchange)
      call.acceptsGzip = accepted.acceptsGzip
      call.inbox.encoding = accepted.exchange.encoding
      if let route { admit(call, route, timeout: accepted.timeout) }
      call.inbox.maxMessageBytes = accepted.exchange.maxMessageBytes
    }
  }

  /// Takes a part of the body; returns whether the call goes on.
  @inline(never) func takeOtherData(
    _ call: TransportCall, _ bytes: UnsafeRawBufferPointer
  ) -> Bool {
    guard let exchange = call.exchange else { return false }
    do throws(RPCError) {
      try unsafe exchange.receive(bytes, into: &call.inbox)
      return true
    } catch {
      consume(call, bytes.count)
      refuse(call, error)
      return false
    }
  }

  /// Takes the end of the body; returns whether the call goes on.
  @inline(never) func takeOtherEnd(_ call: TransportCall) -> Bool {
    guard let exchange = call.exchange else { return false }
    do throws(RPCError) {
      try exchange.finishRequest(into: &call.inbox)
    } catch {
      refuse(call, error)
      return false
    }
    // A handler that runs hears of it when it asks for the next message.
    if !call.isRunning, let error = call.inbox.error {
      refuse(call, error)
      return false
    }
    return true
  }

  /// Drops a part of a body that nobody wants any more; after too much of it the stream is ended.
  @inline(never) func drop(_ call: TransportCall, _ count: Int) {
    consume(call, count)
    call.dropped &+= count
    call.lastInput = home.loop.now
    if call.dropped > home.configuration.limits.maxDroppedBytes {
      session.reset(call.stream, .noError)
      requestFlush()
    }
  }

  /// Ends a call whose request is broken, for its caller and for its handler.
  private func refuse(_ call: TransportCall, _ error: RPCError) {
    call.fail(error)
    if call.isRunning { call.cancel(error) }
  }
}
