import PurSightGRPC
import PurSightHTTP2
import PurSightRPC
import Testing

/// Lends the bytes of a text.
private func withBytes<R>(_ text: String, _ body: (UnsafeRawBufferPointer) -> R) -> R {
  unsafe Array(text.utf8).withUnsafeBytes(body)
}

@Suite("Header codings") struct CodingTests {
  // Source: gRPC over HTTP/2, "Timeout".
  @Test(arguments: [
    ("1n", 1), ("20u", 20_000), ("300m", 300_000_000), ("4S", 4_000_000_000),
    ("5M", 300_000_000_000), ("6H", 21_600_000_000_000), ("0n", 0),
    ("99999999S", 99_999_999_000_000_000), ("99999999H", UInt64.max),
  ])
  func `a timeout is digits and a unit`(_ text: String, _ nanoseconds: UInt64) {
    unsafe #expect(withBytes(text) { unsafe GRPCTimeout.nanoseconds($0) } == nanoseconds)
  }

  @Test(arguments: ["", "1", "n", "123456789S", "-1S", "1s", "1 S", "1.5S", "0x1S", "1SS", "１S"])
  func `a malformed timeout is none`(_ text: String) {
    unsafe #expect(withBytes(text) { unsafe GRPCTimeout.nanoseconds($0) } == nil)
  }

  @Test(arguments: [
    (UInt64(0), "0n"), (1, "1n"), (99_999_999, "99999999n"), (100_000_000, "100000u"),
    (100_000_001, "100001u"), (3_600_000_000_000, "3600000m"), (UInt64.max, "5124096H"),
  ])
  func `a timeout is written in eight digits, rounded up`(_ nanoseconds: UInt64, _ text: String) {
    #expect(GRPCTimeout.value(nanoseconds: nanoseconds) == text)
  }

  // Expected: Python's urllib.parse.quote over the same set of plain characters.
  @Test func `a status message is percent-encoded`() {
    let text = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"
    let encoded =
      "%09%0Atest with whitespace%0D%0Aand Unicode BMP %E2%98%BA and non-BMP %F0%9F%98%88%09%0A"
    #expect(PercentCoding.encode(text) == encoded)
    unsafe #expect(withBytes(encoded) { unsafe PercentCoding.decode($0) } == text)
    #expect(PercentCoding.encode("100%") == "100%25")
  }

  @Test(arguments: [
    ("%", "%"), ("%2", "%2"), ("%zz", "%zz"), ("a%2", "a%2"), ("%41%", "A%"), ("%ff", "\u{FFFD}"),
  ])
  func `decoding a status message never fails`(_ encoded: String, _ text: String) {
    unsafe #expect(withBytes(encoded) { unsafe PercentCoding.decode($0) } == text)
  }

  // Source: RFC 4648 §10, and Python's base64 for the last.
  @Test(arguments: [
    ("abc", 3, "abc"), ("abcd", 3, "abc"), ("aä", 7, "a%C3%A4"), ("aä", 6, "a"),
    ("☺", 9, "%E2%98%BA"), ("☺", 8, ""),
  ])
  func `a status message is cut at a whole character`(
    _ text: String, _ limit: Int, _ encoded: String
  ) {
    #expect(PercentCoding.encode(text, limit: limit) == encoded)
  }

  @Test func `a status keeps within what clients take of trailers`() {
    let long = String(repeating: "ä", count: 100_000)
    func status(_ message: String, _ sizes: [Int]) -> HeaderList {
      let details = sizes.map {
        RPCError.Detail(typeName: "google.rpc.Help", value: [UInt8](repeating: 1, count: $0))
      }
      let list = HeaderList()
      GRPCResponse.fillTrailers(list, RPCError(.internal, message, details: details), Metadata())
      return list
    }
    func details(_ list: HeaderList) -> [RPCError.Detail] {
      let value = list.fields.first { $0.name == "grpc-status-details-bin" }?.value ?? ""
      return unsafe withBytes(value) {
        unsafe StatusDetails.decode(BinaryValue.decode($0[...]) ?? [])
      }
    }
    let both = status(long, [10, 2000])
    #expect(both.fields.map { $0.name.utf8.count + $0.value.utf8.count + 32 }.reduce(0, +) < 8192)
    #expect(both.fields[1].value.utf8.count == 2046)
    #expect(details(both).map(\.value.count) == [10, 2000])
    // The last ones have no room: those before them stay.
    #expect(details(status("short", [10, 20, 4000])).map(\.value.count) == [10, 20])
    #expect(details(status("short", [4000])).isEmpty)
  }

