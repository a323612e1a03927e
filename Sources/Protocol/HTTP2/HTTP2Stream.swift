/// One stream of a session: what arrived for it and what is to go out on it.
///
/// Pooled by its owner, touched on one thread only. The session refers to it from the first header
/// to the `closed` event; only after that event may it be recycled.
@safe package final class HTTP2Stream {
  // Other modules would access stored properties of this class with a dynamic exclusivity check
  // each: `@exclusivity(unchecked)` does not reach across modules. Hence accessors over one struct.
  @safe private struct State: ~Copyable {
    var owner: UnsafeRawPointer?
    var id: Int32 = 0
    var headers = ByteBuffer()
    var trailers = ByteBuffer()
    var headerListBytes = 0
    var isHeaderListTooLong = false
    var isInboundEnded = false
    var unconsumed = 0
    var outbound = ByteBuffer()
    var isOutboundFinished = false
    var sendsTrailers = true
    var takesRest = false
    var outboundTrailers: HeaderList?
    var awaitsDrain = false
    var isSubmitted = false
    var isDeferred = false
    var lastProgress: UInt64 = 0
    var bytesSinceProgress = 0
    var isClosed = false
  }

  @safe @exclusivity(unchecked) private var state = State()

  /// Whoever made the stream, to be found again from an event: the owner outlives the stream.
  package var owner: UnsafeRawPointer? {
    @inline(__always) get { unsafe state.owner }
    @inline(__always) set { unsafe state.owner = newValue }
  }

  /// The stream identifier; 0 before it is open.
  package var id: Int32 { @inline(__always) get { state.id } }

  /// The first header block, as `HeaderFields` reads it.
  package var headers: ByteBuffer {
    @inline(__always) _read { yield state.headers }
    @inline(__always) _modify { yield &state.headers }
  }

  /// The header block after the body.
  package var trailers: ByteBuffer {
    @inline(__always) _read { yield state.trailers }
    @inline(__always) _modify { yield &state.trailers }
  }

  /// Size of the header list as RFC 9113 §6.5.2 counts it: name + value + 32 for each field.
  package var headerListBytes: Int {
    @inline(__always) get { state.headerListBytes }
    @inline(__always) set { state.headerListBytes = newValue }
  }

  /// The header list went over the limit; what is kept of it is not complete.
  package var isHeaderListTooLong: Bool {
    @inline(__always) get { state.isHeaderListTooLong }
    @inline(__always) set { state.isHeaderListTooLong = newValue }
  }

  /// The peer has ended its side.
  package var isInboundEnded: Bool {
    @inline(__always) get { state.isInboundEnded }
    @inline(__always) set { state.isInboundEnded = newValue }
  }

  /// Bytes of DATA that were not given back to the flow-control windows yet.
  package var unconsumed: Int {
    @inline(__always) get { state.unconsumed }
    @inline(__always) set { state.unconsumed = newValue }
  }

  /// Body bytes that wait to be sent.
  package var outbound: ByteBuffer {
    @inline(__always) _read { yield state.outbound }
    @inline(__always) _modify { yield &state.outbound }
  }

  /// Nothing will be appended to `outbound` any more.
  package var isOutboundFinished: Bool {
    @inline(__always) get { state.isOutboundFinished }
    @inline(__always) set { state.isOutboundFinished = newValue }
  }

  /// Whether fields follow the body at all.
  package var sendsTrailers: Bool {
    @inline(__always) get { state.sendsTrailers }
    @inline(__always) set { state.sendsTrailers = newValue }
  }

  /// Whether the rest of a request is still taken after an early answer. Otherwise a server tells
  /// its peer by RST_STREAM (NO_ERROR) that it is not wanted (RFC 9113 §8.1), which gRPC's clients
  /// expect and some of HTTP's take for a failure.
  package var takesRest: Bool {
    @inline(__always) get { state.takesRest }
    @inline(__always) set { state.takesRest = newValue }
  }

  /// Fields after the body; nil sends the session's usual ones.
  package var outboundTrailers: HeaderList? {
    @inline(__always) get { state.outboundTrailers }
    @inline(__always) set { state.outboundTrailers = newValue }
  }

  /// The owner wants a `drained` event when `outbound` falls below the low-water mark.
  package var awaitsDrain: Bool {
    @inline(__always) get { state.awaitsDrain }
    @inline(__always) set { state.awaitsDrain = newValue }
  }

  /// Headers were submitted.
  package var isSubmitted: Bool {
    @inline(__always) get { state.isSubmitted }
    @inline(__always) set { state.isSubmitted = newValue }
  }

  /// The library waits for `HTTP2Session.resume`.
  package var isDeferred: Bool {
    @inline(__always) get { state.isDeferred }
    @inline(__always) set { state.isDeferred = newValue }
  }

  /// When enough of this stream was last written, in the caller's clock: all there was, or
  /// `progressBytes`. A peer that opens its window byte by byte makes no progress.
  package var lastProgress: UInt64 {
    @inline(__always) get { state.lastProgress }
    @inline(__always) set { state.lastProgress = newValue }
  }

  /// Bytes that count as progress while there are more.
  static let progressBytes = 1024

  /// `count` bytes of `outbound` were written.
  @inline(__always) func noteProgress(_ count: Int, now: UInt64) {
    state.bytesSinceProgress &+= count
    if state.bytesSinceProgress >= Self.progressBytes || state.outbound.isEmpty {
      state.bytesSinceProgress = 0
      state.lastProgress = now
    }
  }

  /// The session knows the stream no more.
  package var isClosed: Bool {
    @inline(__always) get { state.isClosed }
    @inline(__always) set { state.isClosed = newValue }
  }

  package init() {}

  func open(_ id: Int32, now: UInt64) {
    state.id = id
    lastProgress = now
  }

  /// Makes the stream as new, keeping its memory.
  package func recycle() {
    state.id = 0
    headers.removeAll()
    trailers.removeAll()
    outbound.removeAll()
    headerListBytes = 0
    unconsumed = 0
    state.bytesSinceProgress = 0
    isHeaderListTooLong = false
    isInboundEnded = false
    isOutboundFinished = false
    sendsTrailers = true
    takesRest = false
    awaitsDrain = false
    isSubmitted = false
    isDeferred = false
    isClosed = false
    if outboundTrailers != nil { outboundTrailers = nil }
  }
}
