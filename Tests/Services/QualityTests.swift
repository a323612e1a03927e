import PurSightAPI
import PurSightArrow
import PurSightRPC
import PurSightServiceTestSupport
import Testing

@Suite("Quality", .serialized)
struct QualityTests {
  @Test func `each change of the rules makes a version, and old ones stay`() async throws {
    let bench = try Bench()
    defer { bench.end() }
    let first = try await bench.rules(
      "r", [Rule(id: "a", columns: ["id"], check: .notNull(.init()))])
    #expect(first.version == 1)
    let second: RuleSet = try await bench.call(
      QualityServiceMethods.updateRuleSet,
      UpdateRuleSetRequest(
        ruleSet: RuleSet(
          name: first.name, rules: [Rule(id: "b", columns: ["id"], check: .notNull(.init()))])))
    #expect(second.version == 2)
    let same: RuleSet = try await bench.call(
      QualityServiceMethods.updateRuleSet,
      UpdateRuleSetRequest(ruleSet: RuleSet(name: first.name, rules: second.rules)))
    #expect(same.version == 2)
    let old: RuleSet = try await bench.call(
      QualityServiceMethods.getRuleSet, GetRuleSetRequest(name: first.name, version: 1))
    #expect(old.rules.map(\.id) == ["a"])
  }

  @Test(arguments: [
    (Rule(id: "a", columns: ["id"]), "rule_set.rules[0]"),
    (Rule(id: "A", columns: ["id"], check: .notNull(.init())), "rule_set.rules[0].id"),
    (Rule(id: "a", check: .unique(.init())), "rule_set.rules[0].columns"),
    (Rule(id: "a", columns: ["x", "y"], check: .range(.init())), "rule_set.rules[0].columns"),
  ])
  func `a rule that says nothing is refused with its field`(_ rule: Rule, _ field: String)
    async throws
  {
    let bench = try Bench()
    defer { bench.end() }
    let error = await status { _ = try await bench.rules("r", [rule]) }
    #expect(error?.code == .invalidArgument)
    let violations = error?.detail(BadRequest.self)?.fieldViolations.map(\.field)
    #expect(violations?.contains { $0.hasPrefix(field) } == true)
  }

  @Test func `a run looks at all stored rows, and an issue lives as long as its rule is broken`()
    async throws
  {
    let bench = try Bench()
    defer { bench.end() }
    try await bench.dataset("orders")
    try await bench.load("orders", try Rows.range(0..<20))
    let rules = try await bench.rules(
      "r",
      [Rule(id: "small", columns: ["id"], severity: .warn, check: .range(.init(maximum: .int(9))))])
    func run() async throws -> CheckRun {
      try await bench.call(
        QualityServiceMethods.runChecks,
        RunChecksRequest(dataset: "orders", ruleSet: rules.name))
    }
    let broken = try await run()
    #expect(broken.state == .succeeded)
    #expect(broken.rows == 20)
    #expect(broken.verdicts[0].failed == 10)
    #expect(broken.score == 0.5)
    let failing = try await bench.stream(
      QualityServiceMethods.readFailingRows,
      [ReadFailingRowsRequest(run: broken.name, ruleID: "small", columns: ["id"], limit: 7)],
      ReadFailingRowsResponse.self)
    #expect(failing.flatMap(\.rowIds).map(\.row) == Array(10..<17))
    func open() async throws -> [PurSightAPI.Issue] {
      let answer: ListIssuesResponse = try await bench.call(
        QualityServiceMethods.listIssues,
        ListIssuesRequest(parent: bench.parent, filter: "state = 'open'"))
      return answer.issues
    }
    #expect(try await open().map(\.failingRows) == [10])
    let _: RuleSet = try await bench.call(
      QualityServiceMethods.updateRuleSet,
      UpdateRuleSetRequest(
        ruleSet: RuleSet(
          name: rules.name,
          rules: [
            Rule(
              id: "small", columns: ["id"], severity: .warn,
              check: .range(.init(maximum: .int(90))))
          ])))
    #expect(try await run().verdicts[0].outcome == .pass)
    #expect(try await open().isEmpty)
  }

  @Test func `references look into another dataset, and one that is missing is no pass`()
    async throws
  {
    let bench = try Bench()
    defer { bench.end() }
    try await bench.dataset("parents")
    try await bench.load("parents", try Rows.range(0..<5))
    try await bench.dataset("children")
    try await bench.load("children", try Rows.range(3..<9))
    let rules = try await bench.rules(
      "r",
      [
        Rule(
          id: "known", columns: ["id"], severity: .warn,
          check: .reference(.init(dataset: "parents", column: "id"))),
        Rule(
          id: "nowhere", columns: ["id"], severity: .warn,
          check: .reference(.init(dataset: "missing", column: "id"))),
      ])
    let run: CheckRun = try await bench.call(
      QualityServiceMethods.runChecks, RunChecksRequest(dataset: "children", ruleSet: rules.name))
    #expect(run.verdicts.map(\.outcome) == [.fail, .error])
    #expect(run.verdicts[0].failed == 4)
  }

  @Test func `profiles of loads add up, and suggest rules`() async throws {
    let bench = try Bench()
    defer { bench.end() }
    try await bench.dataset("orders")
    let none = await status {
      let _: Profile = try await bench.call(
        QualityServiceMethods.getProfile, GetProfileRequest(dataset: "orders"))
    }
    #expect(none?.code == .failedPrecondition)
    try await bench.load("orders", try Rows.range(0..<50))
    try await bench.load("orders", try Rows.make([(100, nil), (nil, "x")]))
    let profile: Profile = try await bench.call(
      QualityServiceMethods.getProfile, GetProfileRequest(dataset: "orders"))
    #expect(profile.rows == 52)
    #expect(profile.columns.map(\.nulls) == [1, 1])
    #expect(profile.columns[0].minimum == "0" && profile.columns[0].maximum == "100")
    // 0 to 49 and 100: (1225 + 100) / 51
    #expect(abs((profile.columns[0].mean ?? 0) - 1325.0 / 51) < 1e-12)
    let suggested: SuggestRulesResponse = try await bench.call(
      QualityServiceMethods.suggestRules, SuggestRulesRequest(dataset: "orders"))
    #expect(!suggested.rules.isEmpty)
    _ = try await bench.rules("suggested", suggested.rules)
  }
}

extension Bench {
  @discardableResult
  func rules(_ id: String, _ rules: [Rule]) async throws -> RuleSet {
    try await call(
      QualityServiceMethods.createRuleSet,
      CreateRuleSetRequest(parent: parent, ruleSetID: id, ruleSet: RuleSet(rules: rules)))
  }
}
