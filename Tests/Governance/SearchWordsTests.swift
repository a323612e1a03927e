import Testing

@testable import PurSightGovernance

@Suite("Search words")
struct SearchWordsTests {
  @Test(arguments: [
    ("dep_delay", ["dep", "delay"]),
    ("depDelay", ["dep", "delay"]),
    ("Dep Delay", ["dep", "delay"]),
    ("HTTPServerLog", ["http", "server", "log"]),
    ("nycflights13/flights", ["nycflights", "13", "flights"]),
    ("a.b-c", ["a", "b", "c"]),
    ("Straße_GRÖSSE", ["straße", "grösse"]),
    ("", []),
    ("__//  ", []),
    ("売上_2024", ["売上", "2024"]),
  ])
  func `snake, camel and digits are cut alike`(_ text: String, _ words: [String]) {
    #expect(SearchWords.of(text) == words)
  }

  @Test func `a long word is cut at its bound and never inside a character`() {
    let word = SearchWords.of(String(repeating: "ä", count: 100))
    #expect(word.count == 1)
    #expect(word[0].utf8.count == 64)
    #expect(SearchWords.of(String(repeating: "a ", count: 5000)).count == SearchWords.maxWords)
  }
}
