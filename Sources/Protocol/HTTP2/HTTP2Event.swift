/// What a session found in the bytes it received, or noticed while writing.
///
/// A plain value in a reused list: nothing is retained, borrowed bytes are good until the next
/// `receive`.
@safe package struct HTTP2Event {
  package enum Kind: UInt8, Sendable {
    /// A header block is complete: a request's, or a response's (1xx ones are dropped).
    case headers
    /// The block after the body is complete.
    case trailers
    /// Body bytes: `bytes`, `count` long.
    case data
    /// The peer has ended its side of the stream.
    case end
    /// The stream is gone; `count` is the error code. The last event of a stream.
    case closed
    /// `outbound` fell below the low-water mark and `awaitsDrain` was set.
    case drained
    /// A request could not be sent any more; `count` is its stream identifier. No `stream`.
    case notSent
    /// The peer's SETTINGS arrived. No `stream`.
    case settings
    /// The answer to our PING. No `stream`.
    case pingAcknowledged
    /// The peer's GOAWAY: `count` is the last stream it will have processed. No `stream`.
    case goAway
  }

  package let kind: Kind
  package let stream: Unmanaged<HTTP2Stream>?
  package let bytes: UnsafeRawPointer?
  package let count: Int

  @inline(__always) init(
    _ kind: Kind, _ stream: Unmanaged<HTTP2Stream>?, bytes: UnsafeRawPointer? = nil, count: Int = 0
  ) {
    self.kind = kind
    unsafe self.stream = stream
    unsafe self.bytes = bytes
    self.count = count
  }
}

/// Where a server's session gets the stream objects of new requests from.
package protocol HTTP2StreamSource: AnyObject {
  /// A fresh stream, which the source keeps alive until its `closed` event.
  func takeStream() -> Unmanaged<HTTP2Stream>

  /// Whether a stream is open.
  var hasOpenStreams: Bool { get }
}

/// What the sessions of one loop share, because only one of them works at a time: the event
/// list and their memory.
@safe package final class HTTP2Workspace {
  @exclusivity(unchecked) private var events: UnsafeMutablePointer<HTTP2Event>
  @safe @exclusivity(unchecked) private var capacity: Int
  @safe @exclusivity(unchecked) private var count = 0

  /// Where the sessions of this loop take their memory from.
  let pool = BlockPool()

  /// Events before the list grows; one receive of 64 KiB yields few more.
  private static let initialCapacity = 1024

  package init() {
    capacity = Self.initialCapacity
    unsafe events = .allocate(capacity: Self.initialCapacity)
  }

  deinit { unsafe events.deallocate() }

  /// Events since the last `removeEvents`.
  package var eventCount: Int { @inline(__always) get { count } }

  /// The event at `index` since the last `removeEvents`.
  @inline(__always) package func event(_ index: Int) -> HTTP2Event { unsafe events[index] }

  /// Forgets the events; before the next `receive` and after every `produce`.
  @inline(__always) package func removeEvents() { count = 0 }

  @inline(__always) func append(_ event: HTTP2Event) {
    if count == capacity { grow() }
    unsafe (events + count).initialize(to: event)
    count &+= 1
  }

  @inline(never) private func grow() {
    let larger = UnsafeMutablePointer<HTTP2Event>.allocate(capacity: capacity * 2)
    unsafe larger.moveInitialize(from: events, count: count)
    unsafe events.deallocate()
    unsafe events = larger
    capacity *= 2
  }
}
