import Testing

@testable import PurSightExpression

@Suite struct CivilTimeTests {
  // python: (datetime.date(y, m, d) - datetime.date(1970, 1, 1)).days and .isoweekday()
  @Test(arguments: [
    ("1970-01-01", 0, 4), ("2013-07-27", 15913, 6), ("2000-02-29", 11016, 2),
    ("1900-03-01", -25508, 4), ("0001-01-01", -719_162, 1), ("9999-12-31", 2_932_896, 5),
    ("1969-12-31", -1, 3),
  ])
  func `dates are read, written and have a weekday`(text: String, days: Int64, weekday: Int64) {
    #expect(CivilTime.parseDate(text.utf8).map(Int64.init) == days)
    #expect(CivilTime.format(date: days) == text)
    #expect(CivilTime.dayOfWeek(days: days) == weekday)
  }

  @Test(arguments: [
    "2013-02-29", "1900-02-29", "2013-13-01", "2013-00-01", "2013-1-1", "0000-01-01", "",
    "2013-01-32", "2013/01/01", "2013-01-01 ",
  ])
  func `what is no date is refused`(text: String) {
    #expect(CivilTime.parseDate(text.utf8) == nil)
  }

  // python: int((datetime.fromisoformat(t) - epoch) / timedelta(microseconds=1))
  @Test(arguments: [
    ("2013-01-01T10:00:00Z", 1_357_034_400_000_000), ("2013-01-01 10:00", 1_357_034_400_000_000),
    ("2013-01-01T10:00:00.25+05:30", 1_357_014_600_250_000),
    ("1969-12-31T23:59:59.999999Z", -1), ("2014-01-01T04:00:00-05:00", 1_388_566_800_000_000),
  ])
  func `timestamps are read in UTC`(text: String, microseconds: Int64) {
    #expect(CivilTime.parseTimestamp(text.utf8) == microseconds)
  }

  @Test(arguments: [
    "2013-01-01", "2013-01-01T24:00:00Z", "2013-01-01T10:60Z", "2013-01-01T10:00:60Z",
    "2013-01-01T10:00:00.1234567Z", "2013-01-01T10:00:00+5:30", "2013-01-01T10:00:00 Z",
  ])
  func `what is no timestamp is refused`(text: String) {
    #expect(CivilTime.parseTimestamp(text.utf8) == nil)
  }

  @Test func `timestamps are written with a fraction only where there is one`() {
    #expect(CivilTime.format(timestamp: 1_357_034_400_000_000) == "2013-01-01T10:00:00Z")
    #expect(CivilTime.format(timestamp: -1) == "1969-12-31T23:59:59.999999Z")
  }

  @Test(arguments: [
    ("1d 2h 30m 10.5s", 95_410_500_000), ("26h", 93_600_000_000), ("-90s", -90_000_000),
    ("250ms", 250_000), ("1us", 1), ("2w", 1_209_600_000_000), ("0.5d", 43_200_000_000),
  ])
  func `durations are sums of parts with units`(text: String, microseconds: Int64) {
    #expect(CivilTime.parseDuration(text.utf8) == microseconds)
  }

  @Test(arguments: ["", "5", "h", "1y", "1.5us", "1h,2m", " 1h", "99999999999999999w", "1..5s"])
  func `what is no duration is refused`(text: String) {
    #expect(CivilTime.parseDuration(text.utf8) == nil)
  }
}