  @Test(
    arguments: [
      ([], ""), ([0x66], "Zg=="), ([0x66, 0x6f], "Zm8="), ([0x66, 0x6f, 0x6f], "Zm9v"),
      ([0x66, 0x6f, 0x6f, 0x62], "Zm9vYg=="), ([250, 251, 252, 253, 254, 255], "+vv8/f7/"),
    ] as [([UInt8], String)])
  func `binary values are base64, sent without padding`(_ bytes: [UInt8], _ padded: String) {
    let bare = String(padded.prefix { $0 != "=" })
    #expect(BinaryValue.encode(bytes) == bare)
    unsafe #expect(withBytes(bare) { unsafe BinaryValue.decode($0[...]) } == bytes)
    unsafe #expect(withBytes(padded) { unsafe BinaryValue.decode($0[...]) } == bytes)
  }

  @Test(arguments: ["Z", "Zg=", "Zh==", "Zm9v=", "Zm 9", "Zm9-", "====", "Zg==Zg=="])
  func `what is no base64 is refused`(_ text: String) {
    unsafe #expect(withBytes(text) { unsafe BinaryValue.decode($0[...]) } == nil)
  }

  // Expected: Python's protobuf over google/rpc/status.proto.
  @Test func `status details are a google.rpc.Status`() {
    let error = RPCError(
      .notFound, "no asset \"ä\"",
      details: [
        .init(typeName: "google.rpc.ErrorInfo", value: [10, 5] + Array("GONE!".utf8)),
        .init(typeName: "google.rpc.RetryInfo", value: []),
      ])
    let golden =
      "0805120d6e6f2061737365742022c3a4221a330a28747970652e676f6f676c65617069732e636f6d2f676f6f676c"
      + "652e7270632e4572726f72496e666f12070a05474f4e45211a2a0a28747970652e676f6f676c65617069732e63"
      + "6f6d2f676f6f676c652e7270632e5265747279496e666f"
    #expect(hex(StatusDetails.encode(error)) == golden)
    #expect(StatusDetails.decode(StatusDetails.encode(error)) == error.details)
    let negative = RPCError(RPCCode(rawValue: -1), "m")
    #expect(hex(StatusDetails.encode(negative)) == "08ffffffffffffffffff0112016d")
  }

  @Test(arguments: [[0x1a], [0x1a, 5, 1], [0x0b], [0x1a, 2, 0x0a, 9], [0xff, 0xff, 0xff]])
  func `malformed status details are none`(_ bytes: [UInt8]) {
    #expect(StatusDetails.decode(bytes).isEmpty)
  }

  // Source: grpc/grpc doc/http-grpc-status-mapping.md, and gRPC over HTTP/2, "Errors".
  @Test func `answers without a status are mapped`() {
    let http: [(Int, RPCCode)] = [
      (400, .internal), (401, .unauthenticated), (403, .permissionDenied), (404, .unimplemented),
      (429, .unavailable), (502, .unavailable), (503, .unavailable), (504, .unavailable),
      (500, .unknown), (200, .unknown), (302, .unknown),
    ]
    for (status, code) in http { #expect(StatusMapping.code(httpStatus: status) == code) }
    let resets: [(UInt32, RPCCode)] = [
      (0, .internal), (1, .internal), (2, .internal), (3, .internal), (4, .internal),
      (6, .internal), (7, .unavailable), (8, .cancelled), (9, .internal), (10, .internal),
      (11, .resourceExhausted), (12, .permissionDenied), (99, .internal),
    ]
    for (reset, code) in resets {
      #expect(StatusMapping.code(reset: HTTP2ErrorCode(rawValue: reset)) == code)
    }
  }

  private func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
