import Foundation
import PurSightJSON
import Testing
import Yams

@testable import pursightctl

@Suite struct YAMLTextTests {
  /// Texts that some reader of YAML could take for something else.
  private static let texts = [
    "", " ", "plain", "two words", "80", "1e5", "0x1F", "1_000", "true", "No", "~", "null", "- a",
    "a: b", "a #b", "#a", "[a]", "{a}", "'a'", "\"a\"", "@a", "`a`", "%a", "|", ">", "&a", "*a",
    "!a", "?", "line\nline", "line\n", "line\n\n", "\nline", " line\nline", "tab\there", "\u{1}",
    "é", "日本", "2013-01-01", "12:30", "=", "<<", "a,b", "trailing ", "\u{85}x", "\u{2028}",
    "back\\slash", "N[0-9A-Z]{1,5}",
  ]

  @Test(arguments: texts)
  func `libyaml reads back every text as it was`(text: String) throws {
    for value in [JSONValue.string(text), .array([.string(text), .string(text)])] {
      let yaml = YAMLText.text(.object([.init("key", value)]))
      let read = try #require(try Yams.load(yaml: yaml) as? [String: Any])
      switch value {
      case .string: #expect(read["key"] as? String == text)
      default: #expect(read["key"] as? [String] == [text, text])
      }
    }
  }

  @Test func `nested values keep their shape`() throws {
    let json = #"{"a":[{"b":1,"c":[]},{"d":{"e":null,"f":true}}],"g":{},"h":[[1,2],[3]],"i":1.5}"#
    let value = try JSONValue(parsing: Array(json.utf8))
    let read = try #require(try Yams.load(yaml: YAMLText.text(value)))
    let expected = try JSONSerialization.jsonObject(with: Data(json.utf8))
    #expect(try canonical(read) == canonical(expected))
  }

  private func canonical(_ value: Any) throws -> String {
    let data = try JSONSerialization.data(withJSONObject: value, options: [.sortedKeys])
    return String(decoding: data, as: UTF8.self)
  }

  @Test func `short lists stand on one line, long text in a block`() {
    let value = JSONValue.object([
      .init("columns", .array([.string("a"), .string("b c"), .string("1")])),
      .init("description", .string("First.\n\nThird.\n")),
    ])
    #expect(
      YAMLText.text(value) == """
        columns: [a, b c, "1"]
        description: |
          First.

          Third.

        """)
  }
}
