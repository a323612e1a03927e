internal import CPurSightNGHTTP2

// nghttp2's callbacks. They find the session's state in `user_data`, append events, and call
// nobody. All of them run inside `HTTP2Session.receive` or `produce`, on the session's thread.

/// Makes the library's session; `state` becomes its `user_data` and must live as long.
func makeSession(
  _ role: HTTP2Role, _ configuration: HTTP2Configuration, _ state: HTTP2SessionState
) throws(HTTP2Error) -> OpaquePointer {
  var option: OpaquePointer?
  let made = unsafe nghttp2_option_new(&option)
  guard made == 0 else { throw HTTP2Error("nghttp2_option_new", made) }
  defer { unsafe nghttp2_option_del(option) }
  unsafe nghttp2_option_set_no_auto_window_update(option, 1)  // windows open on consume only
  unsafe nghttp2_option_set_max_outbound_ack(option, configuration.maxQueuedAcknowledgements)
  unsafe nghttp2_option_set_max_settings(option, configuration.maxSettings)
  unsafe nghttp2_option_set_max_continuations(option, configuration.maxContinuations)
  // Counted here, so that the peer hears ENHANCE_YOUR_CALM and not INTERNAL_ERROR; the library's
  // own limit stands behind it, out of reach.
  unsafe nghttp2_option_set_stream_reset_rate_limit(
    option, UInt64(configuration.streamResets.burst) + 1_000,
    UInt64(configuration.streamResets.perSecond) + 1_000)
  let user = unsafe Unmanaged.passUnretained(state).toOpaque()
  let memory = unsafe state.workspace.pool.table
  var session: OpaquePointer?
  let result: Int32 =
    switch role {
    case .server: unsafe nghttp2_session_server_new3(&session, callbacks, user, option, memory)
    case .client: unsafe nghttp2_session_client_new3(&session, callbacks, user, option, memory)
    }
  guard result == 0, let session = unsafe session else {
    throw HTTP2Error("nghttp2_session_new", result)
  }
  return unsafe session
}

/// The body of `stream`: nghttp2 asks for its length, then has it written by `sendData`.
@inline(__always) func dataProvider(_ stream: HTTP2Stream) -> nghttp2_data_provider {
  unsafe nghttp2_data_provider(
    source: nghttp2_data_source(ptr: Unmanaged.passUnretained(stream).toOpaque()),
    read_callback: readBody)
}

/// One table for all sessions, made once and never changed.
private nonisolated(unsafe) let callbacks: OpaquePointer = {
  var table: OpaquePointer?
  unsafe nghttp2_session_callbacks_new(&table)
  guard let table = unsafe table else { preconditionFailure("out of memory") }
  unsafe nghttp2_session_callbacks_set_on_begin_frame_callback(table, onBeginFrame)
  unsafe nghttp2_session_callbacks_set_on_begin_headers_callback(table, onBeginHeaders)
  unsafe nghttp2_session_callbacks_set_on_header_callback(table, onHeader)
  unsafe nghttp2_session_callbacks_set_on_data_chunk_recv_callback(table, onData)
  unsafe nghttp2_session_callbacks_set_on_frame_recv_callback(table, onFrame)
  unsafe nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(table, onInvalidFrame)
  unsafe nghttp2_session_callbacks_set_on_stream_close_callback(table, onStreamClose)
  unsafe nghttp2_session_callbacks_set_on_frame_send_callback(table, onFrameSent)
  unsafe nghttp2_session_callbacks_set_on_frame_not_send_callback(table, onFrameNotSent)
  unsafe nghttp2_session_callbacks_set_send_data_callback(table, sendData)
  return unsafe table
}()

@inline(__always) private func withState<R>(
  _ user: UnsafeMutableRawPointer?, _ body: (HTTP2SessionState) -> R
) -> R {
  // The library passes back what makeSession gave it.
  unsafe Unmanaged<HTTP2SessionState>.fromOpaque(user.unsafelyUnwrapped)
    ._withUnsafeGuaranteedRef(body)
}

@inline(__always) private func findStream(
  _ session: OpaquePointer?, _ id: Int32
) -> Unmanaged<HTTP2Stream>? {
  guard let pointer = unsafe nghttp2_session_get_stream_user_data(session, id) else { return nil }
  return unsafe .fromOpaque(pointer)
}

// MARK: Receiving

