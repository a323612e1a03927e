import PurSightAPI
import PurSightConnect
import PurSightGRPC
import PurSightHTTP2
import PurSightRPC

/// What a server does with a request, without a socket.
enum Peer {
  static let json = ProtoMethodJSON()
  /// `HealthCheckRequest{service}` → `HealthCheckResponse{status}`; both have field 1.
  static let check = MethodInfo(
    service: "grpc.health.v1.Health", name: "Check", kind: .unary, idempotency: .noSideEffects)
  static let watch = MethodInfo(
    service: "grpc.health.v1.Health", name: "Watch", kind: .serverStreaming)
  static let post = MethodInfo(service: "grpc.health.v1.Health", name: "Check", kind: .unary)

  static func decide(
    _ fields: [(String, String)], _ method: MethodInfo?, hasJSON: Bool = true, limit: Int = 1000
  ) -> Admission {
    withFields(fields) {
      Admission.decide(
        WebRequestHead($0), method, json: hasJSON ? json : nil,
        limits: .init(maxMessageBytes: limit, maxJSONBytes: limit))
    }
  }

  static func request(
    _ contentType: String, method: String = "POST", path: String = "/grpc.health.v1.Health/Check",
    _ more: [(String, String)] = []
  ) -> [(String, String)] {
    [(":method", method), (":path", path), ("content-type", contentType)] + more
  }

  /// The exchange of a call that is let in.
  static func exchange(
    _ fields: [(String, String)], _ method: MethodInfo = check, limit: Int = 1000
  ) -> Exchange? {
    guard case .accept(let call) = decide(fields, method, limit: limit) else { return nil }
    return call.exchange
  }

  /// The encoded messages that a body holds, or why it holds none.
  static func messages(
    _ exchange: Exchange, _ pieces: [[UInt8]]
  ) -> Result<[[UInt8]], RPCError> {
    var inbox = MessageInbox()
    inbox.encoding = exchange.encoding
    var messages: [[UInt8]] = []
    do throws(RPCError) {
      for piece in pieces { try receive(exchange, piece, &inbox) }
      try exchange.finishRequest(into: &inbox)
      while let message = unsafe try inbox.take() {
        let decoded = unsafe try exchange.decodesMessages ? exchange.decode(message) : message
        messages.append(unsafe Array(decoded))
      }
      return .success(messages)
    } catch {
      return .failure(error)
    }
  }

  private static func receive(
    _ exchange: Exchange, _ piece: [UInt8], _ inbox: inout MessageInbox
  ) throws(RPCError) {
    var buffer = ByteBuffer()
    buffer.append(piece)
    unsafe try exchange.receive(buffer.bytes, into: &inbox)
  }

  /// The body that an exchange makes of messages and an end.
  static func answer(
    _ exchange: Exchange, _ messages: [[UInt8]], compressed: Bool = false, error: RPCError? = nil,
    trailers: Metadata = Metadata()
  ) -> [UInt8] {
    var outbound = ByteBuffer()
    for message in messages {
      unsafe message.withUnsafeBytes {
        unsafe exchange.encode($0, isCompressed: compressed, into: &outbound)
      }
    }
    if !exchange.form.isUnary { exchange.appendEnd(error, trailers, to: &outbound) }
    return outbound.array
  }
}

extension Admission {
  /// The HTTP status of an answer that is none of a call.
  var status: Int? {
    if case .answer(let answer) = self { answer.status } else { nil }
  }

  var answer: HTTPAnswer? {
    if case .answer(let answer) = self { answer } else { nil }
  }

  var refusal: RPCCode? {
    if case .refuse(_, let error) = self { error.code } else { nil }
  }

  var call: Call? {
    if case .accept(let call) = self { call } else { nil }
  }
}
