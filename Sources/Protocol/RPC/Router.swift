/// A handler as the router holds it: takes its messages from the call and puts its answers into it.
public typealias RPCHandler = nonisolated(nonsending) @Sendable (ServerContext) async throws -> Void

/// Which handler answers which path. Built once, then shared unchanged by every loop.
///
/// Lookup is by the path's bytes in an open-addressing table: no `String` is made of what a peer
/// sent.
public struct Router: Sendable {
  /// One registered method.
  public struct Route: Sendable {
    /// What the `.proto` says of it.
    public let method: MethodInfo
    /// What answers it.
    public let handler: RPCHandler
  }

  /// All routes, in the order in which they were added.
  public private(set) var routes: [Route] = []
  private var slots: [Int32] = Array(repeating: -1, count: 64)
  /// The paths behind each other, so that a look-up follows no further reference.
  private var paths: [UInt8] = []
  private var ends: [Int] = []

  /// A router that knows no method.
  public init() {}

  /// Names of the services that have at least one method here, sorted.
  public var services: [String] { Set(routes.map(\.method.service)).sorted() }

  /// Registers a method. A path can be registered once.
  public mutating func add(_ method: MethodInfo, _ handler: @escaping RPCHandler) {
    let path = Array(method.path.utf8)
    precondition(
      unsafe path.withUnsafeBytes { unsafe find($0) } == nil, "\(method.path) is registered twice")
    routes.append(Route(method: method, handler: handler))
    paths += path
    ends.append(paths.count)
    if routes.count * 4 > slots.count {
      slots = Array(repeating: -1, count: slots.count * 4)
      for index in ends.indices { insert(index) }
    } else {
      insert(ends.count - 1)
    }
  }

  private mutating func insert(_ index: Int) {
    let mask = slots.count - 1
    let start = index == 0 ? 0 : ends[index - 1]
    var slot =
      unsafe paths.withUnsafeBytes {
        unsafe Self.hash(UnsafeRawBufferPointer(rebasing: $0[start..<ends[index]]))
      } & mask
    while slots[slot] >= 0 { slot = (slot + 1) & mask }
    slots[slot] = Int32(index)
  }

  /// The index into `routes` of the method with this path.
  public func find(_ path: UnsafeRawBufferPointer) -> Int? {
    let mask = slots.count - 1
    var slot = unsafe Self.hash(path) & mask
    while slots[slot] >= 0 {
      let index = Int(slots[slot])
      let start = index == 0 ? 0 : ends[index - 1]
      if ends[index] - start == path.count {
        let isSame = unsafe paths.withUnsafeBytes { known in
          unsafe Self.isEqual(UnsafeRawBufferPointer(rebasing: known[start..<ends[index]]), path)
        }
        if isSame { return index }
      }
      slot = (slot + 1) & mask
    }
    return nil
  }

  /// Whether two texts of the same length are the same; eight bytes at a time.
  private static func isEqual(
    _ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer
  ) -> Bool {
    var offset = 0
    while offset &+ 8 <= left.count {
      let ours = unsafe left.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      if unsafe ours != right.loadUnaligned(fromByteOffset: offset, as: UInt64.self) {
        return false
      }
      offset &+= 8
    }
    while offset < left.count {
      if unsafe left[offset] != right[offset] { return false }
      offset &+= 1
    }
    return true
  }

  /// FNV-1a over eight bytes at a time; paths are few and ours, so quality matters little.
  private static func hash(_ path: UnsafeRawBufferPointer) -> Int {
    var value: UInt64 = 0xcbf2_9ce4_8422_2325 ^ UInt64(path.count)
    var offset = 0
    while offset + 8 <= path.count {
      value ^= unsafe path.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      value &*= 0x9E37_79B9_7F4A_7C15
      value ^= value >> 29
      offset += 8
    }
    while offset < path.count {
      value = (value ^ UInt64(unsafe path[offset])) &* 0x0000_0100_0000_01b3
      offset += 1
    }
    return Int(truncatingIfNeeded: (value ^ (value >> 32)) & 0x7fff_ffff)
  }

  /// The same routes with every handler behind `interceptors`; the first one sees a call first.
  public func intercepted(by interceptors: [any ServerInterceptor]) -> Router {
    guard !interceptors.isEmpty else { return self }
    var router = Router()
    for route in routes {
      let chain = InterceptorChain(interceptors: interceptors, handler: route.handler)
      router.add(route.method) { context in try await chain.run(context, from: 0) }
    }
    return router
  }
}
