internal import PurSightHTTP2
package import PurSightRPC

/// Received body bytes on their way to messages. Pure: bytes in, messages out.
///
/// A message's announced length is checked against the limit when its prefix is there; memory is
/// only taken for bytes that arrived. Single-owner.
@safe package struct MessageInbox: ~Copyable {
  private var queue = ByteBuffer()
  /// Bytes the next message needs in `queue`, prefix included; the prefix alone until that is
  /// known.
  private var needed = MessageFraming.prefixBytes
  private var hasPrefix = false
  private var isCompressed = false
  /// Bytes at the front of `queue` that were lent as the last message.
  private var lent = 0
  private var inflated = ByteBuffer()
  private var failure: RPCError?

  /// How compressed messages are compressed: the peer's `grpc-encoding`.
  package var encoding = MessageEncoding.identity
  /// Largest message, before and after decompression.
  package var maxMessageBytes = 4 << 20
  /// Whether the message that was taken last came compressed.
  package private(set) var lastWasCompressed = false

  package init() {}

  /// Whether `take` has something to say: a message, or an error. Asked while nothing is lent.
  @inline(__always) package var isReady: Bool {
    hasPrefix && queue.count &- lent >= needed || failure != nil
  }

  /// Whether nothing is left but what was lent: at the end of a stream anything else is half a
  /// message.
  @inline(__always) package var isDrained: Bool { queue.count == lent }

  /// Whether exactly one whole message is there and none was taken.
  @inline(__always) package var holdsOneMessage: Bool {
    hasPrefix && lent == 0 && queue.count == needed
  }

  /// Whether more than one message is there and none was taken.
  @inline(__always) package var holdsMoreThanOneMessage: Bool {
    hasPrefix && lent == 0 && queue.count > needed
  }

  /// The error that ended this inbox: a message that is too long, or a prefix that makes no sense.
  package var error: RPCError? { failure }

  /// Bytes of the message that `take` will lend, prefix included.
  @inline(__always) package var readyBytes: Int { needed }

  @inline(__always) package mutating func append(_ bytes: UnsafeRawBufferPointer) {
    unsafe queue.append(bytes)
    if !hasPrefix { readPrefix() }
  }

  /// Lends the next message until the next call of anything here; nil when it is not complete.
  ///
  /// - Throws: `RESOURCE_EXHAUSTED` for a message over the limit, `INTERNAL` for broken framing.
  @inline(__always) package mutating func take() throws(RPCError) -> UnsafeRawBufferPointer? {
    if lent > 0 { returnLent() }
    if let failure { throw failure }
    guard hasPrefix, queue.count >= needed else { return nil }
    lent = needed
    lastWasCompressed = isCompressed
    if isCompressed { return try unsafe inflate() }
    return unsafe UnsafeRawBufferPointer(
      rebasing: queue.bytes[MessageFraming.prefixBytes..<needed])
  }

  /// Takes back what `take` has lent, so that `isReady` speaks of the message behind it. For
  /// readers that have copied the message.
  package mutating func giveBack() {
    if lent > 0 { returnLent() }
  }

  /// Makes the inbox as new, keeping its memory.
  package mutating func recycle() {
    queue.removeAll()
    needed = MessageFraming.prefixBytes
    hasPrefix = false
    lent = 0
    encoding = .identity
    if failure != nil { failure = nil }
    inflated.removeAll()
  }

  @inline(__always) private mutating func returnLent() {
    queue.removeFirst(lent, thenCompactUpTo: lent / 4)
    lent = 0
    needed = MessageFraming.prefixBytes
    hasPrefix = false
    readPrefix()
  }

  @inline(__always) private mutating func readPrefix() {
    let available = unsafe queue.bytes
    guard lent == 0, available.count >= MessageFraming.prefixBytes, failure == nil else { return }
    let flag = unsafe available[0]
    let length = unsafe Int(
      UInt32(bigEndian: available.loadUnaligned(fromByteOffset: 1, as: UInt32.self)))
    if flag > 1 || length > maxMessageBytes || (flag == 1 && encoding == .identity) {
      return fail(flag, length)
    }
    isCompressed = flag == 1
    needed = MessageFraming.prefixBytes &+ length
    hasPrefix = true
  }

  @inline(never) private mutating func fail(_ flag: UInt8, _ length: Int) {
    if flag > 1 {
      failure = RPCError(.internal, "A message has compression flag \(flag); only 0 and 1 exist.")
    } else if length > maxMessageBytes {
      failure = RPCError(
        .resourceExhausted,
        "A message of \(length) bytes is larger than the limit of \(maxMessageBytes) bytes.")
    } else {
      failure = RPCError(.internal, "A message is compressed, but no grpc-encoding says how.")
    }
  }

  @inline(never) private mutating func inflate() throws(RPCError) -> UnsafeRawBufferPointer {
    let compressed = unsafe UnsafeRawBufferPointer(
      rebasing: queue.bytes[MessageFraming.prefixBytes..<needed])
    inflated.removeAll()
    inflated.append(try unsafe MessageEncoding.decompress(compressed, limit: maxMessageBytes))
    return unsafe inflated.bytes
  }
}
