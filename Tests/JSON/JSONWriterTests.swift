import PurSightJSON
import Testing

@Suite("JSON writer")
struct JSONWriterTests {
  @Test func `compact text has no blanks`() {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("a")
    writer.beginArray()
    writer.integer(1)
    writer.null()
    writer.bool(true)
    writer.endArray()
    writer.key("b")
    writer.beginObject()
    writer.endObject()
    writer.endObject()
    #expect(writer.string == #"{"a":[1,null,true],"b":{}}"#)
  }

  // python3 -c 'import json; print(json.dumps({"a": [1, {}], "b": []}, indent=2))'
  @Test func `indented text is laid out as Python does it`() throws {
    var writer = JSONWriter(.indented)
    writer.value(try JSONValue(parsing: Array(#"{"a":[1,{}],"b":[]}"#.utf8)))
    #expect(writer.string == "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}")
  }

  // python3 -c 'import json; print(json.dumps("…", ensure_ascii=False))'
  @Test func `what has to be escaped is, and nothing else`() {
    var writer = JSONWriter()
    writer.string("\0\u{8}\t\n\u{b}\u{c}\r\u{1f} \"\\/ü漢🛫\u{7f}\u{2028}")
    #expect(
      writer.string == #""\u0000\b\t\n\u000b\f\r\u001f \"\\/ü漢🛫"# + "\u{7f}\u{2028}\"")
  }

  @Test(
    arguments: [
      (0.1, "0.1"), (1, "1"), (-2.5, "-2.5"), (1e300, "1e+300"), (.leastNonzeroMagnitude, "5e-324"),
      (.nan, #""NaN""#), (.infinity, #""Infinity""#), (-.infinity, #""-Infinity""#),
      (123_456_789_012_345_680, "123456789012345680"),
    ] as [(Double, String)])
  func `a double is written in its shortest form`(value: Double, text: String) throws {
    var writer = JSONWriter()
    writer.double(value)
    #expect(writer.string == text || Double(writer.string) == Double(text))
    if value.isFinite {
      #expect(JSONNumber(text: writer.string).double == value)
      #expect(try JSONValue(parsing: writer.bytes) == .number(JSONNumber(text: writer.string)))
    }
  }

  @Test func `one writer makes one line after the other`() {
    var writer = JSONWriter()
    writer.integer(1)
    #expect(writer.string == "1")
    writer.removeAll()
    writer.beginArray()
    writer.endArray()
    #expect(writer.string == "[]")
  }
}
