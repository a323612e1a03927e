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
  /// Sizes are rounded up to this; it is the alignment, too.
  fileprivate static let granule = 16
  /// Largest block from a free list, in bytes; above it is malloc's.
  fileprivate static let maxPooledBytes = 1024
  /// Bytes taken from the system at a time.
  private static let slabBytes = 32 << 10
  /// Before each block: its class, 0 for malloc's.
  fileprivate static let headerBytes = 16

  /// The free blocks of each class; the first word of a free block is the next one.
  private let free: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  @exclusivity(unchecked) private var cursor: UnsafeMutableRawPointer?
  @safe @exclusivity(unchecked) private var remaining = 0
  @exclusivity(unchecked) private var slabs: [UnsafeMutableRawPointer] = unsafe []
  /// What nghttp2 is given: the functions, with this pool as their user data.
  let table: UnsafeMutablePointer<nghttp2_mem>

  init() {
    let classes = Self.maxPooledBytes / Self.granule + 1
    unsafe free = .allocate(capacity: classes)
    unsafe free.initialize(repeating: nil, count: classes)
    unsafe table = .allocate(capacity: 1)
    unsafe table.initialize(
      to: nghttp2_mem(
        mem_user_data: nil, malloc: poolAllocate, free: poolFree, calloc: poolAllocateZeroed,
        realloc: poolReallocate))
    unsafe table.pointee.mem_user_data = Unmanaged.passUnretained(self).toOpaque()
  }

  deinit {
    for index in unsafe slabs.indices { unsafe slabs[index].deallocate() }
    unsafe free.deallocate()
    unsafe table.deallocate()
  }

  @inline(__always) fileprivate func allocate(_ size: Int) -> UnsafeMutableRawPointer? {
    if size > Self.maxPooledBytes { return unsafe allocateLarge(size) }
    let sizeClass = (max(size, 1) &+ Self.granule &- 1) / Self.granule
    if let block = unsafe free[sizeClass] {
      unsafe free[sizeClass] = block.load(as: UnsafeMutableRawPointer?.self)
      return unsafe block
    }
    return unsafe carve(sizeClass)
  }

  @inline(never) private func allocateLarge(_ size: Int) -> UnsafeMutableRawPointer? {
    guard let base = unsafe malloc(size + Self.headerBytes) else { return nil }
    unsafe base.storeBytes(of: 0, as: Int.self)
    return unsafe base + Self.headerBytes
  }

  @inline(never) private func carve(_ sizeClass: Int) -> UnsafeMutableRawPointer? {
    let bytes = Self.headerBytes + sizeClass * Self.granule
    if remaining < bytes {
      let slab = UnsafeMutableRawPointer.allocate(byteCount: Self.slabBytes, alignment: 16)
      unsafe slabs.append(slab)
      unsafe cursor = slab
      remaining = Self.slabBytes
    }
    guard let base = unsafe cursor else { return nil }
    unsafe cursor = base + bytes
    remaining -= bytes
    unsafe base.storeBytes(of: sizeClass, as: Int.self)
    return unsafe base + Self.headerBytes
  }

  @inline(__always) fileprivate func release(_ block: UnsafeMutableRawPointer) {
    let sizeClass = unsafe (block - Self.headerBytes).load(as: Int.self)
    if sizeClass == 0 { return unsafe releaseLarge(block) }
    unsafe block.storeBytes(of: free[sizeClass], as: UnsafeMutableRawPointer?.self)
    unsafe free[sizeClass] = block
  }

  @inline(never) private func releaseLarge(_ block: UnsafeMutableRawPointer) {
    unsafe platformFree(block - Self.headerBytes)
  }

  fileprivate func reallocate(
    _ block: UnsafeMutableRawPointer, _ size: Int
  ) -> UnsafeMutableRawPointer? {
    let sizeClass = unsafe (block - Self.headerBytes).load(as: Int.self)
    if sizeClass == 0 {
      guard let base = unsafe realloc(block - Self.headerBytes, size + Self.headerBytes) else {
        return nil
      }
      return unsafe base + Self.headerBytes
    }
    let capacity = sizeClass * Self.granule
    if size <= capacity { return unsafe block }
    guard let larger = unsafe allocate(size) else { return nil }
    unsafe larger.copyMemory(from: block, byteCount: capacity)
    unsafe release(block)
    return unsafe larger
  }
}

/// free(3), under a name that the free lists do not hide.
private func platformFree(_ block: UnsafeMutableRawPointer) { unsafe free(block) }

@inline(__always) private func withPool<R>(
  _ user: UnsafeMutableRawPointer?, _ body: (BlockPool) -> R
) -> R {
  // nghttp2 passes back what the table says.
  unsafe Unmanaged<BlockPool>.fromOpaque(user.unsafelyUnwrapped)._withUnsafeGuaranteedRef(body)
}

private func poolAllocate(
  _ size: Int, _ user: UnsafeMutableRawPointer?
) -> UnsafeMutableRawPointer? {
  unsafe withPool(user) { unsafe $0.allocate(size) }
}

private func poolFree(_ block: UnsafeMutableRawPointer?, _ user: UnsafeMutableRawPointer?) {
  guard let block = unsafe block else { return }
  unsafe withPool(user) { unsafe $0.release(block) }
}

private func poolAllocateZeroed(
  _ count: Int, _ size: Int, _ user: UnsafeMutableRawPointer?
) -> UnsafeMutableRawPointer? {
  let (bytes, overflow) = count.multipliedReportingOverflow(by: size)
  guard !overflow, let block = unsafe withPool(user, { unsafe $0.allocate(bytes) }) else {
    return nil
  }
  unsafe memset(block, 0, bytes)
  return unsafe block
}

private func poolReallocate(
  _ block: UnsafeMutableRawPointer?, _ size: Int, _ user: UnsafeMutableRawPointer?
) -> UnsafeMutableRawPointer? {
  unsafe withPool(user) { pool in
    guard let block = unsafe block else { return unsafe pool.allocate(size) }
    return unsafe pool.reallocate(block, size)
  }
}
