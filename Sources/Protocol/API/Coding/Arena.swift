internal import CPurSightProtobuf

/// Memory for the C structs of one message: handed out in a row, given back all at once.
///
/// Lives on the stack of `withArena`; good inside its body only. The first kilobyte comes from the
/// stack, more from blocks of the heap. A budget bounds the whole, because two bytes from a peer can
/// ask protobuf-c for a struct of hundreds.
@safe package struct Arena {
  /// Bytes that come from the stack.
  static let stackBytes = 1024
  /// The least size of a block from the heap, in bytes.
  static let blockBytes = 4096

  @unsafe private struct State {
    var cursor: UnsafeMutableRawPointer
    var end: UnsafeMutableRawPointer
    /// Bytes that may still be handed out.
    var budget: Int
    var isExhausted = false
    /// The newest heap block; its first word points to the one before.
    var blocks: UnsafeMutableRawPointer?
  }

  private let state: UnsafeMutablePointer<State>
  /// What protobuf-c allocates with.
  let allocator: UnsafeMutablePointer<ProtobufCAllocator>

  private init(
    _ state: UnsafeMutablePointer<State>, _ allocator: UnsafeMutablePointer<ProtobufCAllocator>
  ) {
    unsafe self.state = state
    unsafe self.allocator = allocator
  }

  /// Runs `body` with an arena of at most `budget` bytes.
  static func withArena<Value>(budget: Int, _ body: (Arena) -> Value) -> Value {
    unsafe withUnsafeTemporaryAllocation(byteCount: stackBytes, alignment: 16) { stack in
      guard let start = stack.baseAddress else {
        preconditionFailure("a temporary allocation has an address")
      }
      var state = unsafe State(
        cursor: start, end: start + stackBytes, budget: budget, blocks: nil)
      return unsafe withUnsafeMutablePointer(to: &state) { state in
        defer { unsafe freeBlocks(state) }
        var allocator = unsafe ProtobufCAllocator(
          alloc: arenaAllocate, free: arenaFree, allocator_data: state)
        return unsafe withUnsafeMutablePointer(to: &allocator) { allocator in
          unsafe body(Arena(state, allocator))
        }
      }
    }
  }

  /// Whether something was refused because the budget was spent.
  var isExhausted: Bool { unsafe state.pointee.isExhausted }

  /// `count` bytes, aligned to 16. For our own structs, which no budget bounds.
  package func take(_ count: Int) -> UnsafeMutableRawPointer {
    unsafe Self.take(state, count)
  }

  /// Memory for protobuf-c, nil once the budget is spent.
  fileprivate static func allocate(
    _ context: UnsafeMutableRawPointer?, _ count: Int
  ) -> UnsafeMutableRawPointer? {
    guard let state = unsafe context?.assumingMemoryBound(to: State.self) else { return nil }
    guard count >= 0, count <= (unsafe state.pointee.budget) else {
      unsafe state.pointee.isExhausted = true
      return nil
    }
    unsafe state.pointee.budget -= count
    return unsafe take(state, count)
  }

  @inline(__always)
  private static func take(
    _ state: UnsafeMutablePointer<State>, _ count: Int
  ) -> UnsafeMutableRawPointer {
    let padded = (count + 15) & ~15
    let start = unsafe state.pointee.cursor
    guard unsafe padded <= state.pointee.end - start else { return unsafe grow(state, padded) }
    unsafe state.pointee.cursor = start + padded
    return unsafe start
  }

  @inline(never)
  private static func grow(
    _ state: UnsafeMutablePointer<State>, _ padded: Int
  ) -> UnsafeMutableRawPointer {
    let header = 16
    let size = max(blockBytes, header + padded * 2)
    let block = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
    unsafe block.storeBytes(of: state.pointee.blocks, as: UnsafeMutableRawPointer?.self)
    unsafe state.pointee.blocks = block
    unsafe state.pointee.cursor = block + header + padded
    unsafe state.pointee.end = block + size
    return unsafe block + header
  }

  private static func freeBlocks(_ state: UnsafeMutablePointer<State>) {
    var next = unsafe state.pointee.blocks
    while let block = unsafe next {
      unsafe next = block.load(as: UnsafeMutableRawPointer?.self)
      unsafe block.deallocate()
    }
  }
}

/// `ProtobufCAllocator.alloc`.
private func arenaAllocate(
  _ context: UnsafeMutableRawPointer?, _ count: Int
) -> UnsafeMutableRawPointer? {
  unsafe Arena.allocate(context, count)
}

/// `ProtobufCAllocator.free`: the arena gives everything back at its end.
private func arenaFree(_: UnsafeMutableRawPointer?, _: UnsafeMutableRawPointer?) {}
