#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// What a descriptor is ready for, or what its owner waits for.
package struct Readiness: OptionSet, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Bytes, a connection or the end can be read.
  package static let input = Readiness(rawValue: 1)
  /// Bytes can be written, or an outgoing connection is decided.
  package static let output = Readiness(rawValue: 2)
  /// The peer is gone or the descriptor is in error. Reported without being asked for.
  package static let hangUp = Readiness(rawValue: 4)
}

/// The owner of a channel: what a loop calls when something happens to a descriptor.
///
/// Both are called on the loop's thread only.
package protocol IOChannelHandler: AnyObject {
  /// The descriptor became ready. Level-triggered: what is left is reported again.
  func channelIsReady(_ readiness: Readiness)

  /// The tick is ending and `IOChannel.requestFlush()` was called in it: hand over what was
  /// gathered.
  func channelFlush()
}

/// One descriptor on one loop.
///
/// Single-owner: everything here happens on the loop's thread. The loop keeps the channel alive
/// from `EventLoop.register` until the end of the tick in which it was closed, and the channel
/// keeps its handler for as long.
@safe package final class IOChannel {
  package let descriptor: Int32
  package let loop: EventLoop
  @safe @exclusivity(unchecked) private(set) var handler: (any IOChannelHandler)?
  @safe @exclusivity(unchecked) private var awaited: Readiness
  @safe @exclusivity(unchecked) private var isGone = false
  @safe @exclusivity(unchecked) var awaitsFlush = false

  /// What the owner waits for.
  package var interest: Readiness { @inline(__always) get { awaited } }
  /// Whether the channel has left the loop.
  package var isClosed: Bool { @inline(__always) get { isGone } }

  init(
    _ descriptor: Int32, loop: EventLoop, interest: Readiness, handler: any IOChannelHandler
  ) {
    self.descriptor = descriptor
    self.loop = loop
    awaited = interest
    self.handler = handler
  }

  /// Changes what the owner waits for; does nothing if it is that already.
  @inline(__always) package func setInterest(_ wanted: Readiness) {
    if wanted != interest && !isClosed { changeInterest(wanted) }
  }

  @inline(never) private func changeInterest(_ wanted: Readiness) {
    awaited = wanted
    unsafe loop.poller.modify(descriptor, wanted, channel: .passUnretained(self))
  }

  /// Has the handler's `channelFlush` called once at the end of this tick, after all its jobs.
  @inline(__always) package func requestFlush() {
    if !awaitsFlush {
      awaitsFlush = true
      loop.appendFlush(self)
    }
  }

  /// Leaves the loop and closes the descriptor. The second call does nothing.
  package func close() {
    if detach() { _ = platformClose(descriptor) }
  }

  /// Leaves the loop without closing the descriptor, which belongs to somebody else (libpq).
  ///
  /// Returns whether it was on the loop until now.
  @discardableResult package func detach() -> Bool {
    if isClosed { return false }
    isGone = true
    loop.unregister(self)
    return true
  }

  /// Ends the channel's hold on its handler; by the loop, when no event can name it any more.
  func release() { handler = nil }
}

/// close(2), under a name that does not collide with methods.
func platformClose(_ descriptor: Int32) -> Int32 { close(descriptor) }
