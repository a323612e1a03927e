internal import PurSightGRPC
internal import PurSightHTTP2
internal import PurSightNet
internal import PurSightRPC

extension ServerConnection: HTTP2StreamSource {
  func takeStream() -> Unmanaged<HTTP2Stream> {
    // Held by the connection from here until `recycle`.
    let reference = unsafe home.takeCall()
    let (place, now) = unsafe (calls.count, home.loop.now)
    unsafe calls.append(reference)
    if watchdogAt > now &+ home.timeouts.round { watch() }
    return unsafe reference._withUnsafeGuaranteedRef { call in
      call.open(on: self, place: place, now: now)
      return unsafe Unmanaged.passUnretained(call.stream)
    }
  }

  var hasOpenStreams: Bool { unsafe !calls.isEmpty }

  /// Works off the events of the session. No handler runs in here.
  @inline(__always) func dispatch() {
    let workspace = home.http2
    var index = 0
    while index < workspace.eventCount {
      let event = workspace.event(index)
      if let stream = unsafe event.stream {
        unsafe TransportCall.of(stream)._withUnsafeGuaranteedRef { call in
          switch event.kind {
          case .headers: takeHead(call)
          case .data:
            unsafe takeData(
              call, UnsafeRawBufferPointer(start: event.bytes, count: event.count))
          case .end: takeEnd(call)
          case .drained: call.wakeWriter()
          case .closed: takeClose(call, HTTP2ErrorCode(rawValue: UInt32(event.count)))
          case .trailers, .notSent, .settings, .pingAcknowledged, .goAway: break
          }
        }
      } else {
        takeConnectionEvent(event.kind)
      }
      index &+= 1
    }
    workspace.removeEvents()
  }

  @inline(never) private func takeConnectionEvent(_ kind: HTTP2Event.Kind) {
    switch kind {
    case .settings: hasPeerSettings = true
    case .pingAcknowledged: if drain == .announced { finishDrain() }
    case .headers, .trailers, .data, .end, .closed, .drained, .notSent, .goAway: break
    }
  }

  // MARK: Requests

  @inline(__always) private func takeHead(_ call: TransportCall) {
    let head = unsafe GRPCRequestHead(HeaderFields(call.stream.headers.bytes))
    guard head.isCall else { return takeOtherHead(call) }
    if call.stream.isHeaderListTooLong { return refuseHeaders(call) }
    if let refusal = head.refusal { return call.fail(refusal) }
    guard let route = unsafe routes.router.find(head.path) else {
      return unsafe refusePath(call, head.path)
    }
    call.acceptsGzip = head.acceptsGzip
    call.inbox.encoding = head.encoding ?? .identity
    admit(call, route, timeout: head.timeout)
  }

  /// Lets a request be a call of a method, whatever its protocol.
  @inline(__always) func admit(_ call: TransportCall, _ route: Int, timeout: UInt64?) {
    call.route = route
    let held = unsafe calls.count
    if home.runningCalls >= home.maxRunningCalls || held > home.maxCalls {
      if !admitsBeyondLimits(call) { return }
    }
    call.inbox.maxMessageBytes = home.configuration.limits.maxMessageBytes
    let facts = routes.facts[route]
    if let timeout {
      call.setDeadline(nanoseconds: timeout, now: home.loop.now)
    } else if facts.defaultDeadline > 0 {
      call.setDeadline(nanoseconds: facts.defaultDeadline, now: home.loop.now)
    }
    if home.hasObserver { noteStart(route) }
    if facts.clientStreams { start(call) }
  }

  /// Refuses a call that is one too many, unless it has a place of its own.
  @inline(never) private func admitsBeyondLimits(_ call: TransportCall) -> Bool {
    let limits = home.configuration.limits
    if routes.facts[call.route].isControl,
      home.runningCalls < limits.runningCallsPerLoop + limits.controlCallsPerLoop,
      unsafe calls.count <= home.maxCalls
    {
      return true
    }
    call.route = -1
    call.shed("The server has too many calls under way.")
    return false
  }

  @inline(never) private func noteStart(_ route: Int) {
    home.observer?.callStarted(routes.methods[route], loop: home.index)
  }

  @inline(never) private func refuseHeaders(_ call: TransportCall) {
    let limit = home.configuration.http2.maxHeaderListBytes
    call.fail(
      RPCError(.resourceExhausted, "The request's metadata is larger than \(limit) bytes."))
  }

