#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Growable raw bytes: appended at the end, taken from the front. Single-owner.
///
/// It has no limit of its own: whoever fills it checks the limit that applies to the content.
@safe package struct ByteBuffer: ~Copyable {
  private var base: UnsafeMutableRawPointer?
  private var capacity = 0
  private var start = 0
  private var end = 0

  /// What an emptied buffer may keep for its next use, in bytes.
  package static let retainedBytes = 64 << 10
  private static let smallestBytes = 256

  package init() { unsafe base = nil }

  deinit { unsafe free(base) }

  @inline(__always) package var count: Int { end &- start }
  @inline(__always) package var isEmpty: Bool { start == end }

  /// The content; borrowed until the next change.
  @inline(__always) package var bytes: UnsafeRawBufferPointer {
    guard let base = unsafe base else { return unsafe UnsafeRawBufferPointer(start: nil, count: 0) }
    return unsafe UnsafeRawBufferPointer(start: base + start, count: end &- start)
  }

  /// The content as an array.
  package var array: [UInt8] { unsafe Array(bytes) }

  /// Makes room for `size` more bytes and counts them as content; the caller fills them at once.
  @inline(__always) package mutating func extend(_ size: Int) -> UnsafeMutableRawPointer {
    if end &+ size > capacity || capacity == 0 { makeRoom(size) }
    // After makeRoom the base is there.
    let room = unsafe base.unsafelyUnwrapped + end
    end &+= size
    return unsafe room
  }

  @inline(__always) package mutating func append(_ bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress, bytes.count > 0 else { return }
    unsafe extend(bytes.count).copyMemory(from: source, byteCount: bytes.count)
  }

  package mutating func append(_ bytes: borrowing [UInt8]) {
    unsafe bytes.withUnsafeBytes { unsafe append($0) }
  }

  package mutating func append(_ text: StaticString) {
    unsafe append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// Takes `size` bytes from the front.
  @inline(__always) package mutating func removeFirst(_ size: Int) {
    start &+= size
    if start == end { (start, end) = (0, 0) }
  }

  /// Takes `size` bytes from the front and moves what is left there, if it is at most `limit`.
  ///
  /// For large parts that come one after the other: the next one then fits where the last one was,
  /// and is not moved when half of it has come.
  @inline(__always) package mutating func removeFirst(_ size: Int, thenCompactUpTo limit: Int) {
    removeFirst(size)
    if start >= Self.retainedBytes && count <= limit { compact() }
  }

  @inline(never) private mutating func compact() {
    guard let base = unsafe base else { return }
    let used = count
    unsafe base.copyMemory(from: base + start, byteCount: used)
    (start, end) = (0, used)
  }

  /// Takes `size` bytes from the end, which `extend` added.
  package mutating func removeLast(_ size: Int) {
    end -= size
    if start == end { (start, end) = (0, 0) }
  }

  /// Empties the buffer; keeps at most `retainedBytes` of memory.
  @inline(__always) package mutating func removeAll() {
    (start, end) = (0, 0)
    if capacity > Self.retainedBytes { release() }
  }

  /// Empties the buffer and gives its memory back.
  @inline(never) package mutating func release() {
    unsafe free(base)
    unsafe base = nil
    (capacity, start, end) = (0, 0, 0)
  }

  @inline(never) private mutating func makeRoom(_ size: Int) {
    let used = count
    if let base = unsafe base, used + size <= capacity, used <= start {
      unsafe base.copyMemory(from: base + start, byteCount: used)
      (start, end) = (0, used)
      return
    }
    var larger = max(capacity * 2, Self.smallestBytes)
    while larger < used + size { larger *= 2 }
    guard let block = unsafe malloc(larger) else { preconditionFailure("out of memory") }
    if let base = unsafe base { unsafe block.copyMemory(from: base + start, byteCount: used) }
    unsafe free(base)
    unsafe base = block
    (capacity, start, end) = (larger, 0, used)
  }
}
