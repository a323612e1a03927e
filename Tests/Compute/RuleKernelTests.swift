internal import PurSightArrow
internal import PurSightGovernance
internal import Testing

@testable internal import PurSightCompute

@Suite struct RuleKernelTests {
  private func failing(_ kind: RuleKind, _ column: ArrowColumn) throws -> [Int] {
    let schema = ArrowSchema([ArrowField("c", column.type)])
    let batch = try RecordBatch(schema: schema, columns: [column])
    var evaluator = try RuleEvaluator(try RuleProgram.compile([Rule("r", kind)], schema: schema))
    var hashes = BatchHashes()
    hashes.begin(batch)
    let outcome = evaluator.evaluate(batch, hashes: &hashes).outcomes[0]
    return (0..<batch.rowCount).filter { outcome.failing?[$0] ?? false }
  }

  private func texts(_ values: [String?]) throws -> ArrowColumn {
    var builder = ColumnBuilder(.utf8)
    for value in values { try builder.append(value) }
    return builder.finish()
  }

  private func numbers<Value: BitwiseCopyable>(
    _ type: ArrowType, _ values: [Value]
  ) -> ArrowColumn {
    var builder = ColumnBuilder(type)
    for value in values { builder.append(value) }
    return builder.finish()
  }

  @Test(arguments: [
    (
      ColumnType.int64, ["1", "-5", "+7", "9223372036854775807"],
      ["", "1.0", "x", "-", "1 ", "9223372036854775808"]
    ),
    (.uint8, ["0", "255"], ["256", "-1"]),
    (.float64, ["1", "-1.5e3", ".5", "5.", "1E-7"], ["", ".", "e5", "1e", "NaN", "1,5"]),
    (.bool, ["true", "FALSE"], ["1", "yes", ""]),
    (.date, ["2013-02-28", "2012-02-29"], ["2013-02-29", "2013-2-1", "20130201"]),
    (
      .timestamp, ["2013-02-28T10:00:00Z", "2013-02-28 10:00"],
      ["2013-02-28", "2013-02-30T10:00:00Z"]
    ),
    (.string, ["", "x"], []),
    (.duration, [], ["1h"]),
  ])
  func `text reads as a type or not`(type: ColumnType, good: [String], bad: [String]) throws {
    let column = try texts(good + [nil] + bad)
    let first = good.count + 1
    #expect(
      try failing(.type(column: "c", type), column) == Array(first..<(first + bad.count)))
  }

  @Test func `bounds beyond a column's range exclude all or nothing`() throws {
    let column = numbers(.int8, [Int8.min, 0, Int8.max])
    func range(_ low: Int64?, _ high: Int64?) -> RuleKind {
      .range(
        column: "c", minimum: low.map { RuleBound(.integer($0)) },
        maximum: high.map { RuleBound(.integer($0)) })
    }
    #expect(try failing(range(-1_000, 1_000), column) == [])
    #expect(try failing(range(1_000, nil), column) == [0, 1, 2])
    #expect(try failing(range(nil, -1_000), column) == [0, 1, 2])
    #expect(try failing(range(0, nil), column) == [0])
    let unsigned = numbers(.uint64, [0, UInt64.max])
    #expect(try failing(range(-5, .max), unsigned) == [1])
  }

  @Test func `fractional and open bounds of integers`() throws {
    let column = numbers(.int64, [Int64(-2), -1, 0, 1, 2])
    #expect(
      try failing(
        .range(column: "c", minimum: RuleBound(.double(-1.5)), maximum: RuleBound(.double(0.5))),
        column) == [0, 3, 4])
    #expect(
      try failing(
        .range(
          column: "c", minimum: RuleBound(.integer(-1), isInclusive: false),
          maximum: RuleBound(.double(1), isInclusive: false)), column) == [0, 1, 3, 4])
  }

  @Test func `NaN lies in no range and in no list`() throws {
    let column = numbers(.float64, [Double.nan, -0.0, .infinity, 5])
    #expect(
      try failing(.range(column: "c", minimum: RuleBound(.integer(0)), maximum: nil), column)
        == [0])
    #expect(try failing(.inSet(column: "c", values: [.integer(0), .double(5)]), column) == [0, 2])
    #expect(
      try failing(
        .range(
          column: "c", minimum: RuleBound(.integer(0), isInclusive: false),
          maximum: RuleBound(.integer(5), isInclusive: false)), column) == [0, 1, 2, 3])
  }

  @Test func `times are compared in the unit of the column`() throws {
    // 2013-01-01T10:00:00Z by python's datetime.
    for (unit, factor) in [
      (TimeUnit.second, Int64(1)), (.millisecond, 1_000), (.nanosecond, 1_000_000_000),
    ] {
      let at = 1_357_034_400 * factor
      let column = numbers(.timestamp(unit, zone: nil), [at - 1, at, at + 1])
      let bound = RuleBound(.text("2013-01-01T10:00:00Z"))
      #expect(try failing(.range(column: "c", minimum: bound, maximum: nil), column) == [0])
      #expect(try failing(.inSet(column: "c", values: [bound.value]), column) == [0, 2])
    }
    let days = numbers(.date32, [Int32(15_912), 15_913])
    #expect(
      try failing(
        .range(column: "c", minimum: RuleBound(.text("2013-07-27")), maximum: nil), days) == [0])
  }

  @Test func `lists of texts are exact, few or many`() throws {
    let column = try texts(["a", "b", nil, "ab", "", "abcdefghi", "abcdefgh"])
    let few: [RuleValue] = [.text("a"), .text("abcdefgh")]
    #expect(try failing(.inSet(column: "c", values: few), column) == [1, 3, 4, 5])
    let many =
      (0..<100).map { RuleValue.text("w\($0)") } + [.text("b"), .text("abcdefghi"), .text("")]
    #expect(try failing(.inSet(column: "c", values: many), column) == [0, 3, 6])
    #expect(try failing(.inSet(column: "c", values: []), column) == [0, 1, 3, 4, 5, 6])
  }

  @Test func `a pattern covers the whole text whatever it holds`() throws {
    let column = try texts(["ab", "xab", "abx", "a\nb", "b"])
    #expect(try failing(.format(column: "c", pattern: "a|ab"), column) == [1, 2, 3, 4])
    #expect(try failing(.format(column: "c", pattern: "(?s)a.*b"), column) == [1, 2, 4])
  }

  // Values of the algorithm as it is written down in Fingerprint.swift, by python's integers.
  @Test func `fingerprints never change`() {
    #expect(Fingerprint.integer(0) == 0xcd3b_b585_818b_9543)
    #expect(Fingerprint.integer(-1) == 0x12f4_b94b_c16c_fce3)
    #expect(Fingerprint.integer(2013) == 0x8ce8_6883_dc6a_d7a1)
    let expected: [(String, UInt64)] = [
      ("", 0x1df3_e428_6012_84b9), ("N725MQ", 0x69f1_f5cc_a79b_083b),
      ("12345678", 0x184f_d4ac_ef16_5483), ("123456789", 0x5b22_c17a_9b28_61a0),
      ("Zamperini Field Airport", 0x9af0_947f_02d9_4730),
      (String(repeating: "x", count: 100), 0x8fc7_f6f3_7f2c_cdcd),
    ]
    for (text, hash) in expected {
      // Alone, and with bytes before and after.
      for (before, after) in [("", ""), ("ab", "cdefghijk")] {
        let bytes = Array((before + text + after).utf8)
        let found = unsafe Fingerprint.bytes(bytes.span.bytes, before.utf8.count, text.utf8.count)
        #expect(found == hash, "\(text)")
      }
    }
  }

  @Test func `equal values of different widths and scales are one key`() throws {
    func set(_ column: ArrowColumn) throws -> ReferenceSet {
      var set = ReferenceSet(columns: ["c"])
      try set.add(
        RecordBatch(schema: ArrowSchema([ArrowField("c", column.type)]), columns: [column]))
      return set
    }
    func orphans(_ column: ArrowColumn, in parent: ArrowColumn) throws -> Int64 {
      let schema = ArrowSchema([ArrowField("c", column.type)])
      let rule = Rule("r", .references(columns: ["c"], dataset: "p", parentColumns: ["c"]))
      var evaluator = try RuleEvaluator(
        try RuleProgram.compile([rule], schema: schema), references: ["r": try set(parent)])
      let batch = try RecordBatch(schema: schema, columns: [column])
      var hashes = BatchHashes()
      hashes.begin(batch)
      _ = evaluator.evaluate(batch, hashes: &hashes)
      #expect(evaluator.results[0].verdict != .error)
      return evaluator.results[0].failed
    }
    #expect(
      try orphans(numbers(.int8, [Int8(1), -1, 2]), in: numbers(.int64, [Int64(1), -1])) == 1)
    #expect(try orphans(numbers(.uint64, [UInt64.max]), in: numbers(.int64, [Int64(-1)])) == 1)
    #expect(
      try orphans(numbers(.float32, [Float(0.5), -0]), in: numbers(.float64, [0.5, 0.0])) == 0)
    #expect(
      try orphans(
        numbers(.timestamp(.second, zone: nil), [Int64(7)]),
        in: numbers(.timestamp(.microsecond, zone: nil), [Int64(7_000_000)])) == 0)
    #expect(
      try orphans(
        numbers(.decimal128(precision: 5, scale: 1), [Int128(15), 20]),
        in: numbers(.decimal128(precision: 9, scale: 3), [Int128(1_500)])) == 1)
  }

  @Test func `a damaged key run is refused`() {
    #expect(throws: ComputeError.self) { _ = try KeyRun(decoding: [1, 2, 3]) }
    let backwards = KeyRun([2]).bytes + KeyRun([1]).bytes
    #expect(throws: ComputeError.self) { _ = try KeyRun(decoding: backwards) }
    #expect(KeyRun([3, 1, 3]).fingerprints == [1, 3])
  }

  @Test func `a large set of fingerprints grows in its place and keeps all`() {
    var random = SplitMix(seed: 10)
    var set = FingerprintSet(gentleSlots: 1 << 12, reservedSlots: 1 << 17)
    var prints = (0..<25_000).map { _ in random.next() | 1 }
    // Clusters at both ends of the order, whose slots lie among those not yet moved.
    prints += (1...500).map { UInt64($0) } + (1...500).map { UInt64.max - UInt64($0) }
    for start in stride(from: 0, to: prints.count, by: 1_500) {
      set.insert(contentsOf: Array(prints[start..<min(start + 1_500, prints.count)]))
    }
    #expect(set.sorted == Set(prints).sorted())
    #expect(prints.allSatisfy { set.contains($0) })
    #expect(set.byteCount < prints.count * 24)
  }

  @Test func `a set of fingerprints grows and keeps all`() {
    var random = SplitMix(seed: 9)
    var set = FingerprintSet()
    var known: Set<UInt64> = []
    for _ in 0..<20 {
      // Neighbours in the table, and the ends of the range.
      let batch = (0..<500).map { _ in random.next() | 1 } + [1, 2, .max, .max - 1]
      set.insert(contentsOf: batch)
      known.formUnion(batch)
      #expect(set.count == known.count)
    }
    #expect(known.allSatisfy { set.contains($0) })
    #expect(set.sorted == known.sorted())
    #expect(!(0..<1_000).contains { _ in set.contains(random.next() & ~1) })
  }
}
