internal import PurSightGRPC
internal import PurSightHTTP2
internal import PurSightNet
internal import PurSightRPC
internal import PurSightTLS

/// One connection of a client: socket, TLS where it is wanted, HTTP/2 session, open calls.
///
/// Single-owner: everything happens on its loop's thread.
@safe final class ClientConnection: IOChannelHandler {
  /// TLS in a class of its own, so that plaintext goes without.
  final class Secure {
    let tls: TLSConnection

    init(_ context: TLSContext, _ serverName: String, _ workspace: TLSWorkspace) throws(TLSError) {
      tls = try TLSConnection(context, serverName: serverName, workspace: workspace)
    }
  }

  enum Phase {
    case connecting
    case handshaking
    /// HTTP/2 is spoken; the server's SETTINGS have not arrived yet.
    case greeting
    case ready
    case closed
  }

  let transport: TransportCore
  @safe unowned(unsafe) let loop: EventLoop
  let workspaces: TransportCore.Workspaces
  let session: HTTP2Session
  let secure: Secure?
  let authority: String
  let address: SocketAddress
  @safe @exclusivity(unchecked) var phase = Phase.connecting
  @safe @exclusivity(unchecked) var channel: IOChannel?
  @safe @exclusivity(unchecked) var calls: [ObjectIdentifier: TransportCall] = [:]
  @safe @exclusivity(unchecked) var pending = ByteBuffer()
  @safe @exclusivity(unchecked) var isBlocked = false
  @safe @exclusivity(unchecked) var isRetired = false
  @safe @exclusivity(unchecked) var lastInput: UInt64
  @safe @exclusivity(unchecked) var awaitsPing = false
  @safe @exclusivity(unchecked) var timer: LoopTimer?
  @safe @exclusivity(unchecked) private var onOutcome:
    ((Result<ClientConnection, RPCError>) -> Void)?

  /// Starts to connect.
  /// - Parameter onOutcome: Called once: when the server's SETTINGS are there, or when it failed.
  init(
    _ transport: TransportCore, _ loop: EventLoop, _ address: SocketAddress,
    _ tls: TLSContext?, _ workspaces: TransportCore.Workspaces,
    onOutcome: @escaping (Result<ClientConnection, RPCError>) -> Void
  ) throws {
    let configuration = transport.configuration
    let host = (try? SocketAddress.split(configuration.target).host) ?? "localhost"
    self.transport = transport
    self.loop = loop
    self.address = address
    self.workspaces = workspaces
    authority = configuration.target.hasPrefix("unix:") ? "localhost" : configuration.target
    session = try HTTP2Session(
      .client, configuration.http2, workspace: workspaces.http2, usualTrailers: nil,
      now: loop.now)
    secure = try tls.map { try Secure($0, configuration.serverName ?? host, workspaces.tls) }
    lastInput = loop.now
    self.onOutcome = onOutcome
    let descriptor = try Socket.connect(address)
    channel = try loop.register(descriptor, interest: .output, handler: self)
    let timer = LoopTimer { [weak self] in self?.timerFired() }
    self.timer = timer
    loop.schedule(timer, after: configuration.connectTimeout)
  }

  /// Whether another call finds a stream here now.
  var acceptsCalls: Bool {
    phase == .ready && !isRetired && calls.count < Int(session.peerMaxConcurrentStreams)
  }

  // MARK: Life

  func becameReady() {
    phase = .ready
    scheduleKeepalive()
    if let onOutcome {
      self.onOutcome = nil
      onOutcome(.success(self))
    }
  }

  /// Takes no new calls any more; those that are open go on.
  func retire() {
    guard !isRetired else { return }
    isRetired = true
    transport.retire(self)
    if calls.isEmpty { close(RPCError(.unavailable, "The server closed the connection.")) }
  }

  /// Ends the connection and its calls.
  func close(_ error: RPCError) {
    guard phase != .closed else { return }
    let wasReady = phase == .ready
    phase = .closed
    if let timer { loop.cancel(timer) }
    channel?.close()
    let open = calls.values
    calls.removeAll()
    for call in open { call.connectionLost(error) }
    if let onOutcome {
      self.onOutcome = nil
      transport.retired[ObjectIdentifier(self)] = nil
      onOutcome(.failure(error))
    } else if wasReady {
      transport.connectionClosed(self)
    }
  }

  private func timerFired() {
    switch phase {
    case .connecting, .handshaking, .greeting:
      close(
        RPCError(
          .unavailable,
          "\(authority) did not answer within \(transport.configuration.connectTimeout)."))
    case .ready:
      if awaitsPing {
        return close(
          RPCError(.unavailable, "The server at \(authority) gave no sign of life."))
      }
      keepAlive()
    case .closed: break
    }
  }

  private func keepAlive() {
    let interval = nanoseconds(transport.configuration.keepaliveInterval)
    // gRPC's etiquette: a client asks for a sign of life only while calls are open (gRFC A8).
    guard !calls.isEmpty, loop.now &- lastInput >= interval, let timer else {
      return scheduleKeepalive()
    }
    awaitsPing = true
    session.ping()
    channel?.requestFlush()
    loop.schedule(timer, after: transport.configuration.keepaliveTimeout)
  }

  func scheduleKeepalive() {
    guard let timer else { return }
    awaitsPing = false
    loop.schedule(timer, after: transport.configuration.keepaliveInterval)
  }

  // MARK: Calls

  func start(_ call: TransportCall) {
    do throws(HTTP2Error) {
      try session.request(call.stream, call.requestHeaders(authority, secure != nil), hasBody: true)
    } catch {
      retire()
      return call.fail(
        RPCError(.unavailable, "The connection takes no more calls: \(error.message)."),
        wasProcessed: false)
    }
    calls[ObjectIdentifier(call)] = call
    call.started(on: self)
    channel?.requestFlush()
  }

  /// The call's stream is gone.
  func ended(_ call: TransportCall) {
    guard calls.removeValue(forKey: ObjectIdentifier(call)) != nil else { return }
    if isRetired, calls.isEmpty {
      close(RPCError(.unavailable, "The server closed the connection."))
    } else {
      transport.startQueued()
    }
  }
}
