import Testing

@testable import PurSightExpression

/// The columns of flights that the tests use.
let flightsSchema = ExpressionSchema(
  [
    .init("dep_delay", .integer), .init("distance", .double), .init("carrier", .string),
    .init("tailnum", .string), .init("time_hour", .timestamp), .init("day_of", .date),
    .init("air", .duration), .init("late", .boolean), .init("hash", .bytes),
    .init("source.name", .string), .init("odd name", .integer), .init("year", .integer),
  ],
  functions: [.init("hasTag", [.string], returns: .boolean)])

@Suite struct ExpressionErrorTests {
  @Test(arguments: [
    ("distance > dep_dealy", "12: unknown column \"dep_dealy\"; did you mean \"dep_delay\"?"),
    ("", "1: the expression is empty"),
    ("dep_delay >", "12: a value is expected here, not the end"),
    ("dep_delay == 1", "11: \"==\" is written \"=\" here"),
    ("dep_delay <> 1", "11: \"<>\" is written \"!=\" here"),
    ("late && late", "6: \"&&\" is written \"and\" here"),
    ("carrier = \"UA\"", "11: unknown column \"UA\"; strings are written in single quotes"),
    (
      "carrier = 5",
      "11: a string cannot be compared with a integer; write the number without quotes"
    ),
    (
      "time_hour > '2013-01-01'",
      "13: a timestamp cannot be compared with a string; write timestamp 'YYYY-MM-DDTHH:MM:SSZ'"
    ),
    (
      "dep_delay = null",
      "11: a comparison with null is never true; write \"is null\" or \"is not null\""
    ),
    ("dep_delay and late", "1: \"and\" takes booleans, not a integer"),
    ("not dep_delay", "5: \"not\" takes a boolean, not a integer"),
    ("1 < dep_delay < 5", "15: comparisons do not chain; write \"a < b and b < c\""),
    ("lenght(carrier) > 1", "1: unknown function \"lenght\"; did you mean \"length\"?"),
    ("length(carrier, 1) > 1", "1: length has 2 arguments; write length(string)"),
    ("length(dep_delay) > 1", "8: a string is expected, not a integer; write length(string)"),
    ("carrier like dep_delay", "14: a literal or a parameter is expected here, not \"dep_delay\""),
    ("carrier matches 'a('", "17: a \"(\" of the pattern is not closed"),
    (
      "carrier in ('UA', 5)",
      "19: a string cannot be compared with a integer; write the number without quotes"
    ),
    (
      "carrier in @carrier",
      "12: the parameter \"@carrier\" has no value; did you mean \"carriers\"?"
    ),
    ("dep_delay > @carriers", "13: a list can only stand after \"in\""),
    ("carrier = 'UA", "11: the string that starts here is not closed"),
    ("date '2013-02-30' > day_of", "6: '2013-02-30' is not a date: YYYY-MM-DD"),
    ("age(time_hour) > duration '1h'", "1: there is no current time where this expression is used"),
    ("dep_delay + carrier = 1", "13: \"+\" does not take a integer and a string"),
    ("dep_delay = 1 / 0", "15: division by zero"),
    ("dep_delay > 99999999999999999999", "13: the integer 99999999999999999999 is out of range"),
    ("dep_delay > 9223372036854775808", "13: the integer 9223372036854775808 is out of range"),
    (
      "case when late then 1 else 'a' end = 1",
      "28: the branches of a case have one type; this is a string, others are a integer"
    ),
    ("dep_delay + 1", "11: the expression is a integer, not a boolean"),
    ("late late", "6: \"late\" is unexpected here"),
    ("hasTag(5)", "8: a string is expected, not a integer; write hasTag(string)"),
    ("5m > dep_delay", "1: \"5\" is followed by a letter; numbers carry no unit"),
    ("é = §", "1: unknown column \"é\""),
    ("late ! late", "6: \"!\" is written \"not\" here"),
    (
      "day_of > time_hour",
      "10: a date cannot be compared with a timestamp; "
        + "write the date as timestamp 'YYYY-MM-DDTHH:MM:SSZ'"
    ),
  ])
  func `says what is wrong, where, and what to write`(text: String, message: String) {
    #expect {
      try ExpressionProgram.filter(
        text, schema: flightsSchema, parameters: ["carriers": .list([.string("UA")])])
    } throws: { error in
      let error = error as? ExpressionError
      #expect(error?.description == message)
      return error?.description == message
    }
  }

  private func isRefused(_ text: String, _ parameters: [String: ExpressionValue] = [:]) -> Bool {
    do {
      _ = try ExpressionProgram.filter(text, schema: flightsSchema, parameters: parameters)
      return false
    } catch { return error.code == .limitExceeded }
  }

  @Test func `limits hold at the limit and one above`() {
    let nest = { String(repeating: "(", count: $0) + "late" + String(repeating: ")", count: $0) }
    #expect(!isRefused(nest(ExpressionLimits.maxDepth - 1)))
    #expect(isRefused(nest(ExpressionLimits.maxDepth)))
    let pad = { "late" + String(repeating: " ", count: $0 - 4) }
    #expect(!isRefused(pad(ExpressionLimits.maxTextBytes)))
    #expect(isRefused(pad(ExpressionLimits.maxTextBytes + 1)))
    let list = { ["l": ExpressionValue.list([ExpressionValue](repeating: .integer(1), count: $0))] }
    #expect(!isRefused("dep_delay in @l", list(ExpressionLimits.maxListElements)))
    #expect(isRefused("dep_delay in @l", list(ExpressionLimits.maxListElements + 1)))
    let sum = { "0 < dep_delay" + String(repeating: "+1", count: $0) }
    // Two instructions per addend, and three for the rest; more words than fit come first.
    #expect(!isRefused(sum((ExpressionLimits.maxInstructions - 3) / 2)))
    #expect(isRefused(sum((ExpressionLimits.maxInstructions - 3) / 2 + 1)))
    let arguments = {
      "length(concat(" + [String](repeating: "carrier", count: $0).joined(separator: ",") + ")) > 1"
    }
    #expect(!isRefused(arguments(ExpressionLimits.maxArguments)))
    #expect(isRefused(arguments(ExpressionLimits.maxArguments + 1)))
  }

  @Test func `random text is refused, never trapped`() {
    var generator = SystemRandomNumberGenerator()
    let words = [
      "dep_delay", "carrier", "late", "(", ")", "and", "or", "not", "in", "between", "like", "is",
      "null", "case", "when", "then", "else", "end", "1", "2.5", "'a'", ",", "=", "<", "-", "+",
      "*",
      "/", "@p", "length", "date '2013-01-01'", "coalesce", "[", "]", "matches", "\"", "é", "%",
    ]
    for _ in 0..<20_000 {
      let count = Int.random(in: 1...12, using: &generator)
      let text = (0..<count).map { _ in words[Int.random(in: 0..<words.count, using: &generator)] }
        .joined(separator: " ")
      if let program = try? ExpressionProgram.compile(
        text, schema: flightsSchema, parameters: ["p": .null])
      {
        var depth = 0
        for instruction in program.instructions {
          #expect(instruction.type != .null)
          depth -= instruction.operation.operandCount
          #expect(depth >= 0)
          depth += 1
        }
        #expect(depth == 1, "\(text)")
      }
    }
  }
}