  @inline(never) private func refusePath(_ call: TransportCall, _ path: UnsafeRawBufferPointer) {
    // A peer's bytes: shortened, and escaped on their way into the status.
    let name = unsafe String(decoding: path.prefix(256), as: UTF8.self)
    call.fail(RPCError(.unimplemented, "This server has no method \(name)."))
  }

  @inline(__always) private func takeData(_ call: TransportCall, _ bytes: UnsafeRawBufferPointer) {
    guard call.answer != .ended else { return drop(call, bytes.count) }
    call.lastInput = home.loop.now
    if call.exchange == nil {
      unsafe call.inbox.append(bytes)
    } else if unsafe !takeOtherData(call, bytes) {
      return
    }
    if call.isRunning {
      if unsafe call.reader != nil {
        consume(call, bytes.count)
        if call.inbox.isReady { call.wakeReader() }
      }
      return
    }
    // A request that its method waits for as a whole: bounded by the message limit.
    consume(call, bytes.count)
    if let error = call.inbox.error { return call.fail(error) }
    if call.inbox.holdsMoreThanOneMessage { refuseSecondMessage(call) }
  }

  @inline(never) private func refuseSecondMessage(_ call: TransportCall) {
    call.fail(RPCError(.internal, "The request has more than the one message its method takes."))
  }

  @inline(__always) private func takeEnd(_ call: TransportCall) {
    if call.answer == .ended { return }
    if call.exchange != nil && !takeOtherEnd(call) { return }
    if call.isRunning { return call.wakeReader() }
    if call.inbox.holdsOneMessage { return start(call) }
    call.fail(RPCError(.internal, "The request ended without its whole message."))
  }

  @inline(__always) private func start(_ call: TransportCall) {
    call.isRunning = true
    home.runningCalls &+= 1
    home.runners.append(call)
  }

  // MARK: Ends

  private func takeClose(_ call: TransportCall, _ code: HTTP2ErrorCode) {
    call.stream.isClosed = true
    // What nobody took would otherwise be missing from the connection's window for good.
    consume(call, call.stream.unconsumed)
    if call.answer != .ended {
      call.observeEnd(.cancelled, "The caller has reset the stream.")
      call.cancel(RPCError(.cancelled, "The caller has cancelled the call."))
    } else if call.isRunning {
      call.cancel(RPCError(.cancelled, "The call has ended."))
    }
    if !call.isRunning { recycle(call) }
  }

  /// A handler has returned, with its call ended.
  @inline(__always) func handlerReturned(_ call: TransportCall) {
    call.isRunning = false
    home.runningCalls &-= 1
    if call.stream.isClosed { recycle(call) }
  }

  private func recycle(_ call: TransportCall) {
    // The last one takes its place.
    let last = unsafe calls.removeLast()
    if unsafe call.place < calls.count {
      unsafe calls[call.place] = last
      unsafe last._withUnsafeGuaranteedRef { $0.place = call.place }
    }
    unsafe home.recycle(.passUnretained(call))
    if unsafe calls.isEmpty {
      lastActivity = home.loop.now
      // Balances what `close` took to outlive the handlers.
      if isClosed { unsafe Unmanaged.passUnretained(self).release() }
    }
  }

  /// Ends every call of a connection that is gone.
  func endCalls(_ reason: RPCError) {
    // From the end, because the last call takes the place of one that goes.
    for index in unsafe calls.indices.reversed() {
      let current = unsafe calls[index].takeUnretainedValue()
      current.stream.isClosed = true
      if current.answer != .ended { current.observeEnd(reason.code, reason.message) }
      current.cancel(reason)
      if !current.isRunning { recycle(current) }
    }
  }

  // MARK: Drain

  /// Announces the end: no new calls, please. One round trip later they are refused.
  func beginDrain() {
    guard drain == .no, !isHandshaking else {
      if isHandshaking { close(.drained) }
      return
    }
    drain = .announced
    session.announceShutdown()
    session.ping()
    requestFlush()
    watch()
  }

  /// Refuses what comes now; the calls that are here go on.
  func finishDrain() {
    drain = .final
    session.goAway(.noError)
    requestFlush()
  }

  /// Ends the calls that the grace period was too short for, and with them the connection.
  func endDrain() {
    let reason = RPCError(.unavailable, "The server is shutting down.")
    // From the end, because the last call takes the place of one that goes.
    for index in unsafe calls.indices.reversed() {
      let current = unsafe calls[index].takeUnretainedValue()
      if current.answer != .ended { current.fail(reason) }
      if current.isRunning { current.cancel(reason) }
    }
    if drain != .final { finishDrain() }
    requestFlush()
  }
}