private func onBeginFrame(
  _ session: OpaquePointer?, _ header: UnsafePointer<nghttp2_frame_hd>?,
  _ user: UnsafeMutableRawPointer?
) -> Int32 {
  guard let header = unsafe header?.pointee else { return 0 }
  let type = UInt32(header.type)
  if type == NGHTTP2_HEADERS.rawValue { return 0 }
  // DATA that carries something, or ends its stream, costs nothing.
  if type == NGHTTP2_DATA.rawValue,
    header.flags & UInt8(NGHTTP2_FLAG_PADDED.rawValue) == 0,
    header.length > 0 || header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
  {
    return 0
  }
  unsafe withState(user) { $0.charge(header) }
  return 0
}

private func onBeginHeaders(
  _ session: OpaquePointer?, _ frame: UnsafePointer<nghttp2_frame>?,
  _ user: UnsafeMutableRawPointer?
) -> Int32 {
  guard let frame = unsafe frame else { return 0 }
  let id = unsafe frame.pointee.hd.stream_id
  let category = unsafe frame.pointee.headers.cat
  unsafe withState(user) { state in
    state.isInHeaderBlock = true
    state.continuations = 0
    if category == NGHTTP2_HCAT_REQUEST, let source = unsafe state.streams {
      let stream = unsafe source.takeStream()
      unsafe stream._withUnsafeGuaranteedRef { $0.open(id, now: state.now) }
      _ = unsafe nghttp2_session_set_stream_user_data(session, id, stream.toOpaque())
      unsafe state.current = stream
      state.isReadingTrailers = false
    } else {
      unsafe state.current = findStream(session, id)
      // After a 1xx block the real one comes in the category of trailers.
      state.isReadingTrailers =
        unsafe category == NGHTTP2_HCAT_HEADERS
        && !(state.current?._withUnsafeGuaranteedRef { $0.headers.isEmpty } ?? true)
    }
  }
  return 0
}

private func onHeader(
  _ session: OpaquePointer?, _ frame: UnsafePointer<nghttp2_frame>?,
  _ name: UnsafePointer<UInt8>?, _ nameLength: Int, _ value: UnsafePointer<UInt8>?,
  _ valueLength: Int, _ flags: UInt8, _ user: UnsafeMutableRawPointer?
) -> Int32 {
  unsafe withState(user) { state -> Int32 in
    guard let current = state.current else { return 0 }
    return unsafe current._withUnsafeGuaranteedRef { stream -> Int32 in
      let size = stream.headerListBytes &+ nameLength &+ valueLength &+ 32
      stream.headerListBytes = size
      // The limit is below what a part's length can say, so one comparison is enough.
      if size > state.maxHeaderListBytes {
        guard state.refuseHeaderList(of: stream) else { return 0 }
        _ = unsafe nghttp2_submit_rst_stream(
          session, 0, stream.id, NGHTTP2_ENHANCE_YOUR_CALM.rawValue)
        return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue
      }
      let (name, value) = unsafe (name.unsafelyUnwrapped, value.unsafelyUnwrapped)
      if state.isReadingTrailers {
        unsafe HeaderFields.append(name, nameLength, value, valueLength, to: &stream.trailers)
      } else {
        unsafe HeaderFields.append(name, nameLength, value, valueLength, to: &stream.headers)
      }
      return 0
    }
  }
}

private func onData(
  _ session: OpaquePointer?, _ flags: UInt8, _ id: Int32, _ bytes: UnsafePointer<UInt8>?,
  _ count: Int, _ user: UnsafeMutableRawPointer?
) -> Int32 {
  guard let stream = unsafe findStream(session, id) else {
    _ = unsafe nghttp2_session_consume(session, id, count)
    return 0
  }
  unsafe stream._withUnsafeGuaranteedRef { $0.unconsumed &+= count }
  unsafe withState(user) {
    unsafe $0.push(.data, stream, bytes: UnsafeRawPointer(bytes), count: count)
  }
  return 0
}

