internal import Synchronization

/// Several loops, each on a thread of its own.
package final class EventLoopGroup: Sendable {
  package let loops: [EventLoop]
  private let threads: [Thread]

  /// Starts `count` loops (at least one) on threads called `<name>-0`, `<name>-1`, ….
  package init(count: Int, name: String) throws(NetError) {
    var (loops, threads): ([EventLoop], [Thread]) = ([], [])
    do {
      for index in 0..<max(count, 1) {
        let loop = try EventLoop()
        threads.append(try Thread("\(name)-\(index)") { loop.run() })
        loops.append(loop)
      }
    } catch {
      for loop in loops { loop.stop() }
      for thread in threads { thread.join() }
      throw error
    }
    (self.loops, self.threads) = (loops, threads)
  }

  /// The loop with the fewest connections: few long-lived connections then spread evenly, which
  /// the kernel's own choice (SO_REUSEPORT) does not do.
  package func leastLoaded() -> EventLoop {
    var (best, fewest) = (loops[0], Int.max)
    for loop in loops {
      let count = loop.connectionCount.load(ordering: .relaxed)
      if count < fewest { (best, fewest) = (loop, count) }
    }
    return best
  }

  /// Stops every loop and waits for its thread; never from one of them. See `EventLoop.stop`.
  package func stop() {
    for loop in loops { loop.stop() }
    for thread in threads { thread.join() }
  }
}
