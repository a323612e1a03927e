internal import Synchronization
package import PurSightNet
package import PurSightRPC
package import PurSightTLS

/// A server of gRPC, gRPC-Web and Connect: listeners, and connections spread over event loops.
///
/// Made once per process. Listeners have a router each, so that a plaintext port can serve less
/// than the encrypted one.
package final class Server: Sendable {
  /// What several threads look at.
  struct State {
    var homes: [ServerLoop] = []
    var acceptors: [Acceptor] = []
    var addresses: [String: Int] = [:]
    var connections = 0
    var isDraining = false
    var emptied: [CheckedContinuation<Void, Never>] = []
  }

  let configuration: ServerConfiguration
  private let group: EventLoopGroup
  private let state: Mutex<State>

  /// Makes a server on the loops of `group`, which must be running.
  package init(
    _ configuration: ServerConfiguration, on group: EventLoopGroup,
    observer: (any ServerObserver)? = nil
  ) async {
    self.configuration = configuration
    self.group = group
    var homes: [ServerLoop] = []
    for (index, loop) in group.loops.enumerated() {
      homes.append(
        await withCheckedContinuation { continuation in
          loop.submit {
            continuation.resume(
              returning: ServerLoop(loop, index: index, configuration, observer: observer))
          }
        })
    }
    state = Mutex(State(homes: homes))
  }

  /// Listens at `address` and answers calls by `router`; without `tls` in plaintext (h2c with prior
  /// knowledge).
  ///
  /// - Parameter json: how messages read as JSON, for callers that speak it; nil: they do not.
  /// - Returns: the address with the port that was chosen if it was 0.
  package func listen(
    at address: SocketAddress, router: Router, json: (any MethodJSON)? = nil,
    tls: TLSContextHolder? = nil
  ) async throws(NetError) -> SocketAddress {
    try await listen(on: try Socket.listen(address), router: router, json: json, tls: tls)
  }

  /// Takes over a socket that listens already (socket activation).
  package func listen(
    on descriptor: Int32, router: Router, json: (any MethodJSON)? = nil,
    tls: TLSContextHolder? = nil
  ) async throws(NetError) -> SocketAddress {
    let loop = group.loops[0]
    let acceptor = Acceptor(descriptor, server: self, RouteTable(router, json: json), tls: tls)
    let result: Result<Void, NetError> = await withCheckedContinuation { continuation in
      loop.submit { continuation.resume(returning: acceptor.start(on: loop)) }
    }
    try result.get()
    state.withLock { $0.acceptors.append(acceptor) }
    guard let bound = Socket.localAddress(descriptor) else {
      throw NetError(.system, "the listening socket has no address")
    }
    return bound
  }

  /// Connections that are open, handshakes included.
  package var connectionCount: Int { state.withLock { $0.connections } }

  // MARK: Connections

  /// Places a new connection on the loop with the fewest; closes it if there are too many.
  func admit(_ descriptor: Int32, routes: RouteTable, tls: TLSContext?) {
    let address = Socket.peerAddress(descriptor)
    let host = address?.host ?? ""
    let limits = configuration.limits
    let isAdmitted = state.withLock { state in
      guard !state.isDraining, state.connections < limits.connections,
        state.addresses[host, default: 0] < limits.connectionsPerAddress
      else { return false }
      state.connections += 1
      state.addresses[host, default: 0] += 1
      return true
    }
    guard isAdmitted else { return Socket.close(descriptor) }
    let home = leastLoadedHome()
    home.loop.connectionCount.add(1, ordering: .relaxed)
    let begin: @Sendable () -> Void = { [self] in
      let release: @Sendable () -> Void = { [self] in
        home.loop.connectionCount.subtract(1, ordering: .relaxed)
        forget(host)
      }
      do {
        let connection = try ServerConnection(
          home, routes: routes, tls: tls, address: address, onClose: release)
        try connection.start(descriptor)
      } catch {
        Socket.close(descriptor)
        home.observer?.connectionClosed(.refused, loop: home.index)
        release()
      }
    }
    if home.loop.isCurrent { begin() } else { home.loop.submit(begin) }
  }

  private func leastLoadedHome() -> ServerLoop {
    let loop = group.leastLoaded()
    return state.withLock { state in
      state.homes.first { $0.loop === loop } ?? state.homes[0]
    }
  }

  private func forget(_ host: String) {
    let waiting = state.withLock { state in
      state.connections -= 1
      let left = state.addresses[host, default: 1] - 1
      state.addresses[host] = left > 0 ? left : nil
      guard state.connections == 0 else { return [CheckedContinuation<Void, Never>]() }
      defer { state.emptied = [] }
      return state.emptied
    }
    for continuation in waiting { continuation.resume() }
  }

  // MARK: End

  /// How long a peer has to read how its calls have ended, once the grace is over.
  private static let lastWords = Duration.seconds(2)
  /// How long cancelled handlers have to return, and how often they are looked at.
  private static let returnLimit = Duration.seconds(5)
  private static let returnPause = Duration.milliseconds(2)

  /// Ends gracefully: no new connections, then GOAWAY in two steps, then what is under way may end
  /// within `grace`, then the rest is cancelled with UNAVAILABLE. Returns when all connections are
  /// gone and their handlers have returned; one that does not heed its cancellation is left behind.
  package func drain(grace: Duration) async {
    let (homes, acceptors) = state.withLock { state in
      state.isDraining = true
      defer { state.acceptors = [] }
      return (state.homes, state.acceptors)
    }
    for acceptor in acceptors { group.loops[0].submit { acceptor.stop() } }
    for home in homes { home.loop.submit { home.beginDrain() } }
    let deadline = Task {
      try await Task.sleep(for: grace)
      for home in homes { home.loop.submit { home.endDrain() } }
      // A peer that does not read its last words is not waited for.
      try await Task.sleep(for: Self.lastWords)
      for home in homes { home.loop.submit { home.abandon() } }
    }
    await whenEmpty()
    deadline.cancel()
    await whenReturned(homes)
    for home in homes { home.loop.submit { home.stop() } }
  }

  /// A cancelled handler returns on its loop, which the caller may stop next.
  private func whenReturned(_ homes: [ServerLoop]) async {
    let end = ContinuousClock.now + Self.returnLimit
    for home in homes {
      while ContinuousClock.now < end, await runningCalls(of: home) > 0 {
        // Looked at now and then: to be told, every call would have to pay for it.
        guard (try? await Task.sleep(for: Self.returnPause)) != nil else { return }
      }
    }
  }

  private func runningCalls(of home: ServerLoop) async -> Int {
    await withCheckedContinuation { continuation in
      home.loop.submit { continuation.resume(returning: home.runningCalls) }
    }
  }

  private func whenEmpty() async {
    await withCheckedContinuation { continuation in
      let isEmpty = state.withLock { state in
        if state.connections > 0 { state.emptied.append(continuation) }
        return state.connections == 0
      }
      if isEmpty { continuation.resume() }
    }
  }
}