private func onFrame(
  _ session: OpaquePointer?, _ frame: UnsafePointer<nghttp2_frame>?,
  _ user: UnsafeMutableRawPointer?
) -> Int32 {
  guard let frame = unsafe frame else { return 0 }
  let header = unsafe frame.pointee.hd
  let type = UInt32(header.type)
  if type == NGHTTP2_DATA.rawValue || type == NGHTTP2_HEADERS.rawValue {
    let isHeaders = type == NGHTTP2_HEADERS.rawValue
    if isHeaders { unsafe withState(user) { $0.isInHeaderBlock = false } }
    guard let stream = unsafe findStream(session, header.stream_id) else { return 0 }
    let isEnd = header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
    unsafe withState(user) { state in
      if isHeaders { unsafe pushHeaders(state, stream) }
      if isEnd {
        unsafe stream._withUnsafeGuaranteedRef { $0.isInboundEnded = true }
        unsafe state.push(.end, stream)
      }
    }
    return 0
  }
  let isAcknowledgement = header.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0
  switch type {
  case NGHTTP2_SETTINGS.rawValue where !isAcknowledgement:
    unsafe withState(user) { unsafe $0.push(.settings, nil) }
  case NGHTTP2_PING.rawValue where isAcknowledgement:
    unsafe withState(user) { unsafe $0.push(.pingAcknowledged, nil) }
  case NGHTTP2_GOAWAY.rawValue:
    let last = unsafe Int(frame.pointee.goaway.last_stream_id)
    unsafe withState(user) { unsafe $0.push(.goAway, nil, count: last) }
  default:
    break
  }
  return 0
}

@inline(__always) private func pushHeaders(
  _ state: HTTP2SessionState, _ stream: Unmanaged<HTTP2Stream>
) {
  if state.isReadingTrailers { return unsafe state.push(.trailers, stream) }
  if state.role == .client {
    let isInformational = unsafe stream._withUnsafeGuaranteedRef { stream in
      var fields = unsafe HeaderFields(stream.headers.bytes)
      guard let status = fields.next(), unsafe status.name.count == 7 else { return false }
      return unsafe status.value.first == UInt8(ascii: "1")
    }
    if isInformational {
      return unsafe stream._withUnsafeGuaranteedRef { $0.headers.removeAll() }
    }
  }
  unsafe state.push(.headers, stream)
}

private func onInvalidFrame(
  _ session: OpaquePointer?, _ frame: UnsafePointer<nghttp2_frame>?, _ code: Int32,
  _ user: UnsafeMutableRawPointer?
) -> Int32 {
  unsafe withState(user) {
    $0.isInHeaderBlock = false
    $0.violate(tokens: 1)
  }
  return 0
}

private func onStreamClose(
  _ session: OpaquePointer?, _ id: Int32, _ code: UInt32, _ user: UnsafeMutableRawPointer?
) -> Int32 {
  guard let stream = unsafe findStream(session, id) else { return 0 }
  _ = unsafe nghttp2_session_set_stream_user_data(session, id, nil)
  unsafe withState(user) { unsafe $0.push(.closed, stream, count: Int(code)) }
  return 0
}

// MARK: Sending

private func onFrameSent(
  _ session: OpaquePointer?, _ frame: UnsafePointer<nghttp2_frame>?,
  _ user: UnsafeMutableRawPointer?
) -> Int32 {
  guard let frame = unsafe frame else { return 0 }
  let header = unsafe frame.pointee.hd
  if UInt32(header.type) == NGHTTP2_RST_STREAM.rawValue {
    let code = unsafe frame.pointee.rst_stream.error_code
    // Resets that are nobody's fault: an answer that came early, a refusal, a cancelled call.
    let isHarmless =
      code == NGHTTP2_NO_ERROR.rawValue || code == NGHTTP2_REFUSED_STREAM.rawValue
      || code == NGHTTP2_CANCEL.rawValue
    if !isHarmless { unsafe withState(user) { $0.violate(tokens: 1) } }
  } else if header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0 {
    // An answer that is complete before its request: the rest of that is not wanted
    // (RFC 9113 §8.1).
    let mayBeEarly = unsafe withState(user) { $0.role == .server && $0.mayEndEarly }
    if mayBeEarly, let stream = unsafe findStream(session, header.stream_id),
      unsafe !stream._withUnsafeGuaranteedRef({ $0.isInboundEnded || $0.takesRest })
    {
      _ = unsafe nghttp2_submit_rst_stream(
        session, 0, header.stream_id, NGHTTP2_NO_ERROR.rawValue)
    }
  }
  return 0
}

