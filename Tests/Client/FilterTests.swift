import PurSightAPI
import Testing

@testable import PurSightClient

@Suite struct FilterTests {
  @Test func `interpolated values become parameters`() {
    let limit = 120
    let carriers = ["AA", "O'Hare"]
    let filter: Filter = "dep_delay > \(limit) and carrier in \(carriers) and ok = \(true)"
    #expect(filter.text == "dep_delay > @p1 and carrier in @p2 and ok = @p3")
    #expect(
      filter.wireParameters == [
        "p1": Parameter(values: [Value(kind: .intValue(120))]),
        "p2": Parameter(
          values: [Value(kind: .stringValue("AA")), Value(kind: .stringValue("O'Hare"))],
          isList: true),
        "p3": Parameter(values: [Value(kind: .boolValue(true))]),
      ])
  }

  @Test func `a list of one stays a list, nil is null`() {
    let nothing: String? = nil
    let filter: Filter = "a in \(["x"]) and b = \(nothing)"
    #expect(filter.wireParameters["p1"]?.isList == true)
    #expect(filter.wireParameters["p2"] == Parameter(values: [Value()]))
  }

  @Test func `a filter inside another keeps its values`() {
    let inner: Filter = "x = \(1) or x = \(2)"
    let outer: Filter = "y = \(0) and \(inner) and z = \(3)"
    #expect(outer.text == "y = @p1 and (x = @p2 or x = @p3) and z = @p4")
    #expect(
      (1...4).map { outer.wireParameters["p\($0)"]?.values.first?.kind }
        == [.intValue(0), .intValue(1), .intValue(2), .intValue(3)])
  }

  @Test func `names of columns are quoted`() {
    let filter: Filter = "\(column: "dep \"delay\"") > \(1)"
    #expect(filter.text == "\"dep \"\"delay\"\"\" > @p1")
  }

  @Test func `for requests without parameters the values are literals`() {
    let day = CalendarDate(days: 15765)
    let filter: Filter =
      "a = \("it's") and b in \([1, 2]) and c = '@p1' and d > \(1.5) and e = \(day)"
    #expect(
      filter.inlined
        == "a = 'it''s' and b in (1, 2) and c = '@p1' and d > 1.5 and e = date '2013-03-01'")
  }

  @Test func `a point in time is written as RFC 3339`() {
    let filter: Filter = "at >= \(Timestamp(microseconds: 1_362_096_000_500_000))"
    #expect(filter.inlined == "at >= timestamp '2013-03-01T00:00:00.500Z'")
  }

  @Test func `text of users is left as it is`() {
    #expect(Filter(text: "a > @limit").inlined == "a > @limit")
    #expect(Filter(text: "a > @limit").parameters.isEmpty)
  }
}
