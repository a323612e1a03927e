internal import PurSightArrow
internal import PurSightGovernance
internal import Testing

@testable internal import PurSightCompute

@Suite struct ProfileTests {
  private func summaries(_ batch: RecordBatch) -> [ColumnSummary] {
    var profile = Profile(schema: batch.schema)
    profile.add(batch)
    return profile.summaries
  }

  private func isClose(_ a: Double?, _ b: Double, _ tolerance: Double = 1e-12) -> Bool {
    guard let a else { return false }
    return abs(a - b) <= tolerance * max(abs(b), 1e-300)
  }

  // Values of DuckDB over the same rows (see FlightSample).
  @Test func `a profile of the sample says what DuckDB says`() throws {
    let columns = summaries(try FlightSample.batch())
    #expect(columns.map(\.rows) == [Int64](repeating: 239, count: 9))
    #expect(columns.map(\.nulls) == [0, 5, 0, 1, 0, 0, 0, 5, 0])
    #expect(columns.map(\.distinct) == [12, 65, 12, 222, 3, 61, 105, 222, 233])
    #expect(columns.allSatisfy { $0.distinctIsExact })
    #expect(
      columns.map(\.minimum) == [
        "1", "-15", "9E", "D942DN", "EWR", "ACK", "17", "230.45", "2013-01-01T20:00:00Z",
      ])
    #expect(
      columns.map(\.maximum) == [
        "12", "258", "WN", "N996AT", "LGA", "XNA", "2586", "528.27", "2013-12-28T02:00:00Z",
      ])
    let moments: [(Int, Double, Double)] = [
      (0, 6.527196652719665, 3.2303531701692254), (1, 9.735042735042734, 33.66877111969802),
      (6, 944.6443514644351, 655.9576512318129), (7, 395.38482905982914, 61.50726078228984),
    ]
    for (index, mean, deviation) in moments {
      #expect(isClose(columns[index].mean, mean))
      #expect(isClose(columns[index].standardDeviation, deviation))
    }
    let quantiles: [(Int, [Double])] = [
      (0, [1, 4, 7, 9, 11.099999999999994, 12]), (1, [-9, -5, -2, 7.75, 82.35, 148.0299999999999]),
      (6, [199.89999999999998, 485.5, 762, 1096, 2475, 2586]),
      (7, [278.93, 357.445, 406.44, 442.305, 481.36, 493.81389999999993]),
    ]
    for (index, expected) in quantiles {
      for (found, value) in zip(columns[index].quantiles, expected) {
        #expect(isClose(found.value, value), "\(columns[index].name) \(found)")
      }
    }
    #expect(columns[1].topValues.prefix(3).map(\.text) == ["-5", "-4", "-7"])
    #expect(columns[4].topValues.map(\.count) == [81, 81, 77])
    #expect(columns[4].topValues.map(\.text) == ["EWR", "LGA", "JFK"])
    #expect((columns[3].shortest, columns[3].longest) == (5, 6))
    #expect(columns[0].histogram.map(\.count).reduce(0, +) == 239)
    #expect(columns[0].histogram.count == 12)
    #expect(columns[0].histogram[6].count == 25)
    #expect(columns.allSatisfy { $0.histogram.count <= ColumnSummary.maxBins })
  }

  /// A batch of every kind of column, of which some have too many different values to list.
  private static func wide(_ rows: Int, seed: UInt64) throws -> RecordBatch {
    var random = SplitMix(seed: seed)
    var fields: [ArrowField] = []
    var columns: [ArrowColumn] = []
    func add(
      _ name: String, _ type: ArrowType,
      _ append: (inout ColumnBuilder, inout SplitMix) throws -> Void
    ) rethrows {
      var builder = ColumnBuilder(type)
      for _ in 0..<rows {
        if random.below(10) == 0 { builder.appendNull() } else { try append(&builder, &random) }
      }
      fields.append(ArrowField(name, type))
      columns.append(builder.finish())
    }
    add("few", .int32) { $0.append(Int32($1.below(100)) - 50) }
    add("far", .int64) { $0.append($1.below(2) == 0 ? Int64.min : Int64($1.below(50))) }
    add("many", .int64) { $0.append(Int64(bitPattern: $1.next())) }
    add("close", .int64) { $0.append(Int64($1.below(12_000))) }
    add("unsigned", .uint64) { $0.append($1.next()) }
    add("real", .float64) {
      let values: [Double] = [
        .nan, .infinity, -0.0, 0, .leastNonzeroMagnitude, .greatestFiniteMagnitude,
      ]
      let isOdd = $1.below(50) == 0
      $0.append(isOdd ? values[$1.below(6)] : Double($1.below(1_000_000)) / 7)
    }
    add("single", .float32) { $0.append(Float($1.below(30)) / 4) }
    add("time", .timestamp(.microsecond, zone: "UTC")) {
      $0.append(Int64($1.below(1 << 40)) * 37)
    }
    add("flag", .bool) { $0.append($1.below(3) == 0) }
    add("price", .decimal128(precision: 9, scale: 2)) { $0.append(Int128($1.below(5_000))) }
    try add("word", .utf8) { try $0.append(["a", "bb", "é", ""][$1.below(4)]) }
    try add("name", .largeUtf8) { try $0.append("id-\($1.next())") }
    return try RecordBatch(schema: ArrowSchema(fields), columns: columns)
  }

  @Test func `any split and order of the rows gives the same bytes`() throws {
    let rows = 10_000
    let batch = try Self.wide(rows, seed: 3)
    var whole = Profile(schema: batch.schema)
    whole.add(batch)
    let expected = whole.bytes
    let sketches = whole.columns.filter { isSketch($0) }.map(\.name)
    #expect(sketches == ["many", "unsigned", "real", "time", "name"])
    var random = SplitMix(seed: 4)
    for round in 0..<2 {
      var cuts = [0, rows] + (0..<round * 3).map { _ in random.below(rows) }
      cuts.sort()
      var parts: [Profile] = []
      for (start, end) in zip(cuts, cuts.dropFirst()) {
        var part = Profile(schema: batch.schema)
        // Each part in two batches, so that adding and merging mix.
        let middle = start + (end - start) / 2
        part.add(batch.slice(start..<middle))
        part.add(batch.slice(middle..<end))
        parts.append(part)
      }
      parts.shuffle(using: &random)
      while parts.count > 1 {
        let last = try Profile(decoding: parts.removeLast().bytes, schema: batch.schema)
        try parts[random.below(parts.count)].merge(last)
      }
      #expect(parts[0].bytes == expected, "round \(round)")
    }
  }

  private func isSketch(_ column: ColumnProfile) -> Bool {
    switch column.values {
    case .numbers(let numbers): numbers.sketch != nil
    case .texts(let texts): texts.sketch != nil
    case .booleans, .none: false
    }
  }

  @Test func `sketches are within their bounds`() throws {
    let rows = 30_000
    var random = SplitMix(seed: 8)
    // Spread over nine orders of magnitude; every value occurs once.
    let values = (0..<rows).map { _ in
      Int64(1) << Int64(random.below(30)) + Int64(random.below(1 << 20)) * 1_000_003
    }
    var builder = ColumnBuilder(.int64)
    for value in values { builder.append(value) }
    let batch = try RecordBatch(
      schema: ArrowSchema([ArrowField("v", .int64)]), columns: [builder.finish()])
    let summary = summaries(batch)[0]
    let sorted = values.sorted()
    let distinct = Double(Set(values).count)
    #expect(!summary.distinctIsExact)
    #expect(isClose(Double(summary.distinct), distinct, 0.03))
    for quantile in summary.quantiles {
      let exact = sorted[Int((quantile.fraction * Double(rows - 1)).rounded(.down))]
      #expect(isClose(quantile.value, Double(exact), 0.016), "\(quantile)")
    }
    let mean = Double(values.reduce(Int128(0)) { $0 + Int128($1) }) / Double(rows)
    #expect(isClose(summary.mean, mean))
    let squares = values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
    #expect(isClose(summary.standardDeviation, (squares / Double(rows - 1)).squareRoot(), 1e-9))
    #expect((summary.minimum, summary.maximum) == ("\(sorted[0])", "\(sorted[rows - 1])"))
    #expect(summary.histogram.map(\.count).reduce(0, +) == Int64(rows))
    #expect(summary.topValues.isEmpty)
  }

  @Test func `sums are exact where doubles cancel`() throws {
    // python: statistics.mean and fractions give 2/6 and the deviation below.
    let values = [1e300, 1, -1e300, 1e-300, 1, 0]
    var builder = ColumnBuilder(.float64)
    for value in values { builder.append(value) }
    let batch = try RecordBatch(
      schema: ArrowSchema([ArrowField("v", .float64)]), columns: [builder.finish()])
    let summary = summaries(batch)[0]
    #expect(summary.mean == 2.0 / 6.0)
    // sqrt((2e600 + 2 - 4/6) / 5) = 1e300 * sqrt(0.4)
    #expect(isClose(summary.standardDeviation, 6.324555320336759e299))
  }

  @Test func `nothing but nulls, and nothing at all`() throws {
    var builder = ColumnBuilder(.int64)
    builder.appendNull()
    let schema = ArrowSchema([ArrowField("v", .int64)])
    let summary = summaries(try RecordBatch(schema: schema, columns: [builder.finish()]))[0]
    #expect((summary.rows, summary.nulls, summary.distinct) == (1, 1, 0))
    #expect(summary.minimum == nil && summary.mean == nil && summary.histogram.isEmpty)
    let empty = Profile(schema: schema)
    #expect(empty.summaries[0].rows == 0)
    #expect(try Profile(decoding: empty.bytes, schema: schema).bytes == empty.bytes)
  }

  @Test func `damaged bytes are refused, never trapped`() throws {
    let batch = try Self.wide(9_000, seed: 11)
    var profile = Profile(schema: batch.schema)
    profile.add(batch)
    let bytes = profile.bytes
    var random = SplitMix(seed: 12)
    for _ in 0..<25 {
      var damaged = bytes
      if random.below(2) == 0 {
        damaged.removeLast(random.below(damaged.count) + 1)
      } else {
        for _ in 0..<3 {
          damaged[random.below(min(damaged.count, 60_000))] = UInt8(random.below(256))
        }
      }
      if var other = try? Profile(decoding: damaged, schema: batch.schema) {
        _ = other.summaries
        try other.merge(profile)
        _ = other.bytes
      }
    }
    #expect(throws: ComputeError.self) {
      _ = try Profile(decoding: Array(bytes.dropLast()), schema: batch.schema)
    }
    #expect(throws: ComputeError.self) {
      _ = try Profile(decoding: bytes + [0], schema: batch.schema)
    }
  }

  @Test func `profiles of different columns are not merged`() throws {
    var a = Profile(schema: ArrowSchema([ArrowField("v", .int64)]))
    let b = Profile(schema: ArrowSchema([ArrowField("v", .int32)]))
    #expect(throws: ComputeError.self) { try a.merge(b) }
  }

  @Test func `limits of exact values hold at the limit and one above`() throws {
    for extra in [0, 1] {
      var builder = ColumnBuilder(.int64)
      // Far apart, so that the table and not the window counts.
      for index in 0..<(IntegerCounts.maxValues + extra) {
        builder.append(Int64(index) * 1_000_003)
      }
      var texts = ColumnBuilder(.utf8)
      for index in 0..<(TextCounts.maxTexts + extra) { try texts.append("t\(index)") }
      let batch = try RecordBatch(
        schema: ArrowSchema([ArrowField("v", .int64), ArrowField("t", .utf8)]),
        columns: [builder.finish(), texts.finish()])
      #expect(summaries(batch).map(\.distinctIsExact) == [extra == 0, extra == 0])
    }
    for extra in [0, 1] {
      var long = ColumnBuilder(.utf8)
      try long.append(String(repeating: "x", count: TextCounts.maxBytes + extra))
      let batch = try RecordBatch(
        schema: ArrowSchema([ArrowField("t", .utf8)]), columns: [long.finish()])
      let summary = summaries(batch)[0]
      #expect(summary.distinctIsExact == (extra == 0))
      #expect(summary.longest == Int64(TextCounts.maxBytes + extra))
    }
  }

  @Test func `a suggestion holds for the rows it was made from`() throws {
    let batch = try FlightSample.batch()
    var profile = Profile(schema: batch.schema)
    profile.add(batch)
    let rules = RuleSuggester.suggest(profile)
    let kinds = Dictionary(uniqueKeysWithValues: rules.map { ($0.name, $0.kind) })
    #expect(kinds["month-present"] == .notNull(columns: ["month"]))
    #expect(
      kinds["origin-known"]
        == .inSet(column: "origin", values: [.text("EWR"), .text("JFK"), .text("LGA")]))
    #expect(kinds["tailnum-format"] == .format(column: "tailnum", pattern: "[0-9A-Z]{5,6}"))
    #expect(kinds["dest-format"] == .format(column: "dest", pattern: "[A-Z]{3}"))
    #expect(
      kinds["dep-delay-range"]
        == .range(
          column: "dep_delay", minimum: RuleBound(.integer(-20)), maximum: RuleBound(.integer(260)))
    )
    #expect(kinds["tailnum-present"] == nil)
    #expect(kinds["time-hour-unique"] == nil)
    var evaluator = try RuleEvaluator(try RuleProgram.compile(rules, schema: batch.schema))
    var hashes = BatchHashes()
    hashes.begin(batch)
    _ = evaluator.evaluate(batch, hashes: &hashes)
    #expect(evaluator.results.allSatisfy { $0.verdict == .pass })
    #expect(
      rules.map(\.name) == [
        "month-present", "month-range", "dep-delay-range", "carrier-present", "carrier-known",
        "tailnum-format", "origin-present", "origin-known", "dest-present", "dest-format",
        "distance-present", "distance-range", "speed-range", "time-hour-present",
      ])
  }

  @Test func `shapes of text`() throws {
    func pattern(_ texts: [String]) throws -> String? {
      var builder = ColumnBuilder(.utf8)
      for text in texts { try builder.append(text) }
      let batch = try RecordBatch(
        schema: ArrowSchema([ArrowField("t", .utf8)]), columns: [builder.finish()])
      return summaries(batch)[0].pattern
    }
    #expect(try pattern(["ORD-0012", "ORD-9913"]) == "[A-Z]{3}-[0-9]{4}")
    #expect(try pattern(["a1", "B2"]) == "[A-Za-z][0-9]")
    #expect(try pattern(["a", "bc"]) == "[a-z]{1,2}")
    #expect(try pattern(["a", ""]) == nil)
    #expect(try pattern(["Zürich"]) == nil)
    #expect(try pattern(["two words"]) == nil)
  }
}
