import Testing

@testable import PurSightExpression

@Suite struct PatternTests {
  private func matches(_ pattern: String, _ text: String) throws -> (Bool, Bool) {
    let pattern = try Pattern.matching(pattern)
    var simulation = PatternSimulation(pattern.code)
    return (pattern.matches(text), simulation.matches(Array(text.utf8).span))
  }

  @Test func `verdicts are those of RE2, with table and without`() throws {
    for vector in patternVectors {
      let (table, simulation) = try matches(vector.pattern, vector.text)
      #expect(table == vector.matches, "\(vector)")
      #expect(simulation == vector.matches, "without table: \(vector)")
    }
  }

  // SQL's LIKE as PostgreSQL documents it (9.7.1), with its examples first.
  @Test(arguments: [
    ("abc", "abc", true), ("abc", "a%", true), ("abc", "_b_", true), ("abc", "c", false),
    ("", "", true), ("", "%", true), ("", "_", false), ("a\nb", "a%b", true),
    ("a%b", "a\\%b", true), ("axb", "a\\%b", false), ("é", "_", true), ("é", "__", false),
    ("a.c", "a.c", true), ("abc", "a.c", false), ("aXbXc", "%X%X%", true), ("aXbc", "%X%X%", false),
  ])
  func `like covers the whole text`(text: String, pattern: String, expected: Bool) throws {
    #expect(try Pattern.like(pattern).matches(text) == expected)
  }

  @Test(arguments: [
    ("(", "a \"(\" of the pattern is not closed"),
    (")", "\")\" without \"(\" in the pattern"),
    ("[a", "a \"[\" of the pattern is not closed"),
    ("*", "\"*\" has nothing to repeat in the pattern"),
    ("a**", "two repetitions follow each other in the pattern; use a group"),
    ("a{3,2}", "the repetition {3,2} ends before it begins"),
    ("a{1001}", "a pattern repeats at most 1000 times"),
    ("\\p{L}", "\"\\p\" is not part of the pattern language"),
    ("(a)\\1", "\"\\1\" is not part of the pattern language"),
    ("(?=a)", "look-around is not part of the pattern language"),
    ("(?<!a)", "look-around and back-references are not part of the pattern language"),
    ("[z-a]", "a range in a \"[\" class is backwards"),
    ("a\\", "the pattern ends with \"\\\""),
  ])
  func `what is not a pattern says why`(pattern: String, message: String) {
    #expect(throws: ExpressionError(.invalidValue, message)) {
      _ = try Pattern.matching(pattern)
    }
  }

  @Test func `limits hold at the limit and one above`() throws {
    let depth = ExpressionLimits.maxPatternDepth
    let nest = { String(repeating: "(", count: $0) + "a" + String(repeating: ")", count: $0) }
    _ = try Pattern.matching(nest(depth - 1))
    #expect(throws: ExpressionError.self) { _ = try Pattern.matching(nest(depth)) }
    let long = ExpressionLimits.maxPatternBytes
    _ = try Pattern.matching(String(repeating: "a", count: long))
    #expect(throws: ExpressionError.self) {
      _ = try Pattern.matching(String(repeating: "a", count: long + 1))
    }
    #expect(throws: ExpressionError.self) { _ = try Pattern.matching("((a{100}){100}){100}") }
    #expect(throws: ExpressionError.self) { _ = try Pattern.like("abc\\") }
  }

  @Test func `a pattern without table still answers`() throws {
    // The table would need 2^20 states: it must know the last 20 letters.
    let pattern = try Pattern.matching("(a|b)*a(a|b){20}$")
    #expect(pattern.table == nil)
    let tail = String(repeating: "b", count: 20)
    #expect(pattern.matches("a" + tail))
    #expect(!pattern.matches("b" + tail))
  }

  @Test func `repeated nothing compiles at once`() throws {
    let nested = (0..<40).reduce("") { inner, _ in "(\(inner)){1000}" }
    #expect(try Pattern.matching(nested).matches(""))
  }
}
