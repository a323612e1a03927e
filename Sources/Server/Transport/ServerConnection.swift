internal import PurSightGRPC
internal import PurSightHTTP2
internal import PurSightNet
internal import PurSightRPC
internal import PurSightTLS

/// One connection: a socket, TLS if the listener has it, an HTTP/2 session and its calls.
///
/// It stays until its last handler has returned, also when the socket is long gone. Everything
/// happens on the loop's thread.
@safe final class ServerConnection {
  /// The TLS layer, in a class of its own so that plaintext connections go without.
  final class Secure {
    let tls: TLSConnection
    init(_ context: TLSContext, _ workspace: TLSWorkspace) throws(TLSError) {
      tls = try TLSConnection(context, workspace: workspace)
    }
  }

  let home: ServerLoop
  let session: HTTP2Session
  let secure: Secure?
  let routes: RouteTable
  let address: SocketAddress?
  private let onClose: @Sendable () -> Void
  /// Kept alive by the loop until the end of the tick in which it is closed, and nil from then on.
  @exclusivity(unchecked) private var channelReference: Unmanaged<IOChannel>?
  @safe @exclusivity(unchecked) var peer: Peer
  @safe @exclusivity(unchecked) var isHandshaking: Bool
  @safe @exclusivity(unchecked) var isClosed = false
  /// The socket takes nothing more for now.
  @safe @exclusivity(unchecked) var isBlocked = false
  /// Bytes that wait for the socket.
  @safe @exclusivity(unchecked) var pending = ByteBuffer()
  /// The calls whose streams are open or whose handlers have not returned; each knows its place.
  @exclusivity(unchecked) var calls: [Unmanaged<TransportCall>] = unsafe []
  @safe @exclusivity(unchecked) var hasPeerSettings = false
  @safe @exclusivity(unchecked) var drain = Drain.no
  // What the watchdog looks at, in the loop's clock.
  @safe @exclusivity(unchecked) var openedAt: UInt64
  /// When its last call ended; when it came, if there was none.
  @safe @exclusivity(unchecked) var lastActivity: UInt64
  @safe @exclusivity(unchecked) var lastInput: UInt64
  @safe @exclusivity(unchecked) var lastWrite: UInt64
  @safe @exclusivity(unchecked) var headersSince: UInt64 = 0
  /// When it is replaced for its age, or after that, when its grace ends.
  @safe @exclusivity(unchecked) var agesAt = UInt64.max
  /// When the peer was asked for a sign of life; 0 when it was not.
  @safe @exclusivity(unchecked) var pingedAt: UInt64 = 0
  /// What its graceful end is counted as.
  @safe @exclusivity(unchecked) var endReason = ConnectionEnd.drained
  @safe @exclusivity(unchecked) var watchdog: LoopTimer?
  /// When the watchdog looks next; the end of time while it is not set.
  @safe @exclusivity(unchecked) var watchdogAt = UInt64.max

  /// How far a graceful end has come.
  enum Drain {
    case no
    /// GOAWAY with the highest identifier is out, and a PING to know when it has arrived.
    case announced
    /// GOAWAY with the last identifier is out: when the calls are done, so is the connection.
    case final
  }

  /// Takes a connected socket over, on the loop's thread.
  ///
  /// - Parameter onClose: called once when the connection is gone, on the loop's thread.
  init(
    _ home: ServerLoop, routes: RouteTable, tls: TLSContext?, address: SocketAddress?,
    onClose: @escaping @Sendable () -> Void
  ) throws {
    let now = home.loop.now
    session = try HTTP2Session(
      .server, home.configuration.http2, workspace: home.http2,
      usualTrailers: GRPCResponse.okTrailers, now: now)
    secure = try tls.map { try Secure($0, home.tls) }
    self.home = home
    self.routes = routes
    self.address = address
    self.onClose = onClose
    peer = Peer(
      spiffeID: nil, subject: "", names: [], certificateFingerprint: "",
      address: address?.description ?? "", isEncrypted: tls != nil)
    isHandshaking = tls != nil
    (openedAt, lastActivity, lastInput, lastWrite) = (now, now, now, now)
    session.setStreamSource(self)
  }

  /// Begins to work on `descriptor`.
  func start(_ descriptor: Int32) throws(NetError) {
    let channel = try home.loop.register(descriptor, interest: .input, handler: self)
    unsafe channelReference = .passUnretained(channel)
    home.add(self)
    watch()
    if !isHandshaking { established() }
  }

  /// The peer is known; HTTP/2 begins.
  func established() {
    isHandshaking = false
    openedAt = home.loop.now
    agesAt = home.drawAge()
    home.observer?.connectionOpened(peer, loop: home.index)
    requestFlush()
  }

  var channel: IOChannel? { unsafe channelReference?.takeUnretainedValue() }

  @inline(__always) func requestFlush() {
    unsafe channelReference?._withUnsafeGuaranteedRef { $0.requestFlush() }
  }

  /// Gives body bytes of a call back to its windows.
  @inline(__always) func consume(_ call: TransportCall, _ count: Int) {
    if count == 0 { return }
    if isClosed {
      call.stream.unconsumed = 0
    } else {
      session.consume(call.stream, count)
      requestFlush()
    }
  }

  /// Closes the socket and ends every call; the object goes when its last handler has returned.
  ///
  /// - Parameter lingers: The peer is to hear what was written last, although bytes of its own may
  ///   still be on their way: a socket that is closed over them resets the connection.
  func close(_ reason: ConnectionEnd, lingers: Bool = false) {
    if isClosed { return }
    isClosed = true
    if let watchdog { home.loop.cancel(watchdog) }
    watchdog = nil
    let release = onClose
    var isLingering = false
    if let channel {
      if lingers {
        isLingering = LingeringSocket.begin(channel, then: release)
      } else {
        channel.close()
      }
    }
    unsafe channelReference = nil
    pending.release()
    // Its calls point here: `recycle` balances this with the last of them.
    if unsafe !calls.isEmpty { _ = unsafe Unmanaged.passRetained(self) }
    endCalls(RPCError(.cancelled, "The connection to the caller is gone."))
    home.remove(self)
    home.observer?.connectionClosed(reason, loop: home.index)
    if !isLingering { release() }
  }
}
