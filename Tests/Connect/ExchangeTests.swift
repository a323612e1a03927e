import PurSightConnect
import PurSightHTTP2
import PurSightRPC
import Testing

// Encoded messages here are `HealthCheckRequest{service: "a"}` = 0a 01 61 and
// `HealthCheckResponse{status: SERVING}` = 08 01, by protoc.
@Suite("Exchange") struct ExchangeTests {
  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  @Test func `a unary JSON body becomes its message, in whatever pieces it comes`() throws {
    let exchange = try #require(Peer.exchange(Peer.request("application/json")))
    let pieces = [#"{"serv"#, #"ice":"#, #""a"}"#].map { Array($0.utf8) }
    #expect(try Peer.messages(exchange, pieces).get() == [[0x0a, 1, 0x61]])
    #expect(text(Peer.answer(exchange, [[8, 1]])) == #"{"status":"SERVING"}"#)
  }

  @Test(arguments: [
    (#"{"service":1}"#, "service"), (#"{"sevice":"a"}"#, "sevice"), ("", "{}"), ("[]", "object"),
  ])
  func `JSON that is not right is INVALID_ARGUMENT and names what is wrong`(
    _ json: String, _ word: String
  ) throws {
    let exchange = try #require(Peer.exchange(Peer.request("application/json")))
    guard case .failure(let error) = Peer.messages(exchange, [Array(json.utf8)]) else {
      Issue.record("\(json) was taken")
      return
    }
    #expect(error.code == .invalidArgument)
    #expect(error.message.contains(word))
  }

  @Test(arguments: [("application/json", 100), ("application/proto", 200)])
  func `JSON has a limit of its own`(_ type: String, _ limit: Int) {
    let call = withFields(Peer.request(type)) {
      Admission.decide(
        WebRequestHead($0), Peer.check, json: Peer.json,
        limits: .init(maxMessageBytes: 200, maxJSONBytes: 100)
      ).call
    }
    #expect(call?.exchange.maxMessageBytes == limit)
  }

  @Test func `an empty body is a protobuf message of no fields`() throws {
    let exchange = try #require(Peer.exchange(Peer.request("application/proto")))
    #expect(try Peer.messages(exchange, []).get() == [[]])
  }

  @Test(arguments: [(1000, true), (1001, false)])
  func `a body is taken up to the limit`(_ count: Int, _ isTaken: Bool) throws {
    let exchange = try #require(Peer.exchange(Peer.request("application/proto")))
    let body = [UInt8](repeating: 7, count: count)
    let result = Peer.messages(exchange, [Array(body.prefix(600)), Array(body.dropFirst(600))])
    switch result {
    case .success(let messages): #expect(isTaken && messages == [body])
    case .failure(let error): #expect(!isTaken && error.code == .resourceExhausted)
    }
  }

  /// Made by Python's gzip.compress(b"\n\x01a", mtime=0).
  private static let gzip: [UInt8] = [
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xe3, 0x62, 0x4c, 0x04, 0x00, 0x4b,
    0x3c, 0x78, 0xd1, 0x03, 0x00, 0x00, 0x00,
  ]

  @Test func `a gzip body is taken, one that is none is INVALID_ARGUMENT`() throws {
    let fields = Peer.request("application/proto", [("content-encoding", "gzip")])
    let exchange = try #require(Peer.exchange(fields))
    #expect(try Peer.messages(exchange, [Self.gzip]).get() == [[0x0a, 1, 0x61]])
    let broken = try #require(Peer.exchange(fields))
    guard case .failure(let error) = Peer.messages(broken, [[1, 2, 3]]) else {
      Issue.record("it was taken")
      return
    }
    #expect(error.code == .invalidArgument)
  }

  @Test(arguments: [
    "connect=v1&encoding=json&message=%7B%22service%22%3A%22a%22%7D",
    "connect=v1&encoding=proto&base64=1&message=CgFh",
    "encoding=json&base64=1&message=eyJzZXJ2aWNlIjoiYSJ9",
    "encoding=json&message={\"service\":+\"a\"}&message=second&x",
  ])
  func `a GET has its message in the query`(_ query: String) throws {
    let fields = Peer.request("", method: "GET", path: "/grpc.health.v1.Health/Check?" + query)
    let exchange = try #require(Peer.exchange(fields))
    #expect(try Peer.messages(exchange, []).get() == [[0x0a, 1, 0x61]])
  }

  @Test(
    arguments: [
      ("encoding=json", .invalidArgument, nil), ("message={}", nil, 405),
      ("encoding=xml&message={}", nil, 415),
      ("connect=v2&encoding=json&message={}", .invalidArgument, nil),
      ("encoding=proto&base64=1&message=*", .invalidArgument, nil),
      ("encoding=json&message={}&compression=br", .unimplemented, nil),
    ] as [(String, RPCCode?, Int?)])
  func `a GET that is not right says why`(_ query: String, _ code: RPCCode?, _ status: Int?) {
    let fields = Peer.request("", method: "GET", path: "/grpc.health.v1.Health/Check?" + query)
    let decision = Peer.decide(fields, Peer.check)
    #expect(decision.refusal == code)
    #expect(decision.status == status)
  }

  @Test func `a unary answer has its trailers in the head`() throws {
    let exchange = try #require(Peer.exchange(Peer.request("application/json")))
    let (list, trailers) = (HeaderList(), metadata(["cost": "3"]))
    exchange.fillUnaryHead(list, metadata(["id": "7"]), trailers, length: 20)
    #expect(list[":status"] == "200")
    #expect(list["content-type"] == "application/json")
    #expect(list["id"] == "7")
    #expect(list["trailer-cost"] == "3")
    #expect(list["content-length"] == "20")
  }

  /// The table of the Connect protocol reference.
  @Test(
    arguments: [
      (.cancelled, "canceled", "499"), (.unknown, "unknown", "500"),
      (.invalidArgument, "invalid_argument", "400"),
      (.deadlineExceeded, "deadline_exceeded", "504"), (.notFound, "not_found", "404"),
      (.alreadyExists, "already_exists", "409"), (.permissionDenied, "permission_denied", "403"),
      (.resourceExhausted, "resource_exhausted", "429"),
      (.failedPrecondition, "failed_precondition", "400"), (.aborted, "aborted", "409"),
      (.outOfRange, "out_of_range", "400"), (.unimplemented, "unimplemented", "501"),
      (.internal, "internal", "500"), (.unavailable, "unavailable", "503"),
      (.dataLoss, "data_loss", "500"), (.unauthenticated, "unauthenticated", "401"),
      (RPCCode(rawValue: 77), "unknown", "500"),
    ] as [(RPCCode, String, String)])
  func `an error has its name and its HTTP status`(
    _ code: RPCCode, _ name: String, _ status: String
  ) throws {
    let exchange = try #require(Peer.exchange(Peer.request("application/proto")))
    let list = HeaderList()
    let body = exchange.fillUnaryError(list, RPCError(code, "no"), Metadata(), Metadata())
    #expect(list[":status"] == status)
    #expect(list["content-type"] == "application/json")
    #expect(text(body) == #"{"code":"\#(name)","message":"no"}"#)
  }

  @Test func `an error's details come as base64 without padding, and readable`() throws {
    let exchange = try #require(Peer.exchange(Peer.request("application/json")))
    // google.rpc.ErrorInfo{reason: "R"}, and a type that nobody knows.
    let error = RPCError(
      .aborted, "",
      details: [
        .init(typeName: "google.rpc.ErrorInfo", value: [0x0a, 1, 0x52]),
        .init(typeName: "x.Y", value: [1]),
      ], trailers: metadata(["audit-id": "3"]))
    let list = HeaderList()
    let body = exchange.fillUnaryError(list, error, Metadata(), Metadata())
    #expect(
      text(body)
        == #"{"code":"aborted","details":[{"type":"google.rpc.ErrorInfo","value":"CgFS","#
        + #""debug":{"reason":"R"}},{"type":"x.Y","value":"AQ"}]}"#)
    #expect(list["trailer-audit-id"] == "3")
  }

  @Test func `a Connect stream is envelopes, then one with the status`() throws {
    let fields = Peer.request("application/connect+json")
    let exchange = try #require(Peer.exchange(fields, Peer.watch))
    let request = Array(#"{"service":"a"}"#.utf8)
    let framed = [0, 0, 0, 0, UInt8(request.count)] + request
    #expect(
      try Peer.messages(exchange, [Array(framed.prefix(3)), Array(framed.dropFirst(3))]).get()
        == [[0x0a, 1, 0x61]])
    let body = Peer.answer(exchange, [[8, 1]], trailers: metadata(["k": "v", "b-bin": nil]))
    let message = Array(#"{"status":"SERVING"}"#.utf8)
    let end = Array(#"{"metadata":{"b-bin":["AQ"],"k":["v"]}}"#.utf8)
    #expect(
      body == [0, 0, 0, 0, UInt8(message.count)] + message + [2, 0, 0, 0, UInt8(end.count)] + end)
    let failed = Peer.answer(exchange, [], error: RPCError(.unavailable, "later"))
    #expect(
      text(Array(failed.dropFirst(5)))
        == #"{"error":{"code":"unavailable","message":"later"}}"#)
  }

  @Test func `gRPC-Web ends with a frame of trailers`() throws {
    let exchange = try #require(Peer.exchange(Peer.request("application/grpc-web+proto")))
    #expect(
      try Peer.messages(exchange, [[0, 0, 0, 0, 3, 0x0a, 1, 0x61]]).get() == [[0x0a, 1, 0x61]])
    let trailers = Array("grpc-status: 0\r\nk: v\r\n".utf8)
    #expect(
      Peer.answer(exchange, [[8, 1]], trailers: metadata(["k": "v"]))
        == [0, 0, 0, 0, 2, 8, 1, 0x80, 0, 0, 0, UInt8(trailers.count)] + trailers)
    let error = Array("grpc-status: 5\r\ngrpc-message: no %C3%A4\r\n".utf8)
    #expect(
      Peer.answer(exchange, [], error: RPCError(.notFound, "no ä"))
        == [0x80, 0, 0, 0, UInt8(error.count)] + error)
  }

