import PurSightClient
import Testing

@testable import pursightctl

@Suite struct CheckTextTests {
  private let rules = [
    Rule(
      id: "known-plane", columns: ["tailnum"], severity: .warn,
      check: .reference(ReferenceCheck(dataset: "planes", column: "tailnum"))),
    Rule(
      id: "tail-format", columns: ["tailnum"], severity: .quarantine,
      check: .pattern(PatternCheck(pattern: "N[0-9A-Z]{1,5}"))),
  ]

  @Test func `people read a score and a line per rule, as in the quick start`() {
    let verdicts = [
      Verdict(
        ruleID: "known-plane", outcome: .fail, severity: .warn, checked: 334_264, failed: 50_094,
        failedDistinct: 721, topFailingValues: [ValueCount(value: "N725MQ", count: 575)]),
      Verdict(
        ruleID: "tail-format", outcome: .fail, severity: .quarantine, checked: 334_264, failed: 4,
        failedDistinct: 1, topFailingValues: [ValueCount(value: "D942DN", count: 4)]),
      Verdict(
        ruleID: "distance", outcome: .fail, severity: .quarantine, checked: 336_776, failed: 1,
        failedDistinct: 1, topFailingValues: [ValueCount(value: "17", count: 1)]),
      Verdict(ruleID: "origin", outcome: .pass, severity: .quarantine, checked: 336_776),
      Verdict(ruleID: "empty", outcome: .notApplicable),
      Verdict(ruleID: "broken", outcome: .error, message: "there is no column x"),
    ]
    let lines = CheckText.lines(
      verdicts, score: 0.9742, error: "", rules, Painter(isOn: false))
    #expect(
      lines == [
        "score 97.4",
        "✗ known-plane  50,094 rows:  721 values that planes.tailnum does not have  warn",
        "✗ tail-format       4 rows:  D942DN                                        quarantined",
        "✗ distance           1 row:  17                                            quarantined",
        "✓ origin",
        "– empty                      nothing to look at",
        "! broken                     there is no column x                          not evaluated",
      ])
  }

  @Test func `many different values are counted and some named`() {
    let verdict = Verdict(
      ruleID: "x", outcome: .fail, severity: .stop, failed: 100, failedDistinct: 50,
      topFailingValues: ["a", "b", "c", "d"].map { ValueCount(value: $0, count: 2) })
    let lines = CheckText.lines([verdict], score: 0.5, error: "", [], Painter(isOn: false))
    #expect(lines[1] == "✗ x  100 rows:  50 different values, such as a b c  refused")
  }

  @Test(arguments: [
    (
      Rule(
        check: .range(
          RangeCheck(minimum: Value(kind: .intValue(1)), maximum: Value(kind: .intValue(12))))),
      "1 ≤ value ≤ 12"
    ),
    (
      Rule(
        check: .range(RangeCheck(minimum: Value(kind: .doubleValue(0)), exclusiveMinimum: true))),
      "0 < value"
    ),
    (Rule(check: .notNull(NotNullCheck())), "not null"),
    (Rule(check: .type(TypeCheck(type: .int64))), "is int64"),
    (
      Rule(check: .inSet(InSetCheck(values: [Value(kind: .stringValue("EWR")), Value()]))),
      "one of EWR, null"
    ),
    (
      Rule(check: .reference(ReferenceCheck(dataset: "planes", column: "tailnum"))),
      "in planes.tailnum"
    ),
  ])
  func `rules are said in words`(rule: Rule, text: String) {
    #expect(RuleText.check(rule) == text)
  }
}
