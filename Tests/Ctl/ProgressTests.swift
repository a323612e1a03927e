import Foundation
import Testing

@testable import PurSightClient
@testable import pursightctl

@Suite struct ProgressTests {
  private func progress(
    committed: Int64 = 168_388, bytes: Int64 = 15_526_925, total: Int64 = 31_053_850,
    isReconnecting: Bool = false
  ) -> IngestProgress {
    IngestProgress(
      id: "load-1", committedOffset: committed, rowsStored: committed - 2, rowsQuarantined: 2,
      bytes: bytes, totalBytes: total, elapsed: .milliseconds(250), rowsPerSecond: 673_552.4,
      isReconnecting: isReconnecting)
  }

  @Test func `a terminal sees bar, share, rows, speed, time left and what is durable`() {
    let line = ProgressText.bar(progress(), width: 200)
    #expect(
      line == "━━━━━━━━━━━━──────────── 50 % · 168,388 rows · 674,000 rows/s · 62.1 MB/s · "
        + "ETA 0.2 s · offset 168,388 is durable")
  }

  @Test func `a narrow terminal sees the beginning`() {
    #expect(DisplayText.width(ProgressText.bar(progress(), width: 40)) == 40)
  }

  @Test func `without a size there is no share and no time left`() {
    let line = ProgressText.bar(progress(bytes: 0, total: 0), width: 200)
    #expect(!line.contains("%") && !line.contains("ETA") && line.hasPrefix("168,388 rows"))
  }

  @Test func `a lost connection is said`() {
    #expect(ProgressText.bar(progress(isReconnecting: true), width: 200).contains("trying again"))
    #expect(ProgressText.plain(progress(isReconnecting: true)).contains("lost at offset 168,388"))
  }

  @Test func `a log sees a line`() {
    #expect(
      ProgressText.plain(progress()) == "168,388 rows (50 %) · 15.5 MB · 674,000 rows/s")
  }

  @Test func `programs see every acknowledgement as a JSON line`() throws {
    let text = ProgressText.json(progress())
    let object = try #require(
      JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(object["event"] as? String == "progress")
    #expect(object["writeStream"] as? String == "load-1")
    #expect(object["committedOffset"] as? Int == 168_388)
    #expect(object["rows"] as? Int == 168_388)
    #expect(object["bytes"] as? Int == 15_526_925)
    #expect(object["totalBytes"] as? Int == 31_053_850)
    #expect(object["rowsPerSecond"] as? Int == 673_552)
    #expect(!text.contains("\n"))
  }

  private func report(sent: Int64 = 336_776, nulls: [Bool], tokens: [String]) -> IngestReport {
    let stream = WriteStream(
      name: "projects/default/datasets/d/writeStreams/load-1", state: .finished,
      nextOffset: 336_776, rowsStored: 336_771, rowsQuarantined: 5, revision: 6)
    return IngestReport(
      dataset: Dataset(fqn: "flights"), writeStream: stream,
      columns: nulls.enumerated().map {
        .init(name: "c\($0)", typeName: "int64", hasNulls: $1)
      },
      nullTokens: tokens, bytes: 31_053_850, rowsSent: sent, elapsed: .milliseconds(495),
      auditID: "0198")
  }

  @Test func `people read three lines about a load`() {
    let nulls = Array(repeating: true, count: 6) + Array(repeating: false, count: 13)
    #expect(
      IngestSummary.lines(report(nulls: nulls, tokens: ["", "NA"])) == [
        "19 columns inferred; \"NA\" is null in 6 of them",
        "336,776 rows · 31.1 MB · 0.5 s · 680,000 rows/s",
        "336,771 stored · 5 in quarantine · 0 lost · revision 6",
      ])
  }

  @Test func `a load that went on says what was sent now`() {
    let lines = IngestSummary.lines(report(sent: 1000, nulls: [false], tokens: [""]))
    #expect(lines[0] == "1 column inferred; none of them has a null")
    #expect(lines[1].hasPrefix("336,776 rows, 1,000 of them now · "))
  }

  @Test func `programs read one object about a load`() throws {
    let text = JSONText.text(IngestSummary.json(report(nulls: [true], tokens: [])))
    let object = try #require(
      JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(object["dataset"] as? String == "flights")
    #expect(object["writeStream"] as? String == "load-1")
    #expect(object["rowsStored"] as? String == "336771")
    #expect(object["rowsQuarantined"] as? String == "5")
    #expect(object["revision"] as? String == "6")
    #expect(object["state"] as? String == "finished")
    #expect(object["auditId"] as? String == "0198")
    #expect(object["seconds"] as? Double == 0.495)
  }
}
