import PurSightHTTP2
import Testing

/// One side of a connection in memory: a session, its workspace, and what its events said.
@safe final class Endpoint: HTTP2StreamSource {
  let workspace = HTTP2Workspace()
  let session: HTTP2Session
  var now: UInt64 = 1
  private(set) var streams: [HTTP2Stream] = []
  /// Events as text, such as `headers 1` or `data 1 5`.
  private(set) var log: [String] = []
  var received: [UInt8] = []
  var consumes = true
  /// What the server does with a finished request.
  var onEnd: ((Endpoint, HTTP2Stream) -> Void)?
  private let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 128 << 10, alignment: 16)

  init(
    _ role: HTTP2Role, _ configuration: HTTP2Configuration = HTTP2Configuration(),
    usualTrailers: HeaderList? = nil
  ) throws {
    session = try HTTP2Session(
      role, configuration, workspace: workspace, usualTrailers: usualTrailers, now: 1)
    session.setStreamSource(self)
  }

  var acceptsRequests: Bool { session.acceptsRequests }
  var isOver: Bool { session.isOver }

  deinit { unsafe block.deallocate() }

  func takeStream() -> Unmanaged<HTTP2Stream> { unsafe .passUnretained(makeStream()) }

  var hasOpenStreams: Bool { streams.contains { $0.id != 0 && !$0.isClosed } }

  func makeStream() -> HTTP2Stream {
    let stream = HTTP2Stream()
    streams.append(stream)
    return stream
  }

  /// Everything this side has to send now.
  func output() throws -> [UInt8] {
    var bytes: [UInt8] = []
    while true {
      let count = unsafe try session.produce(into: block, limit: 64 << 10, now: now)
      drain()
      if count == 0 { return bytes }
      unsafe bytes.append(contentsOf: block[..<count])
    }
  }

  func input(_ bytes: [UInt8]) throws {
    unsafe try bytes.withUnsafeBytes { unsafe try session.receive($0, now: now) }
    drain()
  }

  private func drain() {
    var index = 0
    while index < workspace.eventCount {
      let event = workspace.event(index)
      index += 1
      guard let reference = unsafe event.stream else {
        log.append("\(event.kind)")
        continue
      }
      let stream = unsafe reference.takeUnretainedValue()
      switch event.kind {
      case .data:
        log.append("data \(stream.id) \(event.count)")
        unsafe received.append(
          contentsOf: UnsafeRawBufferPointer(start: event.bytes, count: event.count))
        if consumes { session.consume(stream, event.count) }
      case .closed:
        log.append("closed \(stream.id) \(event.count)")
        stream.isClosed = true
      case .end:
        log.append("end \(stream.id)")
        onEnd?(self, stream)
      default: log.append("\(event.kind) \(stream.id)")
      }
    }
    workspace.removeEvents()
  }

  func fields(_ stream: HTTP2Stream, trailers: Bool = false) -> [String] {
    var fields = unsafe HeaderFields(trailers ? stream.trailers.bytes : stream.headers.bytes)
    var result: [String] = []
    while let field = fields.next() {
      let name = unsafe String(decoding: field.name, as: UTF8.self)
      result.append(name + "=" + (unsafe String(decoding: field.value, as: UTF8.self)))
    }
    return result
  }
}

/// Lets two sides talk until both are silent.
func exchange(_ client: Endpoint, _ server: Endpoint) throws {
  while true {
    let (up, down) = (try client.output(), try server.output())
    if up.isEmpty && down.isEmpty { return }
    try server.input(up)
    try client.input(down)
  }
}

/// A list of header fields for a request.
func requestList(_ path: String = "/a.B/C", extra: [(String, String)] = []) -> HeaderList {
  let list = HeaderList()
  list.add(":method", "POST" as StaticString)
  list.add(":scheme", "http" as StaticString)
  list.add(":path", path)
  list.add(":authority", "localhost" as StaticString)
  for (name, value) in extra { list.add(name, value) }
  return list
}
