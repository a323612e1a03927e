import Foundation
import PurSightClient
import PurSightTestSupport
import Testing

@testable import pursightctl

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct PageTests {
  @Test func `what means something to HTML is escaped`() {
    let hostile = "<script>alert(\"1\")</script>&'\u{0}"
    let html: HTML = "<td title=\"\(hostile)\">\(hostile)</td>"
    let escaped = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;\u{fffd}"
    #expect(html.text == "<td title=\"\(escaped)\">\(escaped)</td>")
  }

  @Test func `HTML in HTML stays as it is`() {
    let inner: [HTML] = ["<b>\("a<b")</b>", "<i></i>"]
    let html: HTML = "<p>\(inner)\(inner[1])</p>"
    #expect(html.text == "<p><b>a&lt;b</b><i></i><i></i></p>")
  }

  private func page(hostile: String) -> ProfilePage {
    let number = ColumnProfile(
      column: "distance" + hostile, type: .float64, rows: 1000, nulls: 3, distinct: 214,
      minimum: "17", maximum: "4983", mean: 1039.9126, standardDeviation: 733.23,
      quantiles: [Quantile(fraction: 0.5, value: 872)],
      histogram: [
        HistogramBin(lower: 0, upper: 2500, count: 900),
        HistogramBin(lower: 2500, upper: 5000, count: 97),
      ])
    let text = ColumnProfile(
      column: "carrier", type: .string, rows: 1000, distinct: 16, distinctIsExact: true,
      topValues: [ValueCount(value: hostile + "UA", count: 58), ValueCount(count: 4)],
      shortest: 2, longest: 2)
    var page = ProfilePage(
      dataset: Dataset(
        fqn: "flights" + hostile, description: "Every flight" + hostile, storedBytes: 4_200_000,
        quarantinedCount: 5),
      profile: Profile(
        revision: 6, rows: 1000, columns: [number, text],
        updateTime: Timestamp(seconds: 1_356_998_400)))
    page.edges = [
      LineageEdge(
        from: LineageNode(fqn: "nycflights13/flights.csv"),
        to: LineageNode(fqn: "flights" + hostile)),
      LineageEdge(
        from: LineageNode(fqn: "flights" + hostile), to: LineageNode(fqn: "late" + hostile)),
    ]
    return page
  }

  @Test func `no value becomes markup, wherever it stands`() {
    let hostile = "\"><script src=x></script><img onerror='y'>"
    let text = page(hostile: hostile).text
    #expect(!text.contains("<script") && !text.contains("<img"))
    #expect(!text.contains("onerror='"))
    #expect(text.contains("&lt;script src=x&gt;"))
  }

  @Test func `the page needs nothing from elsewhere`() throws {
    let text = page(hostile: "").text
    #expect(!text.contains("http://") && !text.contains("https://"))
    #expect(!text.contains("url(h") && !text.contains("@import") && !text.contains("<link"))
    #expect(text.contains("default-src 'none'"))
  }

  @Test func `the page is what was looked at`() throws {
    try expectSnapshot(page(hostile: "").text, named: "profile-page")
  }

  @Test func `the drawings are well-formed XML`() throws {
    let page = page(hostile: "<&>\"'")
    var drawings = page.profile.columns.map { HistogramDrawing.svg($0).text }
    drawings.append(LineageDrawing(center: page.dataset.fqn, edges: page.edges).svg.text)
    for drawing in drawings {
      let parser = XMLParser(data: Data(drawing.utf8))
      #expect(parser.parse(), "\(drawing)")
    }
  }

  @Test func `lineage is drawn from left to right, and a cycle ends`() {
    let drawing = LineageDrawing(
      center: "b",
      edges: [("a", "b"), ("b", "c"), ("c", "d"), ("z", "a"), ("d", "b")].map { from, to in
        LineageEdge(from: LineageNode(fqn: from), to: LineageNode(fqn: to))
      })
    #expect(drawing.levels["z"] == -2 && drawing.levels["a"] == -1 && drawing.levels["b"] == 0)
    #expect(drawing.levels["c"] == 1)
    #expect(drawing.levels.count == 5)
  }

  @Test func `a distribution is drawn in one line of text`() {
    let column = ColumnProfile(
      histogram: [0, 1, 50, 100].map { HistogramBin(lower: 0, upper: 1, count: $0) })
    #expect(ProfileTable.spark(column) == " ▁▄█")
  }
}
