internal import CPurSightProtobuf
package import PurSightRPC

/// A message that protobuf-c encodes and decodes. What its generated code offers to the codec.
///
/// The pointers are to the message's C struct; they are good for the call only.
package protocol BridgedMessage: RPCMessage {
  /// Size of the C struct, in bytes.
  static var cSize: Int { get }
  /// Field numbers that lead to the message's one `bulk` field; empty where there is none.
  static var bulkPath: [Int32] { get }
  /// Makes an empty C struct of raw memory.
  static func initialize(_ memory: UnsafeMutableRawPointer)
  /// Copies a C struct into a value.
  init(reading memory: UnsafeRawPointer, _ reader: MessageReader) throws(RPCError)
  /// Fills an empty C struct.
  func write(to memory: UnsafeMutableRawPointer, _ writer: MessageWriter)
  /// Lends the content of the `bulk` field.
  func withBulk(_ body: (UnsafeRawBufferPointer) -> Void)
}

extension BridgedMessage {
  package static var bulkPath: [Int32] { [] }

  package func withBulk(_ body: (UnsafeRawBufferPointer) -> Void) {
    unsafe body(UnsafeRawBufferPointer(start: nil, count: 0))
  }
}

/// Limits of decoding.
enum DecodeLimit {
  /// Memory for the C structs of a message of `count` bytes, in bytes.
  ///
  /// A list of small messages honestly takes some twenty times its encoded size; a peer that sends
  /// empty messages can reach two hundred.
  static func budget(_ count: Int) -> Int {
    min(256 << 10 + count * 64, 64 << 20 + count * 2)
  }

  /// From this size on a `bulk` field is cut out before decoding, in bytes.
  static let bulkBytes = 4096
}

/// Decodes one message.
/// - Throws: `INVALID_ARGUMENT` for malformed bytes or text that is not UTF-8, `RESOURCE_EXHAUSTED`
///   for a message that unfolds to far more than its size.
package func decodeMessage<Message: BridgedMessage>(
  _ bytes: UnsafeRawBufferPointer, as type: Message.Type = Message.self
) throws(RPCError) -> Message {
  let arena = Arena(budget: DecodeLimit.budget(bytes.count))
  defer { arena.end() }
  let unpacked = try unsafe UnpackedMessage(
    bytes, arena, name: Message.protoName, size: Message.cSize, bulkPath: Message.bulkPath,
    initialize: Message.initialize)
  return try unsafe Message(reading: unpacked.message, MessageReader(bulk: unpacked.bulk))
}

/// The C structs of a message that was decoded. Not generic: one copy serves all messages.
@unsafe private struct UnpackedMessage {
  let message: UnsafeRawPointer
  /// The content of the `bulk` field where it was cut out.
  let bulk: UnsafeRawBufferPointer?

  @inline(never)
  init(
    _ bytes: UnsafeRawBufferPointer, _ arena: borrowing Arena, name: @autoclosure () -> String,
    size: Int, bulkPath: @autoclosure () -> [Int32],
    initialize: (UnsafeMutableRawPointer) -> Void
  ) throws(RPCError) {
    var small = unsafe bytes
    var bulk: UnsafeRawBufferPointer?
    if bytes.count >= DecodeLimit.bulkBytes {
      let path = bulkPath()
      if !path.isEmpty, let cut = unsafe BulkCut(bytes, path: path) {
        unsafe small = cut.withoutPayload(arena)
        unsafe bulk = cut.payload
      }
    }
    // The descriptor hangs on every struct; taking it from an empty one names it without its C
    // name.
    let empty = unsafe arena.take(size)
    unsafe initialize(empty)
    let descriptor = unsafe empty.assumingMemoryBound(to: ProtobufCMessage.self).pointee.descriptor
    let message = unsafe protobuf_c_message_unpack(
      descriptor, arena.allocator, small.count,
      small.baseAddress?.assumingMemoryBound(to: UInt8.self))
    guard let message = unsafe message else {
      if arena.isExhausted {
        throw RPCError(
          .resourceExhausted,
          "The \(name()) of \(bytes.count) bytes unfolds to too many fields; send fewer.")
      }
      throw RPCError(
        .invalidArgument,
        "The \(bytes.count) bytes are not a valid \(name()); check the client's protos.")
    }
    unsafe self.message = UnsafeRawPointer(message)
    unsafe self.bulk = bulk
  }
}

/// Encodes one message; see `RPCMessage.encode`.
package func encodeMessage<Message: BridgedMessage>(
  _ message: Message, _ reserve: (Int) -> UnsafeMutableRawPointer
) {
  let arena = Arena(budget: 0)
  defer { arena.end() }
  unsafe message.withBulk { bulk in
    let memory = unsafe arena.take(Message.cSize)
    unsafe Message.initialize(memory)
    unsafe message.write(to: memory, MessageWriter(arena: arena, bulk: bulk))
    let base = unsafe memory.assumingMemoryBound(to: ProtobufCMessage.self)
    let size = unsafe protobuf_c_message_get_packed_size(base)
    let target = unsafe reserve(size).assumingMemoryBound(to: UInt8.self)
    _ = unsafe protobuf_c_message_pack(base, target)
  }
}
