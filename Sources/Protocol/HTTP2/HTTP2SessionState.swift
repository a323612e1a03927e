internal import CPurSightNGHTTP2

/// What the library's callbacks know of their session: its `user_data`.
@safe final class HTTP2SessionState {
  let role: HTTP2Role
  let configuration: HTTP2Configuration
  let workspace: HTTP2Workspace
  /// Where streams come from; the owner outlives its session.
  @exclusivity(unchecked) unowned(unsafe) var streams: (any HTTP2StreamSource)?
  /// Kept alive by `usualTrailersOwner`.
  let usualTrailers: Unmanaged<HeaderList>?
  private let usualTrailersOwner: HeaderList?
  /// The configured limit, no more than a stored field can say.
  let maxHeaderListBytes: Int
  /// The stream whose header block is being read, so that each field needs no look-up.
  @safe @exclusivity(unchecked) var current: Unmanaged<HTTP2Stream>?
  @safe @exclusivity(unchecked) var isReadingTrailers = false
  @safe @exclusivity(unchecked) var isInHeaderBlock = false
  @safe @exclusivity(unchecked) var now: UInt64
  @safe @exclusivity(unchecked) var output: UnsafeMutableRawPointer?
  @safe @exclusivity(unchecked) var outputCapacity = 0
  @safe @exclusivity(unchecked) var outputCount = 0
  @safe @exclusivity(unchecked) private var violations: TokenBucket
  @safe @exclusivity(unchecked) private var controlFrames: TokenBucket
  /// DATA of ours went out since the last PING came in.
  @safe @exclusivity(unchecked) var sentDataSincePing = false
  /// A response was begun before its request had ended.
  @safe @exclusivity(unchecked) var mayEndEarly = false
  @safe @exclusivity(unchecked) private var resets: TokenBucket
  @safe @exclusivity(unchecked) private var pings: PingPolicy
  /// CONTINUATION frames of the present header block.
  @safe @exclusivity(unchecked) var continuations = 0
  /// WINDOW_UPDATE frames that the peer may send for DATA it got from us.
  @safe @exclusivity(unchecked) var windowCredit: UInt64 = 0
  /// The limit that the peer went over.
  @safe @exclusivity(unchecked) var abuse: HTTP2Abuse?
  /// The library has given the session up; all that is left is a GOAWAY of our own.
  @safe @exclusivity(unchecked) var isBroken = false
  /// The highest stream that was processed, as that GOAWAY says it.
  @safe @exclusivity(unchecked) var lastStream: UInt32 = 0
  @safe @exclusivity(unchecked) var isFarewellWritten = false
  /// The peer's GOAWAY for what it did is queued.
  @safe @exclusivity(unchecked) var isToldOff = false

  /// One for the stream and one for the connection, for each DATA frame.
  static let windowUpdatesPerFrame: UInt64 = 2
  /// How many times the limit a header list may be before its stream is reset.
  private static let bombFactor = 4
  /// The most padding that a frame can have, with its length (RFC 9113 §6.1).
  private static let maxPaddingBytes = 256

  init(
    _ role: HTTP2Role, _ configuration: HTTP2Configuration, workspace: HTTP2Workspace,
    usualTrailers: HeaderList?, now: UInt64
  ) {
    self.role = role
    self.configuration = configuration
    self.workspace = workspace
    unsafe self.usualTrailers = usualTrailers.map { unsafe .passUnretained($0) }
    usualTrailersOwner = usualTrailers
    maxHeaderListBytes = min(configuration.maxHeaderListBytes, HeaderFields.maxPartBytes)
    self.now = now
    violations = TokenBucket(configuration.violations, now: now)
    controlFrames = TokenBucket(configuration.controlFrames, now: now)
    resets = TokenBucket(configuration.streamResets, now: now)
    pings = PingPolicy(configuration)
  }

  @inline(__always) func setOutput(_ base: UnsafeMutableRawPointer, capacity: Int) {
    unsafe output = base
    outputCapacity = capacity
    outputCount = 0
  }

