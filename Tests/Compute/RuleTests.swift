internal import PurSightArrow
internal import PurSightGovernance
internal import Testing

@testable internal import PurSightCompute

@Suite struct RuleTests {
  /// The result of one rule over the sample, in batches of `size` rows.
  private func result(
    _ kind: RuleKind, condition: String? = nil, nulls: NullPolicy = .skip,
    threshold: Threshold = .none, size: Int = 100
  ) throws -> RuleResult {
    let rule = Rule("r", kind, threshold: threshold, condition: condition, nulls: nulls)
    let program = try RuleProgram.compile([rule], schema: FlightSample.schema)
    var evaluator = try RuleEvaluator(program, references: ["r": try FlightSample.planes()])
    var hashes = BatchHashes()
    let batch = try FlightSample.batch()
    for start in stride(from: 0, to: batch.rowCount, by: size) {
      let part = batch.slice(start..<min(start + size, batch.rowCount))
      hashes.begin(part)
      let outcome = evaluator.evaluate(part, hashes: &hashes).outcomes[0]
      #expect(outcome.failing?.countOfOnes ?? 0 == outcome.failed)
    }
    return evaluator.results[0]
  }

  // Counts by DuckDB over the same rows (see FlightSample).
  @Test(arguments: [
    (RuleKind.notNull(columns: ["tailnum", "dep_delay"]), 239, 5),
    (.type(column: "month", .int8), 239, 0),
    (.range(column: "dep_delay", minimum: nil, maximum: RuleBound(.integer(60))), 234, 18),
    (.range(column: "dep_delay", minimum: nil, maximum: RuleBound(.double(60.5))), 234, 18),
    (
      .range(
        column: "distance", minimum: RuleBound(.integer(80)), maximum: RuleBound(.integer(5000))),
      239, 1
    ),
    (
      .range(
        column: "distance", minimum: RuleBound(.integer(17), isInclusive: false), maximum: nil),
      239, 1
    ),
    (.range(column: "speed", minimum: nil, maximum: RuleBound(.integer(450))), 234, 42),
    (.inSet(column: "origin", values: [.text("EWR"), .text("JFK")]), 239, 81),
    (.format(column: "tailnum", pattern: "N[0-9A-Z]{1,5}"), 238, 4),
    (.unique(columns: ["carrier", "origin", "dest"]), 239, 93),
    (.unique(columns: ["distance"]), 239, 239 - 105),
    (.unique(columns: ["speed"]), 234, 234 - 222),
    (.references(columns: ["tailnum"], dataset: "planes", parentColumns: ["tailnum"]), 238, 42),
    (.expression("dep_delay < 0 or distance > 1000"), 235, 53),
  ])
  func `counts are those of DuckDB`(kind: RuleKind, checked: Int, failed: Int) throws {
    for size in [1_000, 64, 7] {
      let result = try result(kind, size: size)
      #expect(result.checked == Int64(checked), "\(kind)")
      #expect(result.failed == Int64(failed), "\(kind)")
      #expect(result.verdict == (failed == 0 ? .pass : .fail))
    }
  }

