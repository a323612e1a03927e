import PurSightNet
import Synchronization
import Testing

@Suite("EventLoop", .timeLimit(.minutes(1))) struct EventLoopTests {
  @Test func `bodies run on the loop in the order they were submitted`() async throws {
    let group = try EventLoopGroup(count: 1, name: "test")
    let loop = group.loops[0]
    let seen = Mutex<[Int]>([])
    await withCheckedContinuation { continuation in
      for index in 0..<1000 {
        loop.submit { if loop.isCurrent { seen.withLock { $0.append(index) } } }
      }
      loop.submit { continuation.resume() }
    }
    #expect(seen.withLock { $0 } == Array(0..<1000))
    #expect(!loop.isCurrent)
    group.stop()
  }

  @Test func `a task with the loop as its preference runs there across its awaits`() async throws {
    let group = try EventLoopGroup(count: 2, name: "test")
    let places = await withTaskGroup(of: Bool.self) { tasks in
      for index in 0..<100 {
        let loop = group.loops[index % 2]
        tasks.addTask(executorPreference: loop) {
          var isThere = loop.isCurrent
          await Task.yield()
          isThere = isThere && loop.isCurrent && EventLoop.current === loop
          try? await Task.sleep(for: .milliseconds(1))
          return isThere && loop.isCurrent
        }
      }
      return await tasks.reduce(into: [Bool]()) { $0.append($1) }
    }
    #expect(places.count == 100)
    #expect(places.allSatisfy { $0 })
    group.stop()
  }

  /// An actor that lives on a loop.
  private actor Resident {
    let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }
    init(_ loop: EventLoop) { self.loop = loop }
    func isHome() -> Bool {
      loop.assertIsolated()
      return loop.isCurrent
    }
  }

  @Test func `an actor with the loop as its executor runs there`() async throws {
    let group = try EventLoopGroup(count: 1, name: "test")
    let resident = Resident(group.loops[0])
    #expect(await resident.isHome())
    group.stop()
  }

  @Test func `timers fire in the order of their times, cancelled ones do not`() async throws {
    let group = try EventLoopGroup(count: 1, name: "test")
    let loop = group.loops[0]
    let fired = await withCheckedContinuation { (continuation: CheckedContinuation<[Int], Never>) in
      loop.submit {
        nonisolated(unsafe) var fired: [Int] = []
        let timers = [3, 1, 2].map { number in
          (number, LoopTimer { unsafe fired.append(number) })
        }
        for (number, timer) in timers { loop.schedule(timer, after: .milliseconds(5 * number)) }
        loop.cancel(timers[2].1)
        let last = LoopTimer { continuation.resume(returning: unsafe fired) }
        loop.schedule(last, after: .milliseconds(25))
      }
    }
    #expect(fired == [1, 3])
    group.stop()
  }

  /// Sends everything it reads back.
  private final class Echo: IOChannelHandler {
    var channel: IOChannel?
    func channelIsReady(_ readiness: Readiness) {
      guard let channel else { return }
      switch unsafe Socket.receive(channel.descriptor, into: channel.loop.receiveBlock) {
      case .bytes(let count):
        _ = unsafe Socket.send(
          channel.descriptor, UnsafeRawBufferPointer(rebasing: channel.loop.receiveBlock[..<count]))
      case .wouldBlock: break
      case .ended: channel.close()
      }
    }
    func channelFlush() {}
  }

  /// Reads until the end and hands over what came.
  private final class Reader: IOChannelHandler {
    var channel: IOChannel?
    var bytes: [UInt8] = []
    let wanted: Int
    let done: ([UInt8]) -> Void
    init(_ wanted: Int, _ done: @escaping ([UInt8]) -> Void) {
      (self.wanted, self.done) = (wanted, done)
    }
    func channelIsReady(_ readiness: Readiness) {
      guard let channel else { return }
      if readiness.contains(.output) {
        channel.setInterest([.input])
        let hello = Array("hello".utf8)
        _ = unsafe hello.withUnsafeBytes { unsafe Socket.send(channel.descriptor, $0) }
      }
      guard readiness.contains(.input),
        case .bytes(let count) = unsafe Socket.receive(
          channel.descriptor, into: channel.loop.receiveBlock)
      else { return }
      unsafe bytes.append(contentsOf: channel.loop.receiveBlock[..<count])
      if bytes.count >= wanted {
        channel.close()
        done(bytes)
      }
    }
    func channelFlush() {}
  }

  @Test func `a connection is accepted, echoed and closed`() async throws {
    let group = try EventLoopGroup(count: 1, name: "test")
    let loop = group.loops[0]
    let listener = try Socket.listen(.loopback(port: 0))
    let address = try #require(Socket.localAddress(listener))
    #expect(address.port != 0)
    #expect(address.isLoopback)
    let echoed = await withCheckedContinuation {
      (continuation: CheckedContinuation<[UInt8], Never>) in
      loop.submit {
        final class Acceptor: IOChannelHandler {
          var channel: IOChannel?
          func channelIsReady(_ readiness: Readiness) {
            guard let channel, case .connection(let peer) = Socket.accept(channel.descriptor) else {
              return
            }
            let echo = Echo()
            echo.channel = try? channel.loop.register(peer, interest: .input, handler: echo)
            channel.close()
          }
          func channelFlush() {}
        }
        let acceptor = Acceptor()
        acceptor.channel = try? loop.register(listener, interest: .input, handler: acceptor)
        let reader = Reader(5) { continuation.resume(returning: $0) }
        if let descriptor = try? Socket.connect(address) {
          reader.channel = try? loop.register(descriptor, interest: .output, handler: reader)
        }
      }
    }
    #expect(echoed == Array("hello".utf8))
    group.stop()
  }
}
