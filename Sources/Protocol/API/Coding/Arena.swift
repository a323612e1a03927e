internal import CPurSightProtobuf

/// Memory for the C structs of one message: handed out in a row, given back all at once by `end`.
///
/// A handle, good until `end`. The first kilobyte is one small block that the C library's allocator
/// has at hand, more comes from larger ones. A budget bounds the whole, because two bytes from a
/// peer can ask protobuf-c for a struct of hundreds.
@safe package struct Arena {
  /// Bytes of the first block, the arena's own state included. Blocks up to 1,032 bytes are glibc's
  /// cheapest.
  static let firstBlockBytes = 1024
  /// The least size of a further block, in bytes.
  static let blockBytes = 4096
  /// Where the state lies in the first block, behind the allocator, and where the rest begins.
  private static let stateOffset = 32
  private static let contentOffset = 96

  @unsafe private struct State {
    var cursor: UnsafeMutableRawPointer
    var end: UnsafeMutableRawPointer
    /// Bytes that may still be handed out.
    var budget: Int
    var isExhausted = false
    /// The newest further block; its first word points to the one before.
    var blocks: UnsafeMutableRawPointer?
  }

  private let first: UnsafeMutableRawPointer

  /// Begins an arena of at most `budget` bytes for protobuf-c. Whoever begins it calls `end`.
  init(budget: Int) {
    // Swift's own `allocate` asks posix_memalign(3), which is several times slower.
    guard let block = unsafe malloc(Self.firstBlockBytes) else {
      preconditionFailure("out of memory")
    }
    unsafe first = block
    let state = unsafe (first + Self.stateOffset).bindMemory(to: State.self, capacity: 1)
    unsafe state.initialize(
      to: State(
        cursor: first + Self.contentOffset, end: first + Self.firstBlockBytes, budget: budget,
        blocks: nil))
    unsafe first.bindMemory(to: ProtobufCAllocator.self, capacity: 1).initialize(
      to: ProtobufCAllocator(alloc: arenaAllocate, free: arenaFree, allocator_data: state))
  }

  /// Gives everything back.
  func end() {
    unsafe Self.freeBlocks(state)
    unsafe free(first)
  }

  @inline(__always) private var state: UnsafeMutablePointer<State> {
    unsafe (first + Self.stateOffset).assumingMemoryBound(to: State.self)
  }

  /// What protobuf-c allocates with.
  var allocator: UnsafeMutablePointer<ProtobufCAllocator> {
    unsafe first.assumingMemoryBound(to: ProtobufCAllocator.self)
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
