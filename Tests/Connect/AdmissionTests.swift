import PurSightConnect
import PurSightGRPC
import PurSightHTTP2
import PurSightRPC
import Testing

@Suite("Admission") struct AdmissionTests {
  @Test(
    arguments: [
      ("POST", "text/html", Peer.post, 415), ("POST", "", Peer.post, 415),
      ("GET", "", Peer.post, 405), ("GET", "application/grpc", Peer.post, 405),
      ("PUT", "application/json", Peer.check, 405), ("GET", "", Peer.check, 405),
      ("POST", "application/json", nil, 404), ("GET", "", nil, 404), ("HEAD", "", nil, 404),
      ("POST", "application/connect+json", Peer.check, 415),
      ("POST", "application/json", Peer.watch, 415), ("GET", "", Peer.watch, 405),
      ("POST", "application/grpc+json", Peer.check, 415),
    ] as [(String, String, MethodInfo?, Int)])
  func `what is no call gets an honest HTTP status`(
    _ method: String, _ type: String, _ info: MethodInfo?, _ status: Int
  ) {
    let decision = Peer.decide(Peer.request(type, method: method), info)
    #expect(decision.status == status)
    #expect(decision.answer?.hasBody == (method != "HEAD"))
  }

  @Test func `405 says which methods, 415 which content types, and both say it in words`() {
    let list = HeaderList()
    Peer.decide(Peer.request("", method: "PUT"), Peer.check).answer?.fill(list)
    #expect(list["allow"] == "GET, POST")
    Peer.decide(Peer.request("", method: "GET"), Peer.post).answer?.fill(list)
    #expect(list["allow"] == "POST")
    #expect(list["accept-post"] == nil)
    let wrongType = Peer.decide(Peer.request("text/html"), Peer.post).answer
    wrongType?.fill(list)
    #expect(
      list["accept-post"]
        == "application/json, application/proto, application/grpc, application/grpc-web, "
        + "application/grpc-web-text")
    #expect(list["content-length"] == wrongType.map { String($0.text.utf8.count) })
    #expect(wrongType?.text.contains("application/json") == true)
  }

  @Test func `JSON needs somebody who knows how messages read as JSON`() {
    let decision = Peer.decide(Peer.request("application/json"), Peer.check, hasJSON: false)
    #expect(decision.status == 415)
    #expect(decision.answer?.acceptPost?.hasPrefix("application/proto") == true)
    #expect(
      Peer.decide(Peer.request("application/proto"), Peer.check, hasJSON: false).call != nil)
    let stranger = MethodInfo(service: "x.Y", name: "Z", kind: .unary)
    #expect(Peer.decide(Peer.request("application/json"), stranger).status == 415)
  }

  @Test(arguments: [
    ("application/json", WireForm.connectUnary(.json)),
    ("application/json; charset=utf-8", .connectUnary(.json)),
    ("Application/Proto", .connectUnary(.proto)), ("application/grpc-web", .web(.proto)),
    ("application/grpc-web+json", .web(.json)),
    ("application/grpc-web-text+proto", .webText(.proto)),
  ])
  func `a content type says the form of a unary call`(_ type: String, _ form: WireForm) {
    #expect(Peer.decide(Peer.request(type), Peer.check).call?.exchange.form == form)
  }

  @Test(
    arguments: [
      ("0", 0), ("1", 1_000_000), ("9999999999", 9_999_999_999_000_000), ("10000000000", nil),
      ("", nil), ("-1", nil), ("1.5", nil), ("1S", nil),
    ] as [(String, UInt64?)])
  func `connect-timeout-ms has one to ten digits`(_ text: String, _ nanoseconds: UInt64?) {
    let decision = Peer.decide(
      Peer.request("application/proto", [("connect-timeout-ms", text)]), Peer.check)
    #expect(decision.call?.timeout == nanoseconds)
    #expect(decision.refusal == (nanoseconds == nil ? .invalidArgument : nil))
  }

  @Test func `gRPC-Web has gRPC's timeout, and no other form has`() {
    let timeout = [("grpc-timeout", "2S"), ("connect-timeout-ms", "5")]
    #expect(
      Peer.decide(Peer.request("application/grpc-web", timeout), Peer.check).call?.timeout
        == 2_000_000_000)
    #expect(
      Peer.decide(Peer.request("application/json", timeout), Peer.check).call?.timeout == 5_000_000)
    #expect(
      Peer.decide(Peer.request("application/grpc-web", [("grpc-timeout", "2x")]), Peer.check)
        .refusal == .internal)
  }

  @Test(arguments: [
    ("application/json", "content-encoding", "accept-encoding"),
    ("application/connect+json", "connect-content-encoding", "connect-accept-encoding"),
    ("application/grpc-web", "grpc-encoding", "grpc-accept-encoding"),
  ])
  func `each form has its own fields for compression`(
    _ type: String, _ encoding: String, _ accepted: String
  ) {
    let method = type == "application/connect+json" ? Peer.watch : Peer.check
    let gzip = Peer.decide(
      Peer.request(type, [(encoding, "gzip"), (accepted, "br, gzip;q=0.5")]), method)
    #expect(gzip.call?.exchange.encoding == .gzip)
    #expect(gzip.call?.acceptsGzip == true)
    let none = Peer.decide(Peer.request(type, [(accepted, "gzip;q=0, br")]), method)
    #expect(none.call?.acceptsGzip == false)
    #expect(
      Peer.decide(Peer.request(type, [(encoding, "br")]), method).refusal == .unimplemented)
  }

  @Test func `another version of Connect is refused`() {
    let version = [("connect-protocol-version", "2")]
    #expect(
      Peer.decide(Peer.request("application/json", version), Peer.check).refusal
        == .invalidArgument)
    #expect(Peer.decide(Peer.request("application/grpc-web", version), Peer.check).call != nil)
  }

  @Test func `gRPC-Web tells an unknown method as gRPC does`() {
    #expect(Peer.decide(Peer.request("application/grpc-web"), nil).refusal == .unimplemented)
  }
}
