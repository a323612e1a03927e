internal import CPurSightNGHTTP2

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The allocator of the sessions of one loop: small blocks from free lists, without locks.
///
/// nghttp2 allocates eight times per call, always the same sizes. A general allocator has to expect
/// other threads and other sizes; this one takes a tenth of its instructions. Blocks are never
/// given back before the pool ends: it holds what its sessions held at their most. Single-owner;
/// sessions keep their pool alive.
@safe final class BlockPool {
  /// The free lists and the slab that is being cut up. Raw memory, so that the functions that
  /// nghttp2 calls need no class and count no reference.
  @unsafe fileprivate struct State {
    /// The free blocks of each class; the first word of a free block is the next one.
    let free: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    var cursor: UnsafeMutableRawPointer?
    var remaining = 0
    /// The newest slab; its first word points to the one before.
    var slabs: UnsafeMutableRawPointer?
  }

  /// Sizes are rounded up to this; it is the alignment, too.
  fileprivate static let granule = 16
  /// Largest block from a free list, in bytes; above it is malloc's.
  fileprivate static let maxPooledBytes = 1024
  /// Bytes taken from the system at a time.
  fileprivate static let slabBytes = 32 << 10
  /// Before each block: its class, 0 for malloc's.
  fileprivate static let headerBytes = 16

  private let state: UnsafeMutablePointer<State>
  /// What nghttp2 is given: the functions, with this pool's state as their user data.
  let table: UnsafeMutablePointer<nghttp2_mem>

  init() {
    let classes = Self.maxPooledBytes / Self.granule + 1
    let free = UnsafeMutablePointer<UnsafeMutableRawPointer?>.allocate(capacity: classes)
    unsafe free.initialize(repeating: nil, count: classes)
    unsafe state = .allocate(capacity: 1)
    unsafe state.initialize(to: State(free: free))
    unsafe table = .allocate(capacity: 1)
    unsafe table.initialize(
      to: nghttp2_mem(
        mem_user_data: state, malloc: poolAllocate, free: poolFree, calloc: poolAllocateZeroed,
        realloc: poolReallocate))
  }

  deinit {
    var next = unsafe state.pointee.slabs
    while let slab = unsafe next {
      unsafe next = slab.load(as: UnsafeMutableRawPointer?.self)
      unsafe slab.deallocate()
    }
    unsafe state.pointee.free.deallocate()
    unsafe state.deallocate()
    unsafe table.deallocate()
  }
}

/// nghttp2 passes back what the table says.
@inline(__always) private func poolState(
  _ user: UnsafeMutableRawPointer?
) -> UnsafeMutablePointer<BlockPool.State> {
  unsafe user.unsafelyUnwrapped.assumingMemoryBound(to: BlockPool.State.self)
}

private func poolAllocate(
  _ size: Int, _ user: UnsafeMutableRawPointer?
) -> UnsafeMutableRawPointer? {
  if UInt(bitPattern: size) > UInt(BlockPool.maxPooledBytes) {
    return unsafe allocateLarge(size)
  }
  let sizeClass =
    (max(size, 1) &+ BlockPool.granule &- 1) &>> BlockPool.granule.trailingZeroBitCount
  let state = unsafe poolState(user)
  let list = unsafe state.pointee.free + sizeClass
  guard let block = unsafe list.pointee else { return unsafe carve(state, sizeClass) }
  unsafe list.pointee = block.load(as: UnsafeMutableRawPointer?.self)
  return unsafe block
}

@inline(never) private func allocateLarge(_ size: Int) -> UnsafeMutableRawPointer? {
  let (bytes, overflow) = size.addingReportingOverflow(BlockPool.headerBytes)
  guard size >= 0, !overflow, let base = unsafe malloc(bytes) else { return nil }
  unsafe base.storeBytes(of: 0, as: Int.self)
  return unsafe base + BlockPool.headerBytes
}

@inline(never) private func carve(
  _ state: UnsafeMutablePointer<BlockPool.State>, _ sizeClass: Int
) -> UnsafeMutableRawPointer? {
  let bytes = BlockPool.headerBytes + sizeClass * BlockPool.granule
  if unsafe state.pointee.remaining < bytes {
    let slab = UnsafeMutableRawPointer.allocate(byteCount: BlockPool.slabBytes, alignment: 16)
    unsafe slab.storeBytes(of: state.pointee.slabs, as: UnsafeMutableRawPointer?.self)
    unsafe state.pointee.slabs = slab
    unsafe state.pointee.cursor = slab + BlockPool.headerBytes
    unsafe state.pointee.remaining = BlockPool.slabBytes - BlockPool.headerBytes
  }
  guard let base = unsafe state.pointee.cursor else { return nil }
  unsafe state.pointee.cursor = base + bytes
  unsafe state.pointee.remaining -= bytes
  unsafe base.storeBytes(of: sizeClass, as: Int.self)
  return unsafe base + BlockPool.headerBytes
}

private func poolFree(_ block: UnsafeMutableRawPointer?, _ user: UnsafeMutableRawPointer?) {
  guard let block = unsafe block else { return }
  let sizeClass = unsafe (block - BlockPool.headerBytes).load(as: Int.self)
  if sizeClass == 0 { return unsafe free(block - BlockPool.headerBytes) }
  let list = unsafe poolState(user).pointee.free + sizeClass
  unsafe block.storeBytes(of: list.pointee, as: UnsafeMutableRawPointer?.self)
  unsafe list.pointee = block
}

private func poolAllocateZeroed(
  _ count: Int, _ size: Int, _ user: UnsafeMutableRawPointer?
) -> UnsafeMutableRawPointer? {
  let (bytes, overflow) = count.multipliedReportingOverflow(by: size)
  guard !overflow, let block = unsafe poolAllocate(bytes, user) else { return nil }
  unsafe memset(block, 0, bytes)
  return unsafe block
}

private func poolReallocate(
  _ block: UnsafeMutableRawPointer?, _ size: Int, _ user: UnsafeMutableRawPointer?
) -> UnsafeMutableRawPointer? {
  guard let block = unsafe block else { return unsafe poolAllocate(size, user) }
  let base = unsafe block - BlockPool.headerBytes
  let sizeClass = unsafe base.load(as: Int.self)
  if sizeClass == 0 {
    return unsafe realloc(base, size + BlockPool.headerBytes).map {
      unsafe $0 + BlockPool.headerBytes
    }
  }
  let capacity = sizeClass * BlockPool.granule
  if size <= capacity { return unsafe block }
  guard let larger = unsafe poolAllocate(size, user) else { return nil }
  unsafe larger.copyMemory(from: block, byteCount: capacity)
  unsafe poolFree(block, user)
  return unsafe larger
}
