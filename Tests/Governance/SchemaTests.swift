import Testing

@testable import PurSightGovernance

@Suite("Schema evolution")
struct SchemaTests {
  let base: Schema

  init() throws {
    base = try Schema.first(
      [
        Column(name: "id", type: .int64, isNullable: false), Column(name: "at", type: .timestamp),
        Column(name: "amount", type: .float64),
      ], key: ["id"], field: "columns")
  }

  @Test func `columns are numbered from 1 and the key is marked`() {
    #expect(base.columns.map(\.id) == [1, 2, 3])
    #expect(base.columns.map(\.keyOrdinal) == [1, 0, 0])
    #expect(base.version == 1)
  }

  @Test func `equal columns change nothing, in any order`() throws {
    let rows = Array(base.columns.reversed())
    #expect(try base.evolving(to: rows, nextColumnID: 4) == .unchanged)
  }

  @Test func `a narrower type and a missing nullable column fit`() throws {
    let rows = [
      Column(name: "id", type: .int32, isNullable: false), Column(name: "amount", type: .int32),
    ]
    #expect(try base.evolving(to: rows, nextColumnID: 4) == .unchanged)
  }

  @Test func `a new column is added at the end, nullable, under an id never used before`() throws {
    let rows = base.columns + [Column(name: "note", type: .string, isNullable: false)]
    guard case .extended(let next) = try base.evolving(to: rows, nextColumnID: 9) else {
      Issue.record("not extended")
      return
    }
    #expect(next.version == 2)
    #expect(next.columns.last?.id == 9)
    #expect(next.columns.last?.isNullable == true)
    #expect(next.columns.prefix(3) == base.columns[...])
  }

  @Test func `a wider type is refused naming the column and both types`() {
    let rows = [
      Column(name: "id", type: .int64), Column(name: "at", type: .string),
    ]
    let error = #expect(throws: GovernanceError.self) {
      try base.evolving(to: rows, nextColumnID: 4)
    }
    #expect(error?.code == .precondition)
    #expect(error?.field == "at")
    #expect(
      error?.message.contains("timestamp") == true && error?.message.contains("string") == true)
  }

  @Test func `a missing column that may not be null is refused`() {
    let error = #expect(throws: GovernanceError.self) {
      try base.evolving(to: [Column(name: "at", type: .timestamp)], nextColumnID: 4)
    }
    #expect(error?.field == "id")
  }

  @Test func `double names, empty names and unknown key columns are refused`() {
    func first(_ names: [String], key: [String] = []) throws {
      _ = try Schema.first(
        names.map { Column(name: $0, type: .string) }, key: key, field: "columns")
    }
    for (names, key) in [
      (["a", "a"], []), ([""], []), ([], []), (["a"], ["b"]), (["a"], ["a", "a"]),
      (Array(repeating: "x", count: 1).map { String(repeating: $0, count: 1025) }, []),
    ] as [([String], [String])] {
      #expect(throws: GovernanceError.self) { try first(names, key: key) }
    }
  }

  @Test func `the most columns fit and one more does not`() throws {
    let most = (1...Schema.maxColumns).map { Column(name: "c\($0)", type: .bool) }
    #expect(try Schema.first(most, key: [], field: "columns").columns.count == Schema.maxColumns)
    #expect(throws: GovernanceError.self) {
      try Schema.first(most + [Column(name: "one-more", type: .bool)], key: [], field: "columns")
    }
  }
}