  /// Texts by Python's base64.b64encode.
  @Test(arguments: [
    ["AAAAAAMKAWE="], ["AAAA", "AAMKAWE="], ["A", "A", "AAAAMKAW", "E", "="], ["AAAAAAM=", "CgFh"],
  ])
  func `gRPC-Web's text form is taken in any pieces`(_ pieces: [String]) throws {
    let exchange = try #require(Peer.exchange(Peer.request("application/grpc-web-text")))
    let result = Peer.messages(exchange, pieces.map { Array($0.utf8) })
    #expect(try result.get() == [[0x0a, 1, 0x61]])
    let body = Peer.answer(exchange, [[8, 1]])
    #expect(text(body) == "AAAAAAIIAQ==gAAAABBncnBjLXN0YXR1czogMA0K")
  }

  @Test(arguments: ["AAAAAAMKAWE", "A===", "*AAA", "AA=A"])
  func `what is no base64 is INVALID_ARGUMENT`(_ body: String) throws {
    let exchange = try #require(Peer.exchange(Peer.request("application/grpc-web-text")))
    guard case .failure(let error) = Peer.messages(exchange, [Array(body.utf8)]) else {
      Issue.record("\(body) was taken")
      return
    }
    #expect(error.code == .invalidArgument)
  }

  private func metadata(_ values: [String: String?]) -> Metadata {
    var metadata = Metadata()
    for (name, value) in values.sorted(by: { $0.key < $1.key }) {
      if let value { metadata.add(name, value) } else { metadata.add(name, bytes: [1]) }
    }
    return metadata
  }
}
