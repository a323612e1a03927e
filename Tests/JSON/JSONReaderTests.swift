import PurSightJSON
import Testing

@Suite("JSON reader")
struct JSONReaderTests {
  private func parse(_ text: String, _ limits: JSONLimits = JSONLimits()) throws(JSONError)
    -> JSONValue
  {
    try JSONValue(parsing: Array(text.utf8), limits: limits)
  }

  private func error(_ text: String, _ limits: JSONLimits = JSONLimits()) -> JSONError? {
    do throws(JSONError) {
      _ = try parse(text, limits)
      return nil
    } catch {
      return error
    }
  }

  /// The examples of RFC 8259 §13.
  @Test func `the examples of the RFC are read`() throws {
    let image = try parse(
      """
      {
        "Image": {
          "Width":  800,
          "Height": 600,
          "Title":  "View from 15th Floor",
          "Thumbnail": {
            "Url": "http://www.example.com/image/481989943", "Height": 125, "Width": 100
          },
          "Animated" : false,
          "IDs": [116, 943, 234, 38793]
        }
      }
      """)
    #expect(image["Image"]?["Width"] == .number(JSONNumber(text: "800")))
    #expect(
      image["Image"]?["Thumbnail"]?["Url"] == .string("http://www.example.com/image/481989943"))
    #expect(image["Image"]?["Animated"] == .bool(false))
    let cities = try parse(
      #"[{"Latitude": 37.7668, "City": "SAN FRANCISCO"}, {"Latitude": 37.371991}]"#)
    guard case .array(let elements) = cities else { return #expect(Bool(false)) }
    #expect(elements.count == 2)
    #expect(try parse(#""Hello world!""#) == .string("Hello world!"))
    #expect(try parse("42") == .number(JSONNumber(text: "42")))
    #expect(try parse(" true ") == .bool(true))
  }

  @Test func `a clef is read from its surrogate pair`() throws {
    // RFC 8259 §7: U+1D11E is "\uD834\uDD1E".
    #expect(try parse(#""\uD834\uDD1E""#) == .string("\u{1D11E}"))
    #expect(try parse(#""\u0000\b\f\n\r\t\/\\\"\u00fC""#) == .string("\0\u{8}\u{c}\n\r\t/\\\"ü"))
  }

  /// Named as in the JSON Parsing Test Suite (nst/JSONTestSuite): texts that have to be refused.
  @Test(arguments: [
    ("", 0), (" ", 1), ("[", 1), ("{", 1), ("[1 true]", 3), ("[,]", 1), ("[1,]", 3), ("[1,,2]", 3),
    ("[\"\": 1]", 3), ("[-]", 1), ("[01]", 1), ("[1.]", 1), ("[.5]", 1), ("[1e]", 1), ("[+1]", 1),
    ("[NaN]", 1), ("[Infinity]", 1), ("[tru]", 1), ("[nul]", 1), ("[0x1]", 2), ("{\"a\":1,}", 7),
    ("{a: 1}", 1), ("{\"a\" 1}", 5), ("{\"a\"}", 4), ("{\"a\":}", 5), ("{1: 1}", 1), ("['a']", 1),
    ("[\"a]", 1), ("[\"\u{1}\"]", 2), ("[\"\\x\"]", 2), ("[\"\\u00g0\"]", 2), ("[\"\\uD834\"]", 2),
    ("[\"\\uD834\\u0041\"]", 2), ("[\"\\uDD1E\"]", 2), ("[1] x", 4), ("1 2", 2), ("]", 0),
    ("[}", 1),
    ("{]", 1), ("[1}", 2), ("\u{feff}1", 0), ("/**/1", 0),
  ])
  func `what is no JSON is refused at its position`(text: String, offset: Int) {
    let error = error(text)
    #expect(error?.code == .malformed, "\(text)")
    #expect(error?.offset == offset, "\(text): \(error?.message ?? "accepted")")
  }

  @Test func `text that is not UTF-8 is refused`() throws {
    for bytes: [UInt8] in [
      [0x22, 0xff, 0x22], [0x22, 0xc0, 0x80, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22],
    ] {
      #expect(throws: JSONError(.malformed, "a string is not valid UTF-8", at: 0)) {
        try JSONValue(parsing: bytes)
      }
    }
  }

  @Test func `a key that comes twice is refused, however it is spelt`() {
    #expect(error(#"{"a": 1, "b": {"a": 2}}"#) == nil)
    #expect(
      error(#"{"a": 1, "\u0061": 2}"#)
        == JSONError(.duplicateKey, #"the key "a" comes twice"#, at: 9))
  }

  @Test func `each limit holds at its value and is an error one above`() throws {
    var limits = JSONLimits()
    limits.maxDepth = 3
    #expect(error("[[[1]]]", limits) == nil)
    #expect(
      error("[[[[1]]]]", limits) == JSONError(.tooLarge, "more than 3 levels are nested", at: 3))

    limits = JSONLimits()
    limits.maxBytes = 4
    #expect(error("1234", limits) == nil)
    #expect(error("12345", limits)?.code == .tooLarge)

    limits = JSONLimits()
    limits.maxStringBytes = 4
    #expect(error(#""üü""#, limits) == nil)
    #expect(error(#""üüa""#, limits)?.code == .tooLarge)

    limits = JSONLimits()
    limits.maxNumberBytes = 4
    #expect(error("-1.5", limits) == nil)
    #expect(error("-1.55", limits)?.code == .tooLarge)

    limits = JSONLimits()
    limits.maxKeys = 2
    #expect(error(#"{"a":1,"b":2}"#, limits) == nil)
    #expect(error(#"{"a":1,"b":2,"c":3}"#, limits)?.code == .tooLarge)
  }

  @Test func `a hundred thousand brackets are an error, not the end of the stack`() {
    #expect(error(String(repeating: "[", count: 100_000))?.code == .tooLarge)
  }

  @Test(arguments: [
    ("9223372036854775807", Int64.max), ("-9223372036854775808", .min), ("1e3", 1000), ("10.0", 10),
    ("-0", 0),
  ])
  func `a number that is an integer is read as one`(text: String, value: Int64) {
    #expect(JSONNumber(text: text).integer(as: Int64.self) == value)
  }

  @Test(arguments: ["9223372036854775808", "1.5", "1e400", "1e-1"])
  func `a number that is no 64-bit integer is not read as one`(text: String) {
    #expect(JSONNumber(text: text).integer(as: Int64.self) == nil)
  }

  @Test func `a value is passed over as a whole`() throws {
    var reader = try JSONReader(Array(#"{"a": [1, {"b": []}], "c": 2}"#.utf8))
    #expect(try reader.require() == .beginObject)
    #expect(try reader.require() == .key("a"))
    try reader.skip(from: reader.require())
    #expect(try reader.require() == .key("c"))
    try reader.skip(from: reader.require())
    #expect(try reader.require() == .endObject)
    try reader.finish()
  }
}
