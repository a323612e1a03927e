package import PurSightNet

/// What the admin listener answers.
package struct AdminPages: Sendable {
  /// An answer to `GET`.
  package struct Page: Sendable {
    package var status: Int
    package var contentType: String
    package var body: String

    package init(status: Int = 200, contentType: String = "text/plain; charset=utf-8", body: String)
    {
      self.status = status
      self.contentType = contentType
      self.body = body
    }
  }

  /// Pages by path; called on the loop, so they must not wait.
  package var pages: [String: @Sendable () -> Page]

  /// - Parameters:
  ///   - isReady: whether calls should be sent here; `/readyz` follows it.
  ///   - metrics: the text for `/metrics`.
  ///   - version: the text for `/version`.
  package init(
    isReady: @escaping @Sendable () -> Bool, metrics: @escaping @Sendable () -> String,
    version: String
  ) {
    pages = [
      "/healthz": { Page(body: "ok\n") },
      "/readyz": {
        isReady() ? Page(body: "ready\n") : Page(status: 503, body: "not ready\n")
      },
      "/metrics": {
        Page(contentType: "text/plain; version=0.0.4; charset=utf-8", body: metrics())
      },
      "/version": { Page(body: version + "\n") },
    ]
  }
}

/// A small HTTP/1.1 listener for operators: health, readiness, metrics, version.
///
/// Single-owner on its loop; `@unchecked Sendable` because `start` and `stop` hand it there.
package final class AdminListener: IOChannelHandler, @unchecked Sendable {
  private let loop: EventLoop
  private let pages: AdminPages
  private var channel: IOChannel?
  private var connections: [ObjectIdentifier: AdminConnection] = [:]

  /// Connections at a time; a further one is closed at once.
  private static let maxConnections = 64

  package init(on loop: EventLoop, _ pages: AdminPages) {
    self.loop = loop
    self.pages = pages
  }

  /// Begins to listen; returns the address with the port that was chosen.
  package func start(at address: SocketAddress) async throws(NetError) -> SocketAddress {
    let descriptor = try Socket.listen(address)
    try await start(on: descriptor)
    guard let bound = Socket.localAddress(descriptor) else {
      throw NetError(.system, "the admin listener has no address")
    }
    return bound
  }

  /// Begins to take connections from a socket that listens; closes it when that fails.
  package func start(on descriptor: Int32) async throws(NetError) {
    let result: Result<Void, NetError> = await withCheckedContinuation { continuation in
      loop.submit { [self] in
        do throws(NetError) {
          channel = try loop.register(descriptor, interest: .input, handler: self)
          continuation.resume(returning: .success(()))
        } catch {
          Socket.close(descriptor)
          continuation.resume(returning: .failure(error))
        }
      }
    }
    try result.get()
  }

  /// Stops listening and closes every connection.
  package func stop() {
    loop.submit { [self] in
      channel?.close()
      channel = nil
      for connection in connections.values { connection.close() }
    }
  }

  package func channelIsReady(_ readiness: Readiness) {
    guard let channel, case .connection(let descriptor) = Socket.accept(channel.descriptor) else {
      return
    }
    guard connections.count < Self.maxConnections else { return Socket.close(descriptor) }
    let connection = AdminConnection(loop, pages) { [weak self] connection in
      self?.connections[ObjectIdentifier(connection)] = nil
    }
    if connection.start(descriptor) { connections[ObjectIdentifier(connection)] = connection }
  }

  package func channelFlush() {}
}
