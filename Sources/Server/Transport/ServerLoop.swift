internal import PurSightGRPC
internal import PurSightHTTP2
internal import PurSightNet
internal import PurSightTLS

/// What a server keeps on one loop, and its connections share: blocks, pools, runners.
///
/// Touched on its loop's thread only; `@unchecked Sendable` because the server hands it to closures
/// that run there.
@safe final class ServerLoop: @unchecked Sendable {
  let loop: EventLoop
  let index: Int
  let configuration: ServerConfiguration
  let timeouts: TimeoutNanoseconds
  let observer: (any ServerObserver)?
  let hasObserver: Bool
  /// Limits that are looked at for every call.
  let maxRunningCalls: Int
  let maxCalls: Int
  let runners: CallRunners
  let http2 = HTTP2Workspace()
  let tls = TLSWorkspace()
  /// Decrypted bytes of one receive.
  let plaintext = UnsafeMutableRawBufferPointer.allocate(
    byteCount: EventLoop.receiveBlockBytes, alignment: 64)
  /// The usual head of a response; permanent.
  let responseHead = unsafe Unmanaged.passUnretained(GRPCResponse.head)
  /// Calls to be used again, each with one reference that belongs to the pool.
  @exclusivity(unchecked) private var pool: [Unmanaged<TransportCall>] = unsafe []
  @safe @exclusivity(unchecked) private(set) var connections: [ObjectIdentifier: ServerConnection] =
    [:]
  /// Handlers that have not returned.
  @safe @exclusivity(unchecked) var runningCalls = 0
  @safe @exclusivity(unchecked) private var handshakes = 0
  @safe @exclusivity(unchecked) private(set) var isDraining = false
  @safe @exclusivity(unchecked) private var isStopped = false

  /// Call objects kept for reuse.
  private static let maxPooledCalls = 1024

  /// On the loop's thread.
  init(
    _ loop: EventLoop, index: Int, _ configuration: ServerConfiguration,
    observer: (any ServerObserver)?
  ) {
    self.loop = loop
    self.index = index
    self.configuration = configuration
    timeouts = TimeoutNanoseconds(configuration.timeouts)
    self.observer = observer
    hasObserver = observer != nil
    maxRunningCalls = configuration.limits.runningCallsPerLoop
    maxCalls = configuration.limits.runningCallsPerConnection
    runners = CallRunners(loop, maxDelay: nanoseconds(configuration.limits.maxCallDelay))
    // The loop ticks on when the server is gone.
    loop.addTickHook { [weak self] in
      self?.runners.kick()
      self?.handshakes = 0
    }
  }

  deinit { unsafe plaintext.deallocate() }

  /// Whether one more step of a handshake may be taken in this tick.
  func admitsHandshake() -> Bool {
    handshakes += 1
    return handshakes <= configuration.limits.handshakesPerTick
  }

  /// When a connection of this tick will be old: within a tenth of the configured age, so that
  /// those that came together do not go together.
  func drawAge() -> UInt64 {
    let tenth = timeouts.age / 10
    return loop.now + timeouts.age - tenth + UInt64.random(in: 0...(2 * tenth))
  }

  // MARK: Calls

  /// A fresh call; its reference goes over to the caller, until `recycle`.
  @inline(__always) func takeCall() -> Unmanaged<TransportCall> {
    unsafe pool.popLast() ?? .passRetained(TransportCall(self))
  }

  @inline(__always) func recycle(_ call: Unmanaged<TransportCall>) {
    unsafe call._withUnsafeGuaranteedRef { $0.recycle() }
    if unsafe pool.count < Self.maxPooledCalls && !isStopped {
      unsafe pool.append(call)
    } else {
      unsafe call.release()
    }
  }

  // MARK: Connections

  func add(_ connection: ServerConnection) {
    connections[ObjectIdentifier(connection)] = connection
    if isDraining { connection.beginDrain() }
  }

  func remove(_ connection: ServerConnection) {
    connections[ObjectIdentifier(connection)] = nil
  }

  func beginDrain() {
    isDraining = true
    for connection in connections.values { connection.beginDrain() }
  }

  /// Ends what the grace period has left over.
  func endDrain() {
    for connection in connections.values { connection.endDrain() }
  }

  /// Closes what is left after that, read or not.
  func abandon() {
    for connection in Array(connections.values) { connection.close(.drained) }
  }

  /// Ends the runners and lets go of the pool, which points back here.
  func stop() {
    runners.stop()
    for index in unsafe pool.indices { unsafe pool[index].release() }
    unsafe pool.removeAll()
    isStopped = true
  }
}

/// The configured timeouts in the loop's clock, converted once.
struct TimeoutNanoseconds {
  let handshake: UInt64
  let preface: UInt64
  let headers: UInt64
  let requestStall: UInt64
  let responseStall: UInt64
  let idle: UInt64
  let keepalive: UInt64
  let keepaliveAnswer: UInt64
  let age: UInt64
  let ageGrace: UInt64
  /// How often a connection with something under way is looked at.
  let round: UInt64
  /// How long the answer to the drain's PING is waited for.
  let drainRoundTrip: UInt64 = 1_000_000_000

  private static let longestRound: UInt64 = 2_000_000_000
  private static let shortestRound: UInt64 = 10_000_000

  init(_ timeouts: ServerConfiguration.Timeouts) {
    handshake = nanoseconds(timeouts.handshake)
    preface = nanoseconds(timeouts.preface)
    headers = nanoseconds(timeouts.headers)
    requestStall = nanoseconds(timeouts.requestStall)
    responseStall = nanoseconds(timeouts.responseStall)
    idle = nanoseconds(timeouts.idle)
    keepalive = nanoseconds(timeouts.keepalive)
    keepaliveAnswer = nanoseconds(timeouts.keepaliveAnswer)
    age = nanoseconds(timeouts.age)
    ageGrace = nanoseconds(timeouts.ageGrace)
    let shortest = min(headers, requestStall, responseStall, keepalive, keepaliveAnswer)
    round = min(Self.longestRound, max(shortest / 4, Self.shortestRound))
  }
}
