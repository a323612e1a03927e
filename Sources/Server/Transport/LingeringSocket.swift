internal import PurSightNet

/// A socket after its last word: the peer's bytes are thrown away until it closes its side, too.
///
/// Without this the kernel answers what still comes with a reset, and the peer may lose the GOAWAY
/// that says why it is sent away. Bounded in bytes and time; counts as a connection until then.
@safe final class LingeringSocket: IOChannelHandler {
  /// Bytes and time that a peer is given to notice.
  private static let maxBytes = 4 << 20
  private static let limit = Duration.seconds(1)

  private var channel: IOChannel?
  private var timer: LoopTimer?
  private var bytes = 0
  private let then: @Sendable () -> Void

  private init(then: @escaping @Sendable () -> Void) { self.then = then }

  /// Takes the descriptor of `channel` over; false: it is closed already.
  static func begin(_ channel: IOChannel, then: @escaping @Sendable () -> Void) -> Bool {
    let (loop, descriptor) = (channel.loop, channel.descriptor)
    guard channel.detach() else { return false }
    Socket.shutdownOutput(descriptor)
    let lingering = LingeringSocket(then: then)
    do throws(NetError) {
      lingering.channel = try loop.register(descriptor, interest: .input, handler: lingering)
    } catch {
      Socket.close(descriptor)
      return false
    }
    let timer = LoopTimer { [unowned lingering] in lingering.end() }
    lingering.timer = timer
    loop.schedule(timer, after: limit)
    return true
  }

  func channelIsReady(_ readiness: Readiness) {
    guard let channel else { return }
    while bytes < Self.maxBytes {
      switch unsafe Socket.receive(channel.descriptor, into: channel.loop.receiveBlock) {
      case .wouldBlock: return
      case .ended: return end()
      case .bytes(let count): bytes += count
      }
    }
    end()
  }

  func channelFlush() {}

  private func end() {
    guard let channel else { return }
    if let timer { channel.loop.cancel(timer) }
    self.channel = nil
    channel.close()
    then()
  }
}
