import PurSightAPI
import PurSightInterop
import PurSightJSON
import PurSightRPC
import Testing

@Suite("Proto JSON")
struct ProtoJSONTests {
  private let json = ProtoJSON(testSchema)

  @Test(arguments: ["all_types.tsv", "maps.tsv", "well_known.tsv"])
  func `messages are written as Google's implementation writes them`(file: String) throws {
    for fixture in try Fixture.all(file) {
      let text = try json.text(of: fixture.bytes, type: fixture.type)
      let isEqual = try normalized(text) == normalized(fixture.json)
      #expect(isEqual, "\(fixture.testDescription)")
    }
  }

  @Test func `messages are read as Google's implementation wrote them`() throws {
    for fixture in try Fixture.all("all_types.tsv") {
      let message = try json.message(Array(fixture.json.utf8), as: AllTypes.self)
      let isEqual = message.serialized() == fixture.bytes
      #expect(isEqual, "\(fixture.testDescription)")
    }
    for fixture in try Fixture.all("well_known.tsv") + Fixture.all("maps.tsv") {
      let bytes = try json.encodedMessage(Array(fixture.json.utf8), type: fixture.type)
      let isEqual =
        try normalized(json.text(of: bytes, type: fixture.type)) == normalized(fixture.json)
      #expect(isEqual, "\(fixture.testDescription)")
    }
  }

  @Test func `names are those of the proto and defaults are written where that is asked for`()
    throws
  {
    var options = ProtoJSON.Options()
    options.usesProtoNames = true
    options.writesDefaults = true
    // json_format.MessageToJson(Inner(number=1), preserving_proto_field_name=True,
    //   always_print_fields_with_no_presence=True)
    #expect(try json.text(of: Inner(number: 1), options) == #"{"number":1,"text":""}"#)
    let request = UpdateAssetRequest(etag: "x")
    #expect(
      try json.text(of: request, options)
        == #"{"etag":"x","request_id":"","validate_only":false}"#)
  }

  /// Each is also refused, or read so, by json_format of protobuf 7.36.2.
  @Test(arguments: [
    (#"{"fInt32": "7"}"#, "1807"), (#"{"f_int32": 7}"#, "1807"), (#"{"fInt32": 7.0}"#, "1807"),
    (#"{"fInt32": 7e0}"#, "1807"), (#"{"fInt32": null}"#, ""),
    (#"{"fColor": "COLOR_RED"}"#, "800101"),
    (#"{"fColor": 1}"#, "800101"), (#"{"fBytes": "_-8="}"#, "7a02ffef"),
    (#"{"fBytes": "/+8"}"#, "7a02ffef"),
    (#"{"fUint64": "18446744073709551615"}"#, "30ffffffffffffffffff01"),
    (#"{"fFloat": "NaN"}"#, "150000c07f"), (#"{"mInner": {"3": {}}}"#, "a20304080312 00"),
  ])
  func `every form that the mapping allows is read`(text: String, hex: String) throws {
    let message = try json.message(Array(text.utf8), as: AllTypes.self)
    #expect(message == (try AllTypes(serialized: unhex(hex))) || text.contains("NaN"))
    #expect(message.serialized() == (try AllTypes(serialized: unhex(hex))).serialized())
  }

  @Test(arguments: [
    (#"{"nope": 1}"#, #"unknown field "nope" in pursight.testing.AllTypes at byte 1"#),
    (
      #"{"fColor": "COLOR_BLUE"}"#, "one of COLOR_UNSPECIFIED, COLOR_RED, COLOR_NEGATIVE at byte 11"
    ),
    (#"{"fInt32": 2147483648}"#, "no integer from -2147483648 to 2147483647"),
    (#"{"fInt32": 1.5}"#, "1.5 is no integer"),
    (#"{"fInt32": true}"#, "expected a number, found true"),
    (#"{"fInt32": 1, "f_int32": 2}"#, "the field f_int32 comes twice"),
    (#"{"fInt32": 1, "fInt32": 2}"#, #"the key "fInt32" comes twice at byte 14"#),
    (#"{"cText": "a", "cNumber": 1}"#, #""cNumber" and "cText" exclude each other"#),
    (#"{"fBytes": "a"}"#, "is not base64"), (#"{"rInt32": 1}"#, "expected an array for r_int32"),
    (#"{"rInt32": [null]}"#, "r_int32[0] is null"), (#"{"fFloat": 1e39}"#, "1e39 is too large"),
    (#"{"fInner": []}"#, "expected an object for pursight.testing.Inner"),
    (#"{"fInner": []}"#, "of f_inner"), (#"{"fInner": {"number": "x"}}"#, "for f_inner.number"),
    (#"{"mInner": {"7": {"text": 1}}}"#, #"for m_inner["7"].text"#), ("[]", "expected an object"),
    (#"{"fInt32": 1} x"#, "something follows the value"), (#"{"fInt32": " 1"}"#, "is no number"),
  ])
  func `what is wrong is named with its position`(text: String, part: String) {
    let error = rpcError { _ = try json.message(Array(text.utf8), as: AllTypes.self) }
    #expect(error?.code == .invalidArgument)
    #expect(error?.message.contains(part) == true, "\(error?.message ?? "accepted")")
  }

  @Test(
    arguments: [
      (#"{"fInner": {"number": "x"}}"#, "f_inner.number"), (#"{"nope": 1}"#, "nope"),
      (#"{"rInt32": [1, 2, "x"]}"#, "r_int32[2]"), (#"{"fInt32": 1, "fBytes": "*"}"#, "f_bytes"),
      (#"{"mInner": {"1": {}, "7": {"nope": 1}}}"#, #"m_inner["7"].nope"#),
      (#"{"rInt32": [1], "mText": {"a": "b"}, "fInner": {}, "fInt32": tru}"#, nil),
      ("[]", nil), ("", nil),
    ] as [(String, String?)])
  func `what is wrong is named for programs, too`(text: String, field: String?) throws {
    let error = rpcError { _ = try json.message(Array(text.utf8), as: AllTypes.self) }
    let details = try #require(error).details
    #expect(details.map(\.typeName) == (field == nil ? [] : ["google.rpc.BadRequest"]))
    for detail in details {
      #expect(try BadRequest(serialized: detail.value).fieldViolations.map(\.field) == [field])
    }
  }

  @Test(arguments: [
    "2026-01-31T12:00:00", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01T24:00:00Z",
    "2026-01-01T00:00:00.1234567890Z", "26-01-01T00:00:00Z", "2026-01-01 00:00:00Z", "",
    "0000-01-01T00:00:00Z", "2026-01-01T00:00:00+24:00",
  ])
  func `what is no RFC 3339 timestamp is refused`(text: String) {
    #expect(Timestamp(text: text) == nil)
  }

  @Test func `a timestamp with an offset is read as UTC`() {
    // date -u -d '2026-01-31T12:00:00+05:30' +%s
    #expect(Timestamp(text: "2026-01-31T12:00:00+05:30") == Timestamp(seconds: 1_769_841_000))
  }

  @Test func `microseconds become a timestamp and come back`() {
    for micros: Int64 in [
      0, 1, -1, 999_999, -1_000_001, 1_769_860_800_123_456, -62_135_596_800_000_000,
    ] {
      #expect(Timestamp(microseconds: micros).microseconds == micros)
    }
    #expect(Timestamp(microseconds: -1) == Timestamp(seconds: -1, nanos: 999_999_000))
    #expect(Timestamp(seconds: .max).microseconds == nil)
  }
}