  @inline(__always) func push(
    _ kind: HTTP2Event.Kind, _ stream: Unmanaged<HTTP2Stream>?, bytes: UnsafeRawPointer? = nil,
    count: Int = 0
  ) {
    unsafe workspace.append(HTTP2Event(kind, stream, bytes: bytes, count: count))
  }

  /// Notes that a header list went over the limit; its further fields are dropped.
  ///
  /// - Returns: Whether the stream is to be reset at once. A list of one more field than there may
  ///   be gets an answer; a bomb (references of one byte to a field of 4 KiB) does not, because the
  ///   library would look at every byte of every field until its end.
  @inline(never) func refuseHeaderList(of stream: HTTP2Stream) -> Bool {
    if !stream.isHeaderListTooLong {
      stream.isHeaderListTooLong = true
      violate(tokens: 10)
    }
    guard stream.headerListBytes > Self.bombFactor * maxHeaderListBytes else { return false }
    isInHeaderBlock = false
    return true
  }

  /// Charges what we have to answer or refuse.
  @inline(never) func violate(tokens: UInt64) {
    if !violations.take(tokens * TokenBucket.unitsPerToken, now: now) { note(.violations) }
  }

  /// Charges a frame that carries nothing, or nothing that would pay for it.
  @inline(never) func charge(_ header: nghttp2_frame_hd) {
    let token = TokenBucket.unitsPerToken
    let isAcknowledgement = header.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0
    switch UInt32(header.type) {
    case NGHTTP2_DATA.rawValue:
      // Empty, or with little but padding.
      if header.length <= Self.maxPaddingBytes { chargeControl(token) }
    case NGHTTP2_WINDOW_UPDATE.rawValue:
      if windowCredit > 0 { windowCredit &-= 1 } else { chargeControl(token) }
    case NGHTTP2_PRIORITY.rawValue: chargeControl(token)
    case NGHTTP2_SETTINGS.rawValue: chargeControl(isAcknowledgement ? token : 10 * token)
    case NGHTTP2_GOAWAY.rawValue: chargeControl(10 * token)
    case NGHTTP2_PING.rawValue where isAcknowledgement: chargeControl(token)
    case NGHTTP2_PING.rawValue: chargePing()
    case NGHTTP2_RST_STREAM.rawValue:
      if role == .server, !resets.take(token, now: now) { note(.resets) }
    case NGHTTP2_CONTINUATION.rawValue:
      continuations += 1
      if continuations > configuration.maxContinuations { note(.continuations) }
    default: break
    }
  }

  /// A PING is free after DATA of ours (bandwidth estimation). Else it has to keep its distance.
  private func chargePing() {
    if sentDataSincePing {
      sentDataSincePing = false
      pings.reset()
      return chargeControl(1)
    }
    chargeControl(10 * TokenBucket.unitsPerToken)
    guard role == .server else { return }
    let hasCalls = unsafe streams?.hasOpenStreams ?? false
    if !pings.admits(at: now, hasCalls: hasCalls) { note(.pings) }
  }

  private func chargeControl(_ units: UInt64) {
    if !controlFrames.take(units, now: now) { note(.controlFrames) }
  }

  /// The first limit that is passed is the one that the peer is told.
  private func note(_ reason: HTTP2Abuse) { if abuse == nil { abuse = reason } }

  /// Writes the GOAWAY of a session that the library has given up; returns its length, 0 the
  /// second time.
  func putFarewell() -> Int {
    guard !isFarewellWritten, let abuse, let output else { return 0 }
    isFarewellWritten = true
    let reason = Array(abuse.rawValue.utf8)
    // RFC 9113 §6.8: length, type 7, no flags, stream 0; then last stream and error code.
    var frame: [UInt8] = [0, 0, UInt8(8 + reason.count), 7, 0, 0, 0, 0, 0]
    for shift: UInt32 in [24, 16, 8, 0] { frame.append(UInt8(lastStream >> shift & 255)) }
    frame += [0, 0, 0, UInt8(abuse.code.rawValue)] + reason
    unsafe frame.withUnsafeBytes {
      if let base = $0.baseAddress {
        unsafe output.copyMemory(from: base, byteCount: frame.count)
      }
    }
    outputCount = frame.count
    return frame.count
  }
}
