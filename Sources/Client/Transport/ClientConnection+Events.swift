internal import PurSightHTTP2
internal import PurSightRPC

extension ClientConnection {
  /// Acts on what the session found in the bytes.
  func dispatch() {
    var index = 0
    let events = workspaces.http2
    while index < events.eventCount {
      let event = events.event(index)
      index += 1
      guard let stream = unsafe event.stream else {
        handle(event)
        continue
      }
      guard let call = unsafe call(of: stream) else { continue }
      switch event.kind {
      case .headers: call.receivedHead()
      case .data:
        let bytes = unsafe UnsafeRawBufferPointer(start: event.bytes, count: event.count)
        unsafe call.received(bytes)
      case .trailers: call.receivedTrailers()
      case .end: call.receivedEnd()
      case .drained: call.drained()
      case .closed:
        call.streamClosed(HTTP2ErrorCode(rawValue: UInt32(truncatingIfNeeded: event.count)))
        ended(call)
      case .notSent, .settings, .pingAcknowledged, .goAway: break
      }
    }
    events.removeEvents()
  }

  /// Events of the connection itself.
  private func handle(_ event: HTTP2Event) {
    switch event.kind {
    case .settings:
      if phase == .greeting { becameReady() } else { transport.startQueued() }
    case .pingAcknowledged: scheduleKeepalive()
    case .goAway: retire()
    case .notSent:
      // Its stream never existed for the server: the call can go again.
      let id = Int32(truncatingIfNeeded: event.count)
      if let call = calls.values.first(where: { $0.stream.id == id }) {
        call.streamClosed(.refusedStream)
        ended(call)
      }
    case .headers, .trailers, .data, .end, .closed, .drained: break
    }
  }

  /// The call whose stream it is. Calls stay in `calls` until their stream's last event.
  private func call(of stream: Unmanaged<HTTP2Stream>) -> TransportCall? {
    let owner = unsafe stream._withUnsafeGuaranteedRef { unsafe $0.owner }
    guard let owner = unsafe owner else { return nil }
    return unsafe Unmanaged<TransportCall>.fromOpaque(owner).takeUnretainedValue()
  }
}
