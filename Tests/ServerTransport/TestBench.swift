import PurSightNet
import PurSightRPC
import PurSightServerTransport
import Synchronization

/// A server with hand-written methods, and what they saw.
final class TestBench: Sendable {
  /// What handlers report, in order.
  let log = Mutex<[String]>([])
  let group: EventLoopGroup
  let server: Server
  let address: SocketAddress

  static let echo = MethodInfo(service: "t.T", name: "Echo", kind: .unary)
  static let sleep = MethodInfo(service: "t.T", name: "Sleep", kind: .unary)
  static let each = MethodInfo(service: "t.T", name: "Each", kind: .bidirectionalStreaming)
  static let pour = MethodInfo(service: "t.T", name: "Pour", kind: .serverStreaming)
  static let stuck = MethodInfo(service: "t.T", name: "Stuck", kind: .clientStreaming)
  static let busy = MethodInfo(service: "t.T", name: "Busy", kind: .unary)
  static let check = MethodInfo(service: "grpc.health.v1.Health", name: "Check", kind: .unary)
  static let watch = MethodInfo(
    service: "grpc.health.v1.Health", name: "Watch", kind: .serverStreaming)
  static let limited = MethodInfo(
    service: "t.T", name: "Limited", kind: .unary, defaultDeadline: .milliseconds(50))
  static let forgetful = MethodInfo(service: "t.T", name: "Forgetful", kind: .unary)

  init(_ configuration: ServerConfiguration = ServerConfiguration(), loops: Int = 1) async throws {
    group = try EventLoopGroup(count: loops, name: "test")
    server = await Server(configuration, on: group)
    let holder = Holder()
    address = try await server.listen(at: .loopback(port: 0), router: Self.router(holder))
    holder.bench.withLock { $0 = self }
  }

  func note(_ text: String) { log.withLock { $0.append(text) } }
  var notes: [String] { log.withLock { $0 } }

  func stop() async {
    await server.drain(grace: .zero)
    group.stop()
  }

  private final class Holder: Sendable {
    let bench = Mutex<TestBench?>(nil)
    func note(_ text: String) { bench.withLock { $0 }?.note(text) }
  }

  private static func router(_ holder: Holder) -> Router {
    var router = Router()
    router.add(echo) { context in
      let bytes = unsafe try await context.call.nextMessage().map { unsafe Array($0) } ?? []
      put(bytes, context.call)
      context.call.replyMessage()
    }
    for method in [sleep, limited] {
      router.add(method) { context in
        do {
          try await Task.sleep(for: .seconds(60))
        } catch {
          holder.note("\(method.name) cancelled")
          throw error
        }
      }
    }
    router.add(busy) { context in
      let end = ContinuousClock.now + .milliseconds(1)
      while ContinuousClock.now < end {}
      put([], context.call)
      context.call.replyMessage()
    }
    router.add(check) { context in
      put([], context.call)
      context.call.replyMessage()
    }
    router.add(watch) { _ in try await Task.sleep(for: .seconds(60)) }
    router.add(each) { context in
      while let bytes = unsafe try await context.call.nextMessage().map({ unsafe Array($0) }) {
        put(bytes, context.call)
        try await context.call.sendMessage()
      }
    }
    router.add(pour) { context in
      do {
        for index in 0..<1000 {
          put(Array(repeating: 7, count: 100_000), context.call)
          try await context.call.sendMessage()
          holder.note("\(index)")
        }
      } catch {
        holder.note("pour: \((error as? RPCError)?.code.name ?? "?")")
        throw error
      }
    }
    router.add(stuck) { context in
      _ = unsafe try await context.call.nextMessage()
      do {
        try await Task.sleep(for: .seconds(60))
      } catch {
        holder.note("Stuck cancelled")
      }
    }
    router.add(forgetful) { _ in }
    return router
  }

  private static func put(_ bytes: [UInt8], _ call: any ServerCall) {
    let target = unsafe call.reserveMessage(bytes.count)
    unsafe bytes.withUnsafeBytes {
      if let source = $0.baseAddress {
        unsafe target.copyMemory(from: source, byteCount: bytes.count)
      }
    }
  }
}

/// Waits until `condition` holds; gives up after ten seconds.
func eventually(_ condition: () -> Bool) async -> Bool {
  for _ in 0..<2000 {
    if condition() { return true }
    try? await Task.sleep(for: .milliseconds(5))
  }
  return condition()
}
