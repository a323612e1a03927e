/// Reads an Arrow IPC stream that arrives in pieces of any size.
///
/// Single owner. Holds at most one message: its metadata and body as far as they have come.
package struct ArrowStreamReader: ~Copyable, Sendable {
  /// What is being collected.
  private enum State {
    case prefix
    case metadata(byteCount: Int)
    case body(header: ArrowBuffer, byteCount: Int)
    case ended
  }

  private var decoder: ArrowDecoder
  private var state = State.prefix
  private var pending: [UInt8] = []
  /// Memory that is reserved for a body at once, in bytes.
  private static let maxReservedBytes = 64 << 20

  package init(limits: ArrowLimits = .defaults) {
    decoder = ArrowDecoder(limits: limits)
  }

  /// The stream's columns, once its first message was read.
  package var schema: ArrowSchema? { decoder.schema }

  /// Takes bytes and returns what they complete.
  ///
  /// - Throws: as `ArrowDecoder.decode`, and `malformed` for bytes after the end.
  package mutating func receive(
    _ bytes: borrowing RawSpan
  ) throws(ArrowError) -> [ArrowEvent] {
    var events: [ArrowEvent] = []
    var position = 0
    while true {
      let wanted = wantedBytes
      let taken = min(wanted - pending.count, bytes.byteCount - position)
      pending.append(bytes: bytes, position, taken)
      position += taken
      guard pending.count == wanted else { return events }
      if case .ended = state {
        guard position == bytes.byteCount else {
          throw ArrowError(.malformed, "bytes follow the end of the Arrow stream")
        }
        return events
      }
      if let event = try advance() { events.append(event) }
    }
  }

  /// Checks that the stream was complete. A stream may end without its end marker.
  ///
  /// - Throws: `malformed` when it stops inside a message or before its schema.
  package func finish() throws(ArrowError) {
    var isBetweenMessages = false
    switch state {
    case .prefix: isBetweenMessages = pending.isEmpty
    case .metadata, .body: isBetweenMessages = false
    case .ended: isBetweenMessages = true
    }
    guard isBetweenMessages, decoder.schema != nil else {
      throw ArrowError(.malformed, "the Arrow stream is cut off; send it again")
    }
  }

  private var wantedBytes: Int {
    switch state {
    case .prefix: MessagePrefix.byteCount
    case .metadata(let byteCount): byteCount
    case .body(_, let byteCount): byteCount
    case .ended: 0
    }
  }

  /// Goes on after all wanted bytes have come.
  private mutating func advance() throws(ArrowError) -> ArrowEvent? {
    let bytes = ArrowBuffer(pending)
    pending = []
    switch state {
    case .prefix:
      guard let count = try MessagePrefix.metadataBytes(bytes, decoder.limits) else {
        state = .ended
        return .end
      }
      state = .metadata(byteCount: count)
      return nil
    case .metadata:
      let count = try FlatTable(root: bytes).integer(3, default: Int64(0))
      guard count >= 0, count <= Int64(decoder.limits.maxBodyBytes) else {
        throw ArrowError(
          .limitExceeded,
          "a message's body has \(count) bytes, allowed are \(decoder.limits.maxBodyBytes); "
            + "send smaller batches")
      }
      state = .body(header: bytes, byteCount: Int(count))
      // Growing by doubling would take twice the memory of a large batch. What a false length
      // reserves costs nothing until bytes come.
      pending.reserveCapacity(min(Int(count), Self.maxReservedBytes))
      return nil
    case .body(let header, _):
      state = .prefix
      return try decoder.decode(header: header, body: bytes)
    case .ended:
      return nil
    }
  }
}
