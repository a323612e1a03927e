import Foundation
import PurSightClient
import Testing

@testable import pursightctl

@Suite struct TextTests {
  @Test(arguments: [
    ("250ms", Duration.milliseconds(250)), ("30s", .seconds(30)), ("1h30m", .seconds(5400)),
    ("0s", .zero), ("2d", .seconds(172_800)), ("1.5s", .milliseconds(1500)),
  ])
  func `spans of time are read`(text: String, duration: Duration) {
    #expect(TimeSpan(text)?.duration == duration)
  }

  @Test(arguments: ["", "30", "s", "5x", "-3s", "1e9d", "nan s", "99999999d"])
  func `what is no span of time is refused`(text: String) {
    #expect(TimeSpan(text) == nil)
  }

  // 2013-01-01T00:00:00Z by `date -u -d @1356998400`.
  private let time = Timestamp(seconds: 1_356_998_400)

  @Test(arguments: [
    (0, "just now"), (30, "30 s ago"), (180, "3 min ago"), (7200, "2 h ago"),
    (86_400, "1 day ago"), (5 * 86_400, "5 days ago"), (40 * 86_400, "2013-01-01"),
    (-7200, "in 2 h"),
  ])
  func `times are told from now`(seconds: Double, text: String) {
    let now = Date(timeIntervalSince1970: 1_356_998_400 + seconds)
    #expect(Times.relative(time, now: now) == text)
  }

  @Test func `the clock is local, with the date on another day`() throws {
    let now = Date(timeIntervalSince1970: 1_356_998_400 + 60)
    let newYork = try #require(TimeZone(secondsFromGMT: -5 * 3600))
    #expect(Times.clock(time, now: now, zone: newYork) == "19:00:00")
    let later = Date(timeIntervalSince1970: 1_356_998_400 + 90_000)
    #expect(Times.clock(time, now: later, zone: newYork) == "2012-12-31 19:00:00")
  }

  @Test(arguments: [
    ("flights", 7), ("日本", 4), ("e\u{301}", 1), ("👩‍👩‍👧", 2), ("", 0), ("…", 1),
  ])
  func `a text's width is that of its columns`(text: String, width: Int) {
    #expect(DisplayText.width(text) == width)
  }

  @Test func `control characters and bidirectional overrides are shown, not obeyed`() {
    let text = "a\u{1b}[2Jb\nc\u{202e}d"
    #expect(DisplayText.printable(text) == "a\\u{1b}[2Jb\\nc\\u{202e}d")
  }

  @Test func `a text is cut with an ellipsis`() {
    #expect(DisplayText.cut("departure delay", to: 10) == "departure…")
    #expect(DisplayText.cut("日本語", to: 4) == "日…")
    #expect(DisplayText.cut("short", to: 5) == "short")
  }

  @Test func `enums have short names`() {
    #expect(Severity.warn.short == "warn")
    #expect(BadRowPolicy.rejectBatch.short == "reject-batch")
    #expect(BadRowPolicy(short: "reject-batch") == .rejectBatch)
    #expect(ColumnType(short: "string") == .string)
    #expect(ColumnType(short: "text") == nil)
    #expect(Severity.unspecified.short == "")
    #expect(Severity(rawValue: 99).short == "99")
  }

  @Test(arguments: [
    ("projects/default/sources/shop", "shop"), ("nycflights13/flights", "nycflights13/flights"),
    ("projects/default/datasets/a/writeStreams/b", "a/writeStreams/b"),
  ])
  func `names are shortened to what people type`(name: String, short: String) {
    #expect(ResourceName.short(name) == short)
  }

  @Test(arguments: [
    ("deatset", "dataset"), ("lisst", "list"), ("sohw", "show"), ("xyzzy", nil),
  ])
  func `the nearest word is found`(word: String, nearest: String?) {
    #expect(Nearest.of(word, among: ["list", "show", "dataset"]) == nearest)
  }

  @Test(arguments: [("kitten", "sitting", 3), ("ab", "ba", 1), ("", "abc", 3), ("same", "same", 0)])
  func `edits are counted`(first: String, second: String, distance: Int) {
    #expect(Nearest.distance(first, second) == distance)
  }
}