private func onFrameNotSent(
  _ session: OpaquePointer?, _ frame: UnsafePointer<nghttp2_frame>?, _ code: Int32,
  _ user: UnsafeMutableRawPointer?
) -> Int32 {
  guard let frame = unsafe frame,
    unsafe UInt32(frame.pointee.hd.type) == NGHTTP2_HEADERS.rawValue,
    unsafe frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST
  else { return 0 }
  let id = unsafe Int(frame.pointee.hd.stream_id)
  unsafe withState(user) { unsafe $0.push(.notSent, nil, count: id) }
  return 0
}

/// Says how much of the body comes next; `sendData` then writes it.
private func readBody(
  _ session: OpaquePointer?, _ id: Int32, _ buffer: UnsafeMutablePointer<UInt8>?, _ limit: Int,
  _ flags: UnsafeMutablePointer<UInt32>?, _ source: UnsafeMutablePointer<nghttp2_data_source>?,
  _ user: UnsafeMutableRawPointer?
) -> Int {
  guard let flags = unsafe flags, let pointer = unsafe source?.pointee.ptr else { return 0 }
  let reference = unsafe Unmanaged<HTTP2Stream>.fromOpaque(pointer)
  return unsafe reference._withUnsafeGuaranteedRef { stream -> Int in
    let available = stream.outbound.count
    let count = min(available, limit)
    if count == 0 && !stream.isOutboundFinished {
      stream.isDeferred = true
      return Int(NGHTTP2_ERR_DEFERRED.rawValue)
    }
    if count > 0 { unsafe flags.pointee |= UInt32(NGHTTP2_DATA_FLAG_NO_COPY.rawValue) }
    return unsafe withState(user) { state in
      if stream.awaitsDrain && available - count < state.configuration.lowWaterBytes {
        stream.awaitsDrain = false
        unsafe state.push(.drained, reference)
      }
      if stream.isOutboundFinished && count == available {
        unsafe flags.pointee |= UInt32(NGHTTP2_DATA_FLAG_EOF.rawValue)
        if stream.sendsTrailers, let result = unsafe submitTrailers(session, id, stream, state) {
          unsafe flags.pointee |= UInt32(NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue)
          if result != 0 { return Int(NGHTTP2_ERR_CALLBACK_FAILURE.rawValue) }
        }
      }
      return count
    }
  }
}

/// Submits the fields after the body, the stream's own or the usual ones; nil if there are none.
@inline(__always) private func submitTrailers(
  _ session: OpaquePointer?, _ id: Int32, _ stream: HTTP2Stream, _ state: HTTP2SessionState
) -> Int32? {
  if let own = stream.outboundTrailers {
    return unsafe own.withTable { unsafe nghttp2_submit_trailer(session, id, $0, $1) }
  }
  return unsafe state.usualTrailers?._withUnsafeGuaranteedRef {
    unsafe $0.withTable { unsafe nghttp2_submit_trailer(session, id, $0, $1) }
  }
}

/// Writes one DATA frame: its header and the body's next bytes, from `outbound` into the block.
private func sendData(
  _ session: OpaquePointer?, _ frame: UnsafeMutablePointer<nghttp2_frame>?,
  _ header: UnsafePointer<UInt8>?, _ count: Int,
  _ source: UnsafeMutablePointer<nghttp2_data_source>?, _ user: UnsafeMutableRawPointer?
) -> Int32 {
  guard let header = unsafe header, let pointer = unsafe source?.pointee.ptr else { return 0 }
  let frameHeaderBytes = 9
  return unsafe withState(user) { state in
    // One call of the library goes through frame after frame until something says stop.
    let needed = frameHeaderBytes &+ count
    guard state.outputCount &+ needed <= state.outputCapacity, let output = state.output
    else { return NGHTTP2_ERR_WOULDBLOCK.rawValue }
    unsafe Unmanaged<HTTP2Stream>.fromOpaque(pointer)._withUnsafeGuaranteedRef { stream in
      let block = unsafe output + state.outputCount
      unsafe block.copyMemory(from: header, byteCount: frameHeaderBytes)
      if let body = unsafe stream.outbound.bytes.baseAddress {
        unsafe (block + frameHeaderBytes).copyMemory(from: body, byteCount: count)
      }
      stream.outbound.removeFirst(count)
      stream.noteProgress(count, now: state.now)
    }
    state.outputCount &+= needed
    state.sentDataSincePing = true
    state.windowCredit &+= HTTP2SessionState.windowUpdatesPerFrame
    return 0
  }
}
