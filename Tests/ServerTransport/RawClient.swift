import PurSightGRPC
import PurSightHTTP2
import PurSightNet
import PurSightRPC

/// An HTTP/2 client whose every frame a test decides: a socket and a session. It polls, so that a
/// test that waits holds no thread of the pool that the server's tasks start on.
@safe final class RawClient {
  let session: HTTP2Session
  private let workspace = HTTP2Workspace()
  private let descriptor: Int32
  private let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 128 << 10, alignment: 16)
  private var streams: [HTTP2Stream] = []
  private(set) var answers: [Int32: Answer] = [:]
  private(set) var goAways: [Int] = []
  private(set) var isClosed = false
  /// Sends nothing of its own accord, not even the preface.
  var isSilent = false
  /// Whether bodies are given back to the windows as they arrive.
  var consumes = true

  /// Nothing came for twenty seconds.
  struct Impatience: Error {}

  /// What came back on one stream.
  struct Answer {
    var head: [String: String] = [:]
    var trailers: [String: String] = [:]
    var body: [UInt8] = []
    var hasEnded = false
    /// The HTTP/2 error code of the stream's end, nil while it is open.
    var closed: Int?

    var status: String? { trailers["grpc-status"] ?? head["grpc-status"] }
    var message: String? { trailers["grpc-message"] ?? head["grpc-message"] }
  }

  init(_ address: SocketAddress, _ configuration: HTTP2Configuration = HTTP2Configuration()) throws
  {
    session = try HTTP2Session(
      .client, configuration, workspace: workspace, usualTrailers: nil, now: 0)
    descriptor = try Socket.connect(address)
  }

  deinit {
    if !isClosed { Socket.close(descriptor) }
    unsafe block.deallocate()
  }

  func close() {
    isClosed = true
    Socket.close(descriptor)
  }

  /// Opens a call; `message` is framed, and nil sends no body yet.
  func call(
    _ path: String, _ message: [UInt8]? = [], end: Bool = true, fields: [(String, String)] = [],
    without: Set<String> = []
  ) throws -> HTTP2Stream {
    let list = HeaderList()
    let usual = [
      (":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "localhost"),
      ("te", "trailers"), ("content-type", "application/grpc"),
    ]
    let given = Set(fields.map(\.0))
    let all = usual.filter { !without.contains($0.0) && !given.contains($0.0) } + fields
    for (name, value) in all where name.hasPrefix(":") { list.add(name, value) }
    for (name, value) in all where !name.hasPrefix(":") { list.add(name, value) }
    let stream = HTTP2Stream()
    streams.append(stream)
    if let message { append(message, to: stream) }
    stream.isOutboundFinished = end
    try session.request(stream, list, hasBody: true)
    try flush()
    return stream
  }

  func append(_ message: [UInt8], to stream: HTTP2Stream) {
    let target = unsafe stream.outbound.extend(MessageFraming.prefixBytes)
    unsafe MessageFraming.putPrefix(target, length: message.count)
    stream.outbound.append(message)
  }

  func send(_ stream: HTTP2Stream, end: Bool) throws {
    stream.isOutboundFinished = end
    session.resume(stream)
    try flush()
  }

  func flush() throws {
    while true {
      let count = unsafe try session.produce(into: block, limit: 64 << 10, now: 0)
      drain()
      if count == 0 { return }
      var sent = 0
      while sent < count {
        let rest = unsafe UnsafeRawBufferPointer(rebasing: block[sent..<count])
        switch unsafe Socket.send(descriptor, rest) {
        case .bytes(let more): sent += more
        case .wouldBlock: continue
        case .ended: return
        }
      }
    }
  }

  /// Sends bytes as they are.
  func sendRaw(_ bytes: [UInt8]) {
    _ = unsafe bytes.withUnsafeBytes { unsafe Socket.send(descriptor, $0) }
  }

  /// Reads until `condition` holds or the server closes.
  func read(until condition: () -> Bool) async throws {
    // About twenty seconds of waiting.
    var patience = 20_000
    while !condition() && !isClosed {
      switch unsafe Socket.receive(descriptor, into: block) {
      case .bytes(let count):
        unsafe try session.receive(UnsafeRawBufferPointer(rebasing: block[..<count]), now: 0)
        drain()
        if !isSilent { try flush() }
      case .wouldBlock:
        patience -= 1
        if patience == 0 { throw Impatience() }
        try await Task.sleep(for: .milliseconds(1))
      case .ended:
        close()
      }
    }
  }

  /// Reads the whole answer of one call.
  func answer(_ stream: HTTP2Stream) async throws -> Answer {
    try await read { answers[stream.id]?.closed != nil }
    return answers[stream.id] ?? Answer()
  }

  private func drain() {
    var index = 0
    while index < workspace.eventCount {
      let event = workspace.event(index)
      index += 1
      guard let reference = unsafe event.stream else {
        if event.kind == .goAway { goAways.append(event.count) }
        continue
      }
      let stream = unsafe reference.takeUnretainedValue()
      var answer = answers[stream.id] ?? Answer()
      switch event.kind {
      case .headers: answer.head = fields(unsafe HeaderFields(stream.headers.bytes))
      case .trailers: answer.trailers = fields(unsafe HeaderFields(stream.trailers.bytes))
      case .data:
        unsafe answer.body.append(
          contentsOf: UnsafeRawBufferPointer(start: event.bytes, count: event.count))
        if consumes { session.consume(stream, event.count) }
      case .end: answer.hasEnded = true
      case .closed:
        answer.closed = event.count
        stream.isClosed = true
      case .drained, .notSent, .settings, .pingAcknowledged, .goAway: break
      }
      answers[stream.id] = answer
    }
    workspace.removeEvents()
  }

  private func fields(_ fields: HeaderFields) -> [String: String] {
    var (fields, result): (HeaderFields, [String: String]) = (fields, [:])
    while let field = fields.next() {
      result[unsafe String(decoding: field.name, as: UTF8.self)] =
        unsafe String(decoding: field.value, as: UTF8.self)
    }
    return result
  }
}
