internal import PurSightNet
internal import PurSightTLS

/// A listening socket: accepts and hands over.
///
/// One per address, whatever the number of loops: the server then sees all connections and spreads
/// them evenly. `@unchecked Sendable`: everything mutable is touched on its loop's thread.
final class Acceptor: IOChannelHandler, @unchecked Sendable {
  private let descriptor: Int32
  private unowned let server: Server
  private let routes: RouteTable
  private let tls: TLSContextHolder?
  private var channel: IOChannel?
  private var resumption: LoopTimer?

  /// Connections taken in one turn.
  private static let batch = 64
  /// How long to wait when no descriptor is free.
  private static let pause = Duration.milliseconds(100)

  init(_ descriptor: Int32, server: Server, _ routes: RouteTable, tls: TLSContextHolder?) {
    self.descriptor = descriptor
    self.server = server
    self.routes = routes
    self.tls = tls
  }

  func start(on loop: EventLoop) -> Result<Void, NetError> {
    do throws(NetError) {
      channel = try loop.register(descriptor, interest: .input, handler: self)
      return .success(())
    } catch {
      Socket.close(descriptor)
      return .failure(error)
    }
  }

  func stop() {
    if let resumption, let channel { channel.loop.cancel(resumption) }
    channel?.close()
    channel = nil
  }

  func channelIsReady(_ readiness: Readiness) {
    for _ in 0..<Self.batch {
      switch Socket.accept(descriptor) {
      case .connection(let connection):
        server.admit(connection, routes: routes, tls: tls?.current)
      case .none:
        return
      case .exhausted:
        return waitForDescriptors()
      }
    }
  }

  func channelFlush() {}

  /// The kernel would report the waiting connections over and over.
  private func waitForDescriptors() {
    guard let channel else { return }
    channel.setInterest([])
    let timer = LoopTimer { [unowned self] in self.channel?.setInterest(.input) }
    resumption = timer
    channel.loop.schedule(timer, after: Self.pause)
  }
}
