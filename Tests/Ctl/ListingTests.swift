import ArgumentParser
import Foundation
import PurSightClient
import PurSightTestSupport
import Synchronization
import Testing

@testable import pursightctl

/// Collects what a command writes.
final class Capture: Sendable {
  private let written = Mutex(Data())
  private let noted = Mutex(Data())

  var output: String { String(decoding: written.withLock { $0 }, as: UTF8.self) }
  var error: String { String(decoding: noted.withLock { $0 }, as: UTF8.self) }

  func session(_ arguments: [String] = [], width: Int? = nil) throws -> Session {
    let sink = Terminal.Sink(
      output: { data in self.written.withLock { $0 += data } },
      error: { data in self.noted.withLock { $0 += data } })
    return Session(
      try GlobalOptions.parse(arguments), terminal: Terminal(width: width, sink: sink))
  }
}

@Suite struct ListingTests {
  private let datasets = [
    Dataset(
      name: "projects/default/datasets/0198-1", fqn: "flights",
      description: "Every flight that left New York City, \"cancelled\" ones included.\nMore.",
      keyColumns: ["year", "flight"], revision: 6, rowCount: 336_771, storedBytes: 4_200_000,
      quarantinedCount: 5, ruleSet: "projects/default/ruleSets/flights",
      meta: ResourceMeta(uid: "0198-1", updateTime: Timestamp(seconds: 1_356_998_400))),
    Dataset(
      name: "projects/default/datasets/0198-2", fqn: "a/b", meta: ResourceMeta(uid: "0198-2")),
  ]

  private func listed(_ format: String, width: Int? = nil) async throws -> String {
    let capture = Capture()
    try await capture.session(["-o", format], width: width).list(
      Found(elements: datasets), DatasetCommand.listing, empty: "none")
    return capture.output
  }

  @Test(arguments: ["table", "wide", "json", "jsonl", "yaml", "csv", "name"])
  func `a list in each form is what was looked at`(format: String) async throws {
    try expectSnapshot(try await listed(format), named: "list-\(format)")
  }

  @Test func `a list fits a terminal`() async throws {
    let text = try await listed("table", width: 80)
    #expect(text.split(separator: "\n").allSatisfy { DisplayText.width(String($0)) <= 80 })
  }

  @Test func `a list as JSON is an array that Foundation reads`() async throws {
    let text = try await listed("json")
    let array = try #require(
      JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]])
    #expect(array.map { $0["fqn"] as? String } == ["flights", "a/b"])
    // proto3 JSON: 64-bit integers are strings.
    #expect(array[0]["rowCount"] as? String == "336771")
  }

  @Test func `nothing is an empty array for programs and a sentence for people`() async throws {
    for (format, output, error) in [
      ("json", "[]\n", ""), ("jsonl", "", ""), ("name", "", ""), ("table", "", "none\n"),
    ] {
      let capture = Capture()
      try await capture.session(["-o", format]).list(
        Found(elements: [Dataset]()), DatasetCommand.listing, empty: "none")
      #expect(capture.output == output && capture.error == error, "\(format)")
    }
  }

  @Test func `a limit ends the list`() async throws {
    let capture = Capture()
    try await capture.session(["-o", "name"]).list(
      Found(elements: datasets), DatasetCommand.listing, limit: 1, empty: "none")
    #expect(capture.output == "flights\n")
  }

  @Test func `a long table is laid out in blocks with one line of titles`() async throws {
    let many = (0..<Limits.tableRows + 5).map { Dataset(fqn: "d\($0)") }
    let capture = Capture()
    try await capture.session().list(
      Found(elements: many), DatasetCommand.listing, empty: "none")
    let lines = capture.output.split(separator: "\n")
    #expect(lines.count == many.count + 1)
    #expect(lines.filter { $0.hasPrefix("Name") }.count == 1)
  }

  @Test func `a page shows fields, sections and nothing empty`() async throws {
    let capture = Capture()
    var dataset = datasets[0]
    dataset.columns = [
      Column(columnID: 1, name: "year", type: .int64),
      Column(
        columnID: 2, name: "price", type: .decimal128, nullable: true, ordinal: 1, precision: 10,
        scale: 2),
    ]
    dataset.meta = nil
    try await capture.session().show(dataset, name: "flights") { DatasetCommand.page(dataset) }
    try expectSnapshot(capture.output, named: "page-dataset")
  }

  @Test func `a form that a command does not know is a usage error that names the others`() throws {
    let session = try Capture().session(["-o", "arrow"])
    let failure = try #require(throws: Failure.self) { _ = try session.format(OutputFormat.lists) }
    #expect(failure.status == .usage)
    #expect(failure.hint?.contains("table, wide, json") == true)
  }

  @Test func `a reader that went away is no error, a full disk is one`() throws {
    func terminal(_ code: Int32) -> Terminal {
      let sink = Terminal.Sink(
        output: { _ in throw NSError(domain: NSPOSIXErrorDomain, code: Int(code)) },
        error: { _ in })
      return Terminal(sink: sink)
    }
    #expect(throws: OutputClosed.self) { try terminal(EPIPE).write("x") }
    #expect(throws: Failure.self) { try terminal(ENOSPC).write("x") }
  }

  @Test func `what is deleted without a terminal needs --yes`() throws {
    let session = try Capture().session()
    #expect(throws: Failure.self) {
      try Confirmation.ask("Delete x", isGiven: false, session.terminal)
    }
    try Confirmation.ask("Delete x", isGiven: true, session.terminal)
  }

  @Test(arguments: [
    ("flights", "flights"), ("nycflights13/flights.csv", "nycflights13-flights-csv"),
    ("2013 Flüge", "rules-2013-fl-ge"), ("__", "rules"),
  ])
  func `suggested rules get a name that a rule set may have`(dataset: String, id: String) {
    #expect(RuleCommand.Suggest.id(dataset) == id)
  }

  @Test(arguments: [("dev", true), ("a.b-c_1", true), ("", false), ("-x", false), ("a b", false)])
  func `contexts have names that stand on a command line`(name: String, isGood: Bool) {
    #expect(((try? ContextNames.check(name)) != nil) == isGood)
  }
}
