internal import Synchronization

/// Numbers that several threads add to without meeting: one cache line per shard.
///
/// `@unchecked Sendable`: the cells are atomics, and the memory they lie in is never changed.
@safe final class ShardedCells: @unchecked Sendable {
  /// Shards of every metric; writers with the same number modulo this share a cache line.
  static let shards = 8
  private static let bytesPerLine = 64

  private struct Cell: ~Copyable {
    let value = Atomic<UInt64>(0)
  }

  private let memory: UnsafeMutableRawPointer
  private let rowBytes: Int
  private let count: Int

  /// Makes `count` numbers, all 0.
  init(_ count: Int) {
    self.count = count
    let bytes = count * MemoryLayout<UInt64>.stride
    rowBytes = (bytes + Self.bytesPerLine - 1) / Self.bytesPerLine * Self.bytesPerLine
    unsafe memory = .allocate(
      byteCount: rowBytes * Self.shards, alignment: Self.bytesPerLine)
    for shard in 0..<Self.shards {
      for index in 0..<count {
        unsafe (memory + shard * rowBytes).assumingMemoryBound(to: Cell.self)
          .advanced(by: index).initialize(to: Cell())
      }
    }
  }

  deinit { unsafe memory.deallocate() }

  @inline(__always) func add(_ amount: UInt64, at index: Int, shard: Int) {
    let row = unsafe (memory + (shard & (Self.shards - 1)) &* rowBytes)
      .assumingMemoryBound(to: Cell.self)
    unsafe row[index].value.wrappingAdd(amount, ordering: .relaxed)
  }

  /// The sum over the shards; each is read by itself, so it is not one instant's.
  func sum(_ index: Int) -> UInt64 {
    var total: UInt64 = 0
    for shard in 0..<Self.shards {
      let row = unsafe (memory + shard * rowBytes).assumingMemoryBound(to: Cell.self)
      total &+= unsafe row[index].value.load(ordering: .relaxed)
    }
    return total
  }
}