  @Test func `failing values are counted and the most frequent named`() throws {
    let result = try result(
      .references(columns: ["tailnum"], dataset: "planes", parentColumns: ["tailnum"]))
    #expect(result.failedDistinct == 37)
    #expect(
      result.topFailing.prefix(3) == [
        FailingValue(text: "D942DN", count: 4), FailingValue(text: "N523MQ", count: 2),
        FailingValue(text: "N540UA", count: 2),
      ])
    #expect(result.nulls == 1)
  }

  @Test func `a condition limits the rows, nulls fail when they shall`() throws {
    let range = RuleKind.range(
      column: "dep_delay", minimum: nil, maximum: RuleBound(.integer(60)))
    let winter = try result(range, condition: "month in (12, 1, 2)")
    #expect((winter.checked, winter.failed) == (46, 3))
    let strict = try result(range, nulls: .fail)
    #expect((strict.checked, strict.failed, strict.nulls) == (239, 23, 5))
  }

  @Test func `a threshold lets a share of rows fail`() throws {
    let set = RuleKind.inSet(column: "origin", values: [.text("EWR"), .text("JFK")])
    // 81 of 239 rows are 33.9 %.
    #expect(try result(set, threshold: Threshold(allowedShare: 0.33)).verdict == .fail)
    #expect(try result(set, threshold: Threshold(allowedShare: 0.34)).verdict == .pass)
  }

  @Test func `an error in a row is no pass, no row is not applicable`() throws {
    let broken = try result(.expression("1000 / (month - 7) > 0 or month < 7"))
    #expect(broken.verdict == .error)
    #expect(broken.errors == 25)
    let none = try result(.expression("distance > 0"), condition: "month = 13")
    #expect(none.verdict == .notApplicable)
  }

  @Test func `a reference without its parent is an error`() throws {
    let rule = Rule(
      "lost", .references(columns: ["month"], dataset: "d", parentColumns: ["tailnum"]))
    let program = try RuleProgram.compile([rule], schema: FlightSample.schema)
    #expect(
      program.references == [RuleReference(rule: "lost", dataset: "d", columns: ["tailnum"])])
    let batch = try FlightSample.batch()
    var hashes = BatchHashes()
    hashes.begin(batch)
    var alone = try RuleEvaluator(program)
    _ = alone.evaluate(batch, hashes: &hashes)
    #expect(alone.results[0].verdict == .error)
    var mistaken = try RuleEvaluator(program, references: ["lost": try FlightSample.planes()])
    _ = mistaken.evaluate(batch, hashes: &hashes)
    #expect(mistaken.results[0].message == "the columns are integer, those they refer to text")
  }

  @Test func `severities decide what becomes of rows and keys`() throws {
    let rules = [
      Rule(
        "far", .range(column: "distance", minimum: RuleBound(.integer(80)), maximum: nil),
        severity: .quarantine),
      Rule("once", .unique(columns: ["carrier", "origin", "dest"]), severity: .quarantine),
      Rule("tail", .notNull(columns: ["tailnum"]), severity: .warn),
    ]
    let batch = try FlightSample.batch()
    var hashes = BatchHashes()
    hashes.begin(batch)
    var evaluator = try RuleEvaluator(
      try RuleProgram.compile(rules, schema: FlightSample.schema))
    let outcome = evaluator.evaluate(batch, hashes: &hashes)
    #expect(outcome.stopping.isEmpty)
    #expect(outcome.outcomes[2].failed == 1)
    // The 17-mile flight is the only one of its route, so no duplicate is lost with it.
    #expect(outcome.quarantined?.countOfOnes == 1 + 93)
    #expect(outcome.newKeys["once"]?.count == 239 - 94)
    let rejections = outcome.rejections(by: evaluator.program)
    #expect(rejections.count == 94)
    #expect(rejections.filter { $0.rule == 0 }.count == 1)
    let quarantined = try #require(outcome.quarantined)
    #expect(RowSample.first(3, of: quarantined) == rejections.prefix(3).map { Int32($0.row) })

    let stop = Rule("tail", .notNull(columns: ["tailnum"]), severity: .stop)
    var strict = try RuleEvaluator(
      try RuleProgram.compile([rules[1], stop], schema: FlightSample.schema))
    let refused = strict.evaluate(batch, hashes: &hashes)
    #expect(refused.stopping == [1])
    #expect(refused.newKeys.isEmpty)
  }

  // Failing rows of the unique rule by DuckDB, as above: no row that is stored hides another.
  @Test(arguments: [1_000, 64, 7]) func `rules over stored rows refuse nothing and forget nothing`(
    size: Int
  ) throws {
    let rules = [
      Rule("tail", .notNull(columns: ["tailnum"]), severity: .stop),
      Rule(
        "late", .range(column: "dep_delay", minimum: nil, maximum: RuleBound(.integer(60))),
        severity: .quarantine),
      Rule("once", .unique(columns: ["carrier", "origin", "dest"]), severity: .quarantine),
    ]
    var evaluator = try RuleEvaluator(
      try RuleProgram.compile(rules, schema: FlightSample.schema))
    let batch = try FlightSample.batch()
    var hashes = BatchHashes()
    for start in stride(from: 0, to: batch.rowCount, by: size) {
      let part = batch.slice(start..<min(start + size, batch.rowCount))
      hashes.begin(part)
      let outcome = evaluator.evaluate(part, hashes: &hashes, isStored: true)
      #expect(outcome.stopping.isEmpty)
      #expect(outcome.quarantined == nil)
    }
    #expect(evaluator.results.map(\.failed) == [1, 18, 93])
    #expect(evaluator.results[2].checked == 239)
  }

  @Test func `keys of earlier streams are known from their runs`() throws {
    let rule = Rule("once", .unique(columns: ["tailnum", "time_hour"]))
    let program = try RuleProgram.compile([rule], schema: FlightSample.schema)
    let batch = try FlightSample.batch()
    var hashes = BatchHashes()
    var first = try RuleEvaluator(program)
    var runs: [KeyRun] = []
    for part in [batch.slice(0..<120), batch.slice(120..<239)] {
      hashes.begin(part)
      let keys = first.evaluate(part, hashes: &hashes).newKeys["once"] ?? []
      runs.append(try KeyRun(decoding: KeyRun(keys).bytes))
    }
    var index = KeyIndex()
    index.insert(KeyRun.merging(runs))
    var second = try RuleEvaluator(program, keys: ["once": index])
    hashes.begin(batch)
    _ = second.evaluate(batch, hashes: &hashes)
    #expect(second.results[0].failed == second.results[0].checked)
    #expect(second.results[0].checked == 238)
  }

  @Test func `a candidate is found again and compared`() throws {
    let rule = Rule("once", .unique(columns: ["carrier", "dest"]))
    var evaluator = try RuleEvaluator(
      try RuleProgram.compile([rule], schema: FlightSample.schema))
    let batch = try FlightSample.batch()
    let (first, second) = (batch.slice(0..<120), batch.slice(120..<239))
    var hashes = BatchHashes()
    hashes.begin(first)
    #expect(evaluator.evaluate(first, hashes: &hashes).outcomes[0].candidates.isEmpty)
    hashes.begin(second)
    let candidates = evaluator.evaluate(second, hashes: &hashes).outcomes[0].candidates
    #expect(!candidates.isEmpty)
    var locator = try KeyLocator(columns: ["carrier", "dest"], schema: FlightSample.schema)
    let earlier = locator.locate(Set(candidates.map(\.fingerprint)), in: first)
    for candidate in candidates {
      let twin = try #require(earlier.first { $0.fingerprint == candidate.fingerprint })
      #expect(locator.areEqual(first, twin.row, second, candidate.row))
      #expect(
        first.column("dest")?.string(at: twin.row)
          == second.column("dest")?.string(at: candidate.row))
    }
    #expect(!locator.areEqual(batch, 0, batch, 1))
  }

  @Test func `memory of keys is limited`() throws {
    let batch = try FlightSample.batch()
    var parent = ReferenceSet(columns: ["tailnum"], limit: 1_000)
    #expect(throws: ComputeError.self) { try parent.add(batch) }
    let rule = Rule("once", .unique(columns: ["tailnum", "time_hour"]))
    // Tables have 1,024 slots at first: one batch fits, the next one does not.
    for (limit, verdict) in [(8_193, Verdict.pass), (8_192, .error)] {
      var evaluator = try RuleEvaluator(
        try RuleProgram.compile([rule], schema: FlightSample.schema),
        keys: ["once": KeyIndex(limit: limit)])
      var hashes = BatchHashes()
      for part in [batch.slice(0..<120), batch.slice(120..<239)] {
        hashes.begin(part)
        _ = evaluator.evaluate(part, hashes: &hashes)
      }
      #expect(evaluator.results[0].verdict == verdict)
    }
  }

  @Test(arguments: [
    (
      RuleKind.format(column: "tail", pattern: "x"),
      "rule \"r\": there is no column \"tail\""
    ),
    (
      .notNull(columns: ["dep_dealy"]),
      "rule \"r\": there is no column \"dep_dealy\"; did you mean \"dep_delay\"?"
    ),
    (
      .format(column: "month", pattern: "x"),
      "rule \"r\": a pattern takes text, but \"month\" is int32"
    ),
    (
      .format(column: "dest", pattern: "x)(y"),
      "rule \"r\": \")\" without \"(\" in the pattern"
    ),
    (
      .range(column: "dest", minimum: RuleBound(.integer(1)), maximum: nil),
      "rule \"r\": a range does not take \"dest\", which is string"
    ),
    (
      .range(column: "time_hour", minimum: RuleBound(.text("soon")), maximum: nil),
      "rule \"r\": 'soon' is no value of \"time_hour\", which is timestamp[us, tz=UTC]"
    ),
    (
      .range(column: "month", minimum: nil, maximum: nil),
      "rule \"r\": a range has a minimum or a maximum"
    ),
    (
      .inSet(column: "month", values: [.text("May")]),
      "rule \"r\": 'May' is no value of \"month\", which is int32"
    ),
    (
      .expression("distance >"),
      "rule \"r\": 11: a value is expected here, not the end"
    ),
    (.unique(columns: []), "rule \"r\": no column is named"),
  ])
  func `a rule that cannot be compiled says why`(kind: RuleKind, message: String) {
    #expect(throws: ComputeError(.invalidRule, message)) {
      _ = try RuleProgram.compile([Rule("r", kind)], schema: FlightSample.schema)
    }
  }

  @Test func `all problems of a set are listed`() {
    let rules = [
      Rule("a", .notNull(columns: ["x"])), Rule("b", .notNull(columns: ["month"])),
      Rule("b", .unique(columns: ["month"])),
      Rule("c", .notNull(columns: ["month"]), condition: "month >"),
    ]
    let problems = RuleProgram.problems(of: rules, schema: FlightSample.schema)
    #expect(problems.map(\.index) == [0, 2, 3])
    #expect(problems.map(\.field) == ["columns", "id", "when"])
  }
}
