internal import PurSightGRPC
internal import PurSightHTTP2
internal import PurSightRPC

/// A server without a socket: HTTP/2 session, gRPC heads and message framing as in the transport.
@safe private final class FuzzServer: HTTP2StreamSource {
  /// Bytes that a peer may make the server hold back and write, in all. The longest answer to a
  /// byte that was sent is a header block or a SETTINGS acknowledgement.
  private static let maxWritten = 4 << 20
  private static let maxMessageBytes = 64 << 10

  private final class Call {
    let stream = HTTP2Stream()
    var inbox = MessageInbox()
  }

  private let workspace = HTTP2Workspace()
  private let session: HTTP2Session
  private let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 128 << 10, alignment: 16)
  private let list = HeaderList()
  private var calls: [ObjectIdentifier: Call] = [:]
  private var now: UInt64 = 1
  private var written = 0

  init() throws {
    session = try HTTP2Session(
      .server, HTTP2Configuration(), workspace: workspace, usualTrailers: GRPCResponse.okTrailers,
      now: 1)
    session.setStreamSource(self)
  }

  deinit { unsafe block.deallocate() }

  var hasOpenStreams: Bool { !calls.isEmpty }

  func takeStream() -> Unmanaged<HTTP2Stream> {
    let call = Call()
    call.inbox.maxMessageBytes = Self.maxMessageBytes
    calls[ObjectIdentifier(call.stream)] = call
    return unsafe .passUnretained(call.stream)
  }

  /// Takes bytes and writes what they cause. False: the connection is over.
  func receive(_ bytes: [UInt8]) -> Bool {
    now += 1_000_000
    do {
      unsafe try bytes.withUnsafeBytes { unsafe try session.receive($0, now: now) }
      try drain()
      while true {
        let count = unsafe try session.produce(into: block, limit: 64 << 10, now: now)
        try drain()
        written += count
        precondition(written <= Self.maxWritten, "the peer makes the server write without end")
        if count == 0 { break }
      }
      return !session.isOver && !session.hasTooManyQueuedFrames
    } catch {
      return false
    }
  }

  private func drain() throws {
    var index = 0
    while index < workspace.eventCount {
      let event = workspace.event(index)
      index += 1
      guard let reference = unsafe event.stream else { continue }
      let stream = unsafe reference.takeUnretainedValue()
      guard let call = calls[ObjectIdentifier(stream)] else {
        preconditionFailure("an event of a stream that is gone")
      }
      switch event.kind {
      case .headers: begin(call)
      case .data:
        unsafe call.inbox.append(UnsafeRawBufferPointer(start: event.bytes, count: event.count))
        while let message = try? unsafe call.inbox.take() {
          precondition(message.count <= Self.maxMessageBytes)
        }
        session.consume(stream, event.count)
      case .end: answer(call)
      case .closed:
        session.consume(stream, stream.unconsumed)
        stream.isClosed = true
        calls[ObjectIdentifier(stream)] = nil
      default: break
      }
    }
    workspace.removeEvents()
  }

  private func begin(_ call: Call) {
    let fields = unsafe HeaderFields(call.stream.headers.bytes)
    let head = GRPCRequestHead(fields)
    _ = MetadataCoding.decode(fields)
    call.inbox.encoding = head.encoding ?? .identity
    if let refusal = head.refusal {
      GRPCResponse.fillTrailersOnly(list, refusal, Metadata())
      session.respond(call.stream, list, hasBody: false)
    }
  }

  private func answer(_ call: Call) {
    guard !call.stream.isSubmitted else { return }
    unsafe call.stream.outbound.append(UnsafeRawBufferPointer(start: nil, count: 0))
    call.stream.isOutboundFinished = true
    session.respond(call.stream, GRPCResponse.head, hasBody: true)
  }
}

/// Frames of a client: the connection's preface (RFC 9113 §3.4), its SETTINGS, and what the input
/// says. The first byte is the size of the pieces they arrive in; 0: as one.
func fuzzFrames(_ bytes: [UInt8]) {
  var input = FuzzInput(bytes)
  let size = input.number()
  guard let server = try? FuzzServer() else { preconditionFailure("no session") }
  let start = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0]
  guard server.receive(start) else { preconditionFailure("the preface is refused") }
  for piece in input.pieces(of: size == 0 ? max(input.rest.count, 1) : size) {
    guard server.receive(piece) else { return }
  }
}
