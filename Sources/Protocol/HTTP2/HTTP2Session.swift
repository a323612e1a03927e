internal import CPurSightNGHTTP2

/// Which side of a connection a session is.
package enum HTTP2Role: Sendable {
  case client
  case server
}

/// One HTTP/2 connection: bytes in, events and bytes out. No I/O, no task, no clock of its own.
///
/// `receive` gathers events in the workspace and calls nobody; the caller reads them afterwards.
/// `produce` writes frames into a block and may gather events too. DATA is neither copied on its
/// way in (events borrow the received bytes) nor twice on its way out (`outbound` → block). Flow
/// control is the caller's: bytes count against the windows until `consume`. Single-owner: one
/// thread.
@safe package struct HTTP2Session: ~Copyable {
  private let raw: OpaquePointer
  private let state: HTTP2SessionState

  /// The largest frame that is written: 16 KiB (the library's choice) and its header.
  private static let maxFrameBytes = 16_384 + 9

  /// Makes a session and queues its SETTINGS.
  ///
  /// - Parameters:
  ///   - usualTrailers: sent after a body when the stream has no trailers of its own; nil ends the
  ///     stream with its last DATA frame.
  ///   - now: nanoseconds of the clock that `receive` and `produce` are given too.
  package init(
    _ role: HTTP2Role, _ configuration: HTTP2Configuration, workspace: HTTP2Workspace,
    usualTrailers: HeaderList?, now: UInt64
  ) throws(HTTP2Error) {
    let state = HTTP2SessionState(
      role, configuration, workspace: workspace, usualTrailers: usualTrailers, now: now)
    unsafe raw = try makeSession(role, configuration, state)
    self.state = state
    // What follows cannot fail but for lack of memory.
    var settings = [setting(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, configuration.streamWindowBytes)]
    settings.append(
      setting(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, Int32(configuration.maxHeaderListBytes)))
    switch role {
    case .server:
      settings.append(
        setting(
          NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, Int32(configuration.maxConcurrentStreams)))
    case .client:
      settings.append(setting(NGHTTP2_SETTINGS_ENABLE_PUSH, 0))
    }
    _ = unsafe nghttp2_submit_settings(raw, 0, &settings, settings.count)
    _ = unsafe nghttp2_session_set_local_window_size(
      raw, 0, 0, configuration.connectionWindowBytes)
  }

  deinit { unsafe nghttp2_session_del(raw) }

  /// Says where a server's streams come from. The source has to outlive the session.
  package func setStreamSource(_ source: any HTTP2StreamSource) {
    unsafe state.streams = source
  }

  // MARK: Bytes

  /// Takes bytes from the peer; what they mean is in the workspace afterwards.
  ///
  /// A peer that goes over a limit is told so (GOAWAY, ENHANCE_YOUR_CALM) and `isOver` follows once
  /// that is written.
  @inline(__always) package func receive(
    _ bytes: UnsafeRawBufferPointer, now: UInt64
  ) throws(HTTP2Error) {
    guard let base = bytes.baseAddress else { return }
    // A peer that went over a limit, by now or by what we had to send, is not listened to any more.
    if let abuse = state.abuse { return end(abuse) }
    state.now = now
    let taken = unsafe nghttp2_session_mem_recv(
      raw, base.assumingMemoryBound(to: UInt8.self), bytes.count)
    if taken < 0 { try refuse(Int32(taken)) }
    if let abuse = state.abuse { end(abuse) }
  }

  /// Ends the session after what the library calls fatal: it must not be asked for a GOAWAY then,
  /// so that one is written here.
  @inline(never) private func refuse(_ code: Int32) throws(HTTP2Error) {
    switch code {
    case NGHTTP2_ERR_TOO_MANY_CONTINUATIONS.rawValue: state.abuse = .continuations
    case NGHTTP2_ERR_FLOODED.rawValue: state.abuse = .unreadAnswers
    case NGHTTP2_ERR_BAD_CLIENT_MAGIC.rawValue: state.abuse = .noHTTP2
    default: throw HTTP2Error("nghttp2_session_mem_recv", code)
    }
    state.isBroken = true
    state.lastStream = unsafe UInt32(clamping: nghttp2_session_get_last_proc_stream_id(raw))
  }

  /// Tells the peer which limit it went over, and ends the session once that is written.
  @inline(never) private func end(_ abuse: HTTP2Abuse) {
    if state.isBroken || state.isToldOff { return }
    state.isToldOff = true
    let last = unsafe nghttp2_session_get_last_proc_stream_id(raw)
    let reason = Array(abuse.rawValue.utf8)
    _ = unsafe nghttp2_submit_goaway(raw, 0, last, abuse.code.rawValue, reason, reason.count)
    terminate(abuse.code)
  }

  /// The limit that the peer went over; nil if it behaved.
  package var abuse: HTTP2Abuse? { state.abuse }

  /// Writes frames into `block` and returns their length; less than `limit` means: that was all.
  ///
  /// `block` must hold `limit` bytes and a frame (16 KiB and its header) more.
  @inline(__always) package func produce(
    into block: UnsafeMutableRawBufferPointer, limit: Int, now: UInt64
  ) throws(HTTP2Error) -> Int {
    guard let base = block.baseAddress else { return 0 }
    // One call of the library writes DATA until it is refused: at the first frame behind the limit.
    unsafe state.setOutput(base, capacity: min(block.count, limit + Self.maxFrameBytes))
    state.now = now
    if state.isBroken { return state.putFarewell() }
    while state.outputCount < limit {
      var bytes: UnsafePointer<UInt8>?
      let count = unsafe nghttp2_session_mem_send(raw, &bytes)
      if count < 0 { throw HTTP2Error("nghttp2_session_mem_send", Int32(count)) }
      guard count > 0, let bytes = unsafe bytes else { break }
      guard state.outputCount + count <= block.count else {
        throw HTTP2Error("nghttp2_session_mem_send", NGHTTP2_ERR_NOMEM.rawValue)
      }
      unsafe (base + state.outputCount).copyMemory(from: bytes, byteCount: count)
      state.outputCount &+= count
    }
    return state.outputCount
  }

  /// Whether the connection has nothing more to read or write and can be closed.
  package var isOver: Bool {
    if state.isBroken { return state.isFarewellWritten }
    return unsafe nghttp2_session_want_read(raw) == 0 && nghttp2_session_want_write(raw) == 0
  }

  /// Whether `produce` would have something to write, windows permitting.
  package var wantsWrite: Bool { unsafe nghttp2_session_want_write(raw) != 0 }

  /// Whether a header block has begun and its end is still missing.
  package var isInHeaderBlock: Bool { state.isInHeaderBlock }

  /// Frames that wait to be written; over `HTTP2Configuration.maxQueuedFrames` the peer does not
  /// read what it causes us to answer, and the connection should end.
  package var hasTooManyQueuedFrames: Bool {
    if state.isBroken { return false }
    return unsafe nghttp2_session_get_outbound_queue_size(raw) > state.configuration.maxQueuedFrames
  }

  // MARK: Streams

  /// Answers a request. With a body, `outbound` follows as it fills, then the trailers.
  @inline(__always) package func respond(
    _ stream: HTTP2Stream, _ headers: HeaderList, hasBody: Bool
  ) {
    guard !stream.isClosed, !stream.isSubmitted else { return }
    stream.isSubmitted = true
    if !stream.isInboundEnded { state.mayEndEarly = true }
    unsafe headers.withTable { table, count in
      if hasBody {
        var provider = unsafe dataProvider(stream)
        _ = unsafe nghttp2_submit_response(raw, stream.id, table, count, &provider)
      } else {
        _ = unsafe nghttp2_submit_response(raw, stream.id, table, count, nil)
      }
    }
  }

  /// Opens a stream of a client. With a body, `outbound` follows as it fills.
  package func request(
    _ stream: HTTP2Stream, _ headers: HeaderList, hasBody: Bool
  ) throws(HTTP2Error) {
    let reference = unsafe Unmanaged.passUnretained(stream).toOpaque()
    let id = unsafe headers.withTable { table, count in
      if hasBody {
        var provider = unsafe dataProvider(stream)
        return unsafe nghttp2_submit_request(raw, nil, table, count, &provider, reference)
      }
      return unsafe nghttp2_submit_request(raw, nil, table, count, nil, reference)
    }
    if id < 0 { throw HTTP2Error("nghttp2_submit_request", id) }
    stream.isSubmitted = true
    stream.open(id, now: state.now)
  }

  /// Has the library ask for the stream's output again, after something was appended or finished.
  @inline(__always) package func resume(_ stream: HTTP2Stream) {
    guard stream.isDeferred, !stream.isClosed else { return }
    stream.isDeferred = false
    _ = unsafe nghttp2_session_resume_data(raw, stream.id)
  }

  /// Gives received body bytes back to the stream's and the connection's window.
  @inline(__always) package func consume(_ stream: HTTP2Stream, _ count: Int) {
    guard count > 0 else { return }
    stream.unconsumed &-= count
    if stream.isClosed {
      _ = unsafe nghttp2_session_consume_connection(raw, count)
    } else {
      _ = unsafe nghttp2_session_consume(raw, stream.id, count)
    }
  }

  /// Ends a stream at once.
  package func reset(_ stream: HTTP2Stream, _ code: HTTP2ErrorCode) {
    guard !stream.isClosed else { return }
    _ = unsafe nghttp2_submit_rst_stream(raw, 0, stream.id, code.rawValue)
  }

  /// Whether a client may open another stream: no GOAWAY, identifiers left.
  package var acceptsRequests: Bool { unsafe nghttp2_session_check_request_allowed(raw) != 0 }

  /// Streams the peer lets us have open.
  package var peerMaxConcurrentStreams: UInt32 {
    unsafe nghttp2_session_get_remote_settings(raw, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS)
  }

  // MARK: Connection

  /// Says that a GOAWAY is coming, and that no new streams should be opened (RFC 9113 §6.8).
  package func announceShutdown() { _ = unsafe nghttp2_submit_shutdown_notice(raw) }

  /// Refuses streams above the last one seen; those open go on, and then the session is over.
  ///
  /// - Parameter reason: for whoever looks at the peer's log; nobody parses it.
  package func goAway(_ code: HTTP2ErrorCode, reason: StaticString = "") {
    let last = unsafe nghttp2_session_get_last_proc_stream_id(raw)
    _ = unsafe nghttp2_submit_goaway(
      raw, 0, last, code.rawValue, reason.utf8Start, reason.utf8CodeUnitCount)
  }

  /// Ends the session with all its streams once its GOAWAY is written.
  package func terminate(_ code: HTTP2ErrorCode) {
    let last = unsafe nghttp2_session_get_last_proc_stream_id(raw)
    _ = unsafe nghttp2_session_terminate_session2(raw, last, code.rawValue)
  }

  /// Sends a PING; `pingAcknowledged` is its answer.
  package func ping() { _ = unsafe nghttp2_submit_ping(raw, 0, nil) }

  private func setting(_ id: nghttp2_settings_id, _ value: Int32) -> nghttp2_settings_entry {
    nghttp2_settings_entry(settings_id: Int32(id.rawValue), value: UInt32(value))
  }
}
