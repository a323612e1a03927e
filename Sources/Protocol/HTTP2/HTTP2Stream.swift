/// One stream of a session: what arrived for it and what is to go out on it.
///
/// Pooled by its owner, touched on one thread only. The session refers to it from the first header
/// to the `closed` event; only after that event may it be recycled.
@safe package final class HTTP2Stream {
  /// Whoever made the stream, to be found again from an event: the owner outlives the stream.
  @exclusivity(unchecked) package var owner: UnsafeRawPointer?

  @safe @exclusivity(unchecked) private(set) package var id: Int32 = 0

  // What arrived.
  @safe @exclusivity(unchecked) package var headers = ByteBuffer()
  @safe @exclusivity(unchecked) package var trailers = ByteBuffer()
  /// The header list's size as RFC 9113 §6.5.2 counts it: name + value + 32 for each field.
  @safe @exclusivity(unchecked) package var headerListBytes = 0
  /// The header list went over the limit; what is kept of it is not complete.
  @safe @exclusivity(unchecked) package var isHeaderListTooLong = false
  @safe @exclusivity(unchecked) package var isInboundEnded = false
  /// Bytes of DATA that were not given back to the flow-control windows yet.
  @safe @exclusivity(unchecked) package var unconsumed = 0

  // What goes out.
  @safe @exclusivity(unchecked) package var outbound = ByteBuffer()
  /// Nothing will be appended to `outbound` any more.
  @safe @exclusivity(unchecked) package var isOutboundFinished = false
  /// Whether fields follow the body at all.
  @safe @exclusivity(unchecked) package var sendsTrailers = true
  /// Fields after the body; nil sends the session's usual ones.
  @safe @exclusivity(unchecked) package var outboundTrailers: HeaderList?
  /// The owner wants a `drained` event when `outbound` falls below the low-water mark.
  @safe @exclusivity(unchecked) package var awaitsDrain = false
  /// Headers were submitted.
  @safe @exclusivity(unchecked) package var isSubmitted = false
  /// The library waits for `HTTP2Session.resume`.
  @safe @exclusivity(unchecked) package var isDeferred = false
  /// When bytes of this stream were last written, in the caller's clock.
  @safe @exclusivity(unchecked) package var lastProgress: UInt64 = 0

  /// The session knows the stream no more.
  @safe @exclusivity(unchecked) package var isClosed = false

  package init() { unsafe owner = nil }

  func open(_ id: Int32, now: UInt64) {
    self.id = id
    lastProgress = now
  }

  /// Makes the stream as new, keeping its memory.
  package func recycle() {
    id = 0
    headers.removeAll()
    trailers.removeAll()
    outbound.removeAll()
    headerListBytes = 0
    unconsumed = 0
    isHeaderListTooLong = false
    isInboundEnded = false
    isOutboundFinished = false
    sendsTrailers = true
    awaitsDrain = false
    isSubmitted = false
    isDeferred = false
    isClosed = false
    if outboundTrailers != nil { outboundTrailers = nil }
  }
}
