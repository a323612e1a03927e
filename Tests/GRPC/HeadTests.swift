import PurSightGRPC
import PurSightHTTP2
import PurSightRPC
import Testing

@Suite("Heads") struct HeadTests {
  private static let call = [
    (":method", "POST"), (":scheme", "http"), (":path", "/a.B/C"), (":authority", "h"),
    ("te", "trailers"), ("content-type", "application/grpc"),
  ]

  /// A header block as `HTTP2Stream` keeps it: lengths, name, value.
  private func block(_ fields: [(String, String)]) -> [UInt8] {
    var block: [UInt8] = []
    for (name, value) in fields {
      for count in [name.utf8.count, value.utf8.count] {
        block.append(UInt8(count & 255))
        block.append(UInt8(count >> 8))
      }
      block += Array(name.utf8)
      block += Array(value.utf8)
    }
    return block
  }

  private func withHead<R>(
    _ fields: [(String, String)], _ body: (GRPCRequestHead) -> R
  ) -> R {
    unsafe block(fields).withUnsafeBytes { unsafe body(GRPCRequestHead(HeaderFields($0))) }
  }

  private func replacing(_ name: String, _ value: String?) -> [(String, String)] {
    Self.call.filter { $0.0 != name } + (value.map { [(name, $0)] } ?? [])
  }

  @Test func `a call is recognised with its path, timeout and encodings`() {
    withHead(
      Self.call + [
        ("grpc-timeout", "2S"), ("grpc-encoding", "gzip"),
        ("grpc-accept-encoding", "deflate, gzip"),
      ]
    ) { head in
      #expect(head.isCall)
      #expect(head.refusal == nil)
      #expect(unsafe String(decoding: head.path, as: UTF8.self) == "/a.B/C")
      #expect(head.timeout == 2_000_000_000)
      #expect(head.encoding == .gzip)
      #expect(head.acceptsGzip)
    }
  }

  @Test(arguments: [
    ("application/grpc", true), ("application/grpc+proto", true), ("application/grpc;x=1", true),
    ("application/grpc+proto;x=1", true), ("application/grpc+json", false),
    ("application/grpc+protox", false),
    ("application/grpc-web", false), ("application/grpcx", false), ("application/json", false),
    ("text/html", false), ("", false),
  ])
  func `only gRPC's content types are calls`(_ type: String, _ isCall: Bool) {
    withHead(replacing("content-type", type)) {
      #expect($0.isCall == isCall)
    }
  }

  @Test func `only a POST is a call`() {
    withHead(replacing(":method", "GET")) { #expect(!$0.isCall) }
    withHead(replacing(":method", nil)) { #expect(!$0.isCall) }
  }

  @Test func `a call that cannot be answered says why`() {
    withHead(replacing("te", nil)) { #expect($0.refusal?.code == .internal) }
    withHead(Self.call + [("grpc-encoding", "br")]) { head in
      #expect(head.refusal?.code == .unimplemented)
      #expect(head.refusal?.trailers["grpc-accept-encoding"] == "identity,gzip")
    }
    withHead(Self.call + [("grpc-timeout", "1s")]) { #expect($0.refusal?.code == .internal) }
  }

  @Test func `metadata travels as fields, without what is reserved or malformed`() {
    var metadata = Metadata()
    metadata.add("request-id", "7")
    metadata.add("request-id", "8")
    metadata.add("proof-bin", bytes: [250, 251, 252, 253, 254, 255])
    metadata.add("grpc-status", "9")
    metadata.add("te", "x")
    metadata.add("bad name", "x")
    metadata.add("line", "a\nb")
    let list = HeaderList()
    MetadataCoding.append(metadata, to: list)
    #expect(list.fields.map(\.name) == ["request-id", "request-id", "proof-bin"])
    #expect(list.fields.map(\.value) == ["7", "8", "+vv8/f7/"])
  }

  @Test func `received metadata leaves out HTTP's and gRPC's own fields`() {
    let fields =
      Self.call + [
        ("grpc-timeout", "1S"), ("user-agent", "u"), ("k", "v"), ("k", "w"),
        ("b-bin", "Zg, Zm8="), ("b-bin", "!"), ("grpc-trace-bin", "Zg"),
        ("c-bin", ""), ("c-bin", "Zg,,Zg=="),
      ]
    let metadata = unsafe block(fields).withUnsafeBytes {
      MetadataCoding.decode(unsafe HeaderFields($0))
    }
    #expect(
      metadata.entries.map(\.name) == [
        "user-agent", "k", "k", "b-bin", "b-bin", "grpc-trace-bin", "c-bin", "c-bin", "c-bin",
        "c-bin",
      ])
    #expect(
      metadata.entries.suffix(4).map(\.value) == [
        .bytes([]), .bytes([0x66]), .bytes([]), .bytes([0x66]),
      ])
    #expect(metadata.all("k") == ["v", "w"])
    #expect(metadata.entries[3].value == .bytes([0x66]))
    #expect(metadata.entries[4].value == .bytes([0x66, 0x6f]))
  }

  @Test func `a failure is one block with its status, message and details`() {
    let list = HeaderList()
    var error = RPCError(.notFound, "no ä")
    error.trailers.add("audit-id", "3")
    GRPCResponse.fillTrailersOnly(list, error, Metadata())
    #expect(
      list.fields.map { "\($0.name)=\($0.value)" } == [
        ":status=200", "content-type=application/grpc", "grpc-status=5",
        "grpc-message=no %C3%A4", "audit-id=3",
      ])
  }

  @Test func `trailers are read back as an error with its details`() {
    let error = RPCError(
      .aborted, "50%", details: [.init(typeName: "google.rpc.ErrorInfo", value: [1])])
    let list = HeaderList()
    GRPCResponse.fillTrailers(list, error, Metadata())
    let trailers = unsafe block(list.fields.map { ($0.name, $0.value) }).withUnsafeBytes {
      GRPCTrailers(unsafe HeaderFields($0))
    }
    #expect(trailers.error?.code == .aborted)
    #expect(trailers.error?.message == "50%")
    #expect(trailers.error?.details == error.details)
  }

  @Test func `trailers without a status are UNKNOWN`() {
    let trailers = unsafe block([("x", "y")]).withUnsafeBytes {
      GRPCTrailers(unsafe HeaderFields($0))
    }
    #expect(trailers.error?.code == .unknown)
  }

  @Test(
    arguments: [
      ([(":status", "200"), ("content-type", "application/grpc")], nil),
      ([(":status", "503")], .unavailable), ([(":status", "404")], .unimplemented),
      ([(":status", "200"), ("content-type", "text/html")], .unknown),
      (
        [(":status", "200"), ("content-type", "application/grpc"), ("grpc-encoding", "br")],
        .internal
      ),
    ] as [([(String, String)], RPCCode?)])
  func `a response head is checked`(_ fields: [(String, String)], _ code: RPCCode?) {
    let head = unsafe block(fields).withUnsafeBytes { GRPCResponseHead(unsafe HeaderFields($0)) }
    #expect(head.failure?.code == code)
  }
}
