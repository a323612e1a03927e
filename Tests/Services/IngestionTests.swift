import PurSightAPI
import PurSightArrow
import PurSightRPC
import PurSightServiceTestSupport
import PurSightTestSupport
import Testing

@Suite("Ingestion", .serialized)
struct IngestionTests {
  @Test func `what goes in comes out, once, in order`() async throws {
    let bench = try Bench()
    defer { bench.end() }
    try await bench.dataset("orders")
    let stream = try await bench.open("orders", id: "load-1")
    let answers = try await bench.append(
      stream, [(0, try Rows.range(0..<10)), (10, try Rows.range(10..<25))], token: "here")
    #expect(answers.map(\.committedOffset) == [10, 25])
    #expect(answers[0].limits?.maxBatchRows == 262_144)
    let finished = try await bench.finish(stream)
    #expect(finished.state == .finished)
    #expect(finished.rowsStored == 25)
    #expect(finished.resumeToken == Array("here".utf8))
    #expect(try await bench.ids("orders") == Array(0..<25))
    #expect(try await bench.ids("orders", filter: "id >= 20") == Array(20..<25))
    #expect(try await bench.ids("orders", revision: 1) == Array(0..<10))
    let dataset = try await bench.dataset(named: "orders")
    #expect(dataset.rowCount == 25)
    #expect(dataset.revision == 2)
    #expect(dataset.columns.map(\.columnID) == [1, 2])
  }

  @Test func `rows that are there already are told in band and stored once`() async throws {
    let bench = try Bench()
    defer { bench.end() }
    try await bench.dataset("orders")
    let stream = try await bench.open("orders")
    let answers = try await bench.append(
      stream,
      [
        (0, try Rows.range(0..<10)), (0, try Rows.range(0..<10)), (50, try Rows.range(50..<60)),
        (10, try Rows.range(10..<20)),
      ])
    #expect(answers.map { $0.error?.status?.code ?? 0 } == [0, 6, 11, 0])
    #expect(answers[1].error?.expectedOffset == 10)
    #expect(answers[2].error?.expectedOffset == 10)
    #expect(answers.last?.committedOffset == 20)
    #expect(try await bench.ids("orders") == Array(0..<20))
  }

  @Test func `a younger writer fences the older one and goes on where it was`() async throws {
    let bench = try Bench()
    defer { bench.end() }
    try await bench.dataset("orders")
    let old = try await bench.open("orders", id: "shared")
    _ = try await bench.append(old, [(0, try Rows.range(0..<5))], token: "t")
    let young = try await bench.open("orders", id: "shared")
    #expect(young.epoch == old.epoch + 1)
    #expect(young.nextOffset == 5)
    #expect(young.resumeToken == Array("t".utf8))
    let error = await status {
      _ = try await bench.append(old, [(5, try Rows.range(5..<9))])
    }
    #expect(error?.code == .aborted)
    _ = try await bench.append(young, [(5, try Rows.range(5..<7))])
    try await bench.finish(young)
    #expect(try await bench.ids("orders") == Array(0..<7))
    let closed = await status { _ = try await bench.open("orders", id: "shared") }
    #expect(closed?.code == .alreadyExists)
  }

  @Test func `finishing twice gives the same answer, and not before all rows are in`() async throws
  {
    let bench = try Bench()
    defer { bench.end() }
    try await bench.dataset("orders")
    let stream = try await bench.open("orders")
    _ = try await bench.append(stream, [(0, try Rows.range(0..<5))])
    let early = await status {
      let _: WriteStream = try await bench.call(
        IngestionServiceMethods.finishWriteStream,
        FinishWriteStreamRequest(name: stream.name, epoch: stream.epoch, expectedOffset: 6))
    }
    #expect(early?.code == .failedPrecondition)
    let first = try await bench.finish(stream)
    let second = try await bench.finish(stream)
    #expect(first.rowsStored == second.rowsStored)
    #expect(second.state == .finished)
    let late = await status { _ = try await bench.append(stream, [(5, try Rows.range(5..<6))]) }
    #expect(late?.code == .failedPrecondition)
  }

  @Test func `new columns make a schema version, wrong types are refused by name`() async throws {
    let bench = try Bench()
    defer { bench.end() }
    try await bench.dataset("orders")
    try await bench.load("orders", try Rows.range(0..<3))
    let wider = ArrowSchema(Rows.schema.fields + [ArrowField("note", .utf8)])
    var note = ColumnBuilder(.utf8)
    for _ in 0..<2 { try note.append("x") }
    let rows = try Rows.range(3..<5)
    try await bench.load(
      "orders",
      try RecordBatch(schema: wider, columns: rows.columns + [note.finish()], rowCount: 2))
    let dataset = try await bench.dataset(named: "orders")
    #expect(dataset.schemaVersion == 2)
    #expect(dataset.columns.map(\.name) == ["id", "name", "note"])
    #expect(try await bench.ids("orders", filter: "note is null") == [0, 1, 2])
    let wrong = await status {
      _ = try await bench.open("orders", ArrowSchema([ArrowField("id", .utf8)]))
    }
    #expect(wrong?.code == .failedPrecondition)
    #expect(wrong?.message.contains("\"id\"") == true)
  }

  @Test func `a read goes on behind its token, and the token fits no other read`() async throws {
    let bench = try Bench()
    defer { bench.end() }
    try await bench.dataset("orders")
    let stream = try await bench.open("orders")
    _ = try await bench.append(
      stream, [(0, try Rows.range(0..<4)), (4, try Rows.range(4..<8))])
    var request = ReadRowsRequest(dataset: "\(bench.parent)/datasets/orders", columns: ["id"])
    let all = try await bench.stream(
      IngestionServiceMethods.readRows, [request], ReadRowsResponse.self)
    let batches = all.filter { !$0.arrowBatch.isEmpty }
    #expect(batches.map(\.rowCount) == [4, 4])
    request.resumeToken = batches[0].resumeToken
    let rest = try await bench.stream(
      IngestionServiceMethods.readRows, [request], ReadRowsResponse.self)
    #expect(rest.filter { !$0.arrowBatch.isEmpty }.map(\.arrowBatch) == [batches[1].arrowBatch])
    request.filter = "id > 1"
    let other = await status {
      _ = try await bench.stream(
        IngestionServiceMethods.readRows, [request], ReadRowsResponse.self)
    }
    #expect(other?.code == .invalidArgument)
  }

  @Test func `rows that break a rule are kept apart, counted or stop the batch`() async throws {
    let bench = try Bench()
    defer { bench.end() }
    try await bench.rules(
      "orders",
      [
        Rule(id: "name-there", columns: ["name"], severity: .quarantine, check: .notNull(.init())),
        Rule(id: "small", columns: ["id"], severity: .warn, check: .range(.init(maximum: .int(5)))),
        Rule(
          id: "not-99", columns: ["id"], severity: .stop, check: .range(.init(maximum: .int(98)))),
        Rule(id: "one-each", columns: ["id"], severity: .quarantine, check: .unique(.init())),
      ])
    try await bench.dataset("orders", ruleSet: "orders")
    let stream = try await bench.open("orders")
    let answers = try await bench.append(
      stream,
      [
        (0, try Rows.make([(1, "a"), (2, nil), (7, "c"), (1, "again")])),
        (4, try Rows.make([(8, "d"), (99, "stop")])), (4, try Rows.make([(9, "e"), (7, "dup")])),
      ])
    #expect(answers.map { $0.error?.status?.code ?? 0 } == [0, 9, 0])
    #expect(answers[1].error?.rows.map(\.offset) == [5])
    let finished = try await bench.finish(stream)
    #expect(finished.rowsStored == 3)
    #expect(finished.rowsQuarantined == 3)
    #expect(try await bench.ids("orders") == [1, 7, 9])
    let apart = try await bench.stream(
      IngestionServiceMethods.readQuarantine,
      [ReadQuarantineRequest(dataset: "\(bench.parent)/datasets/orders")], QuarantinedRow.self)
    #expect(apart.map(\.offset) == [1, 3, 5])
    #expect(apart.map(\.ruleID) == ["name-there", "one-each", "one-each"])
    #expect(apart.map(\.value) == [nil, "1", "7"])
    #expect(String(decoding: apart[0].row, as: UTF8.self) == #"{"id":2,"name":null}"#)
    let run: CheckRun = try await bench.call(
      QualityServiceMethods.getCheckRun, GetCheckRunRequest(name: finished.checkRun))
    #expect(run.verdicts.map(\.failed) == [1, 3, 0, 2])
  }

  @Test func `counts of rules survive a server that forgets`() async throws {
    let bench = try Bench()
    defer { bench.end() }
    try await bench.rules(
      "orders",
      [
        Rule(id: "small", columns: ["id"], severity: .warn, check: .range(.init(maximum: .int(5)))),
        Rule(id: "one-each", columns: ["id"], severity: .warn, check: .unique(.init())),
      ])
    try await bench.dataset("orders", ruleSet: "orders")
    let stream = try await bench.open("orders")
    _ = try await bench.append(stream, [(0, try Rows.range(0..<10))])
    // Another server over the same database knows nothing but what is stored.
    let other = try Bench(sharing: bench)
    _ = try await other.append(stream, [(10, try Rows.make([(3, "dup"), (100, "new")]))])
    let finished = try await other.finish(stream)
    let run: CheckRun = try await other.call(
      QualityServiceMethods.getCheckRun, GetCheckRunRequest(name: finished.checkRun))
    #expect(run.verdicts.map(\.checked) == [12, 12])
    #expect(run.verdicts.map(\.failed) == [5, 1])
    #expect(run.verdicts[0].failedDistinct == 5)
    let profile: Profile = try await other.call(
      QualityServiceMethods.getProfile, GetProfileRequest(dataset: "orders"))
    #expect(profile.rows == 12)
    #expect(profile.columns[0].distinct == 11)
    #expect(profile.columns[0].maximum == "100")
  }

  @Test func `under REJECT_BATCH one bad row refuses its batch`() async throws {
    let bench = try Bench()
    defer { bench.end() }
    try await bench.rules(
      "orders",
      [Rule(id: "name-there", columns: ["name"], severity: .quarantine, check: .notNull(.init()))])
    try await bench.dataset("orders", ruleSet: "orders")
    let stream = try await bench.open("orders", onBadRow: .rejectBatch)
    let answers = try await bench.append(
      stream, [(0, try Rows.make([(1, "a"), (2, nil)])), (0, try Rows.make([(1, "a")]))])
    #expect(answers.map { $0.error?.status?.code ?? 0 } == [3, 0])
    #expect(answers[0].error?.rows.first?.column == "name")
    #expect(try await bench.ids("orders") == [1])
  }

  @Test func `a batch of another shape or of garbage leaves nothing behind`() async throws {
    let bench = try Bench()
    defer { bench.end() }
    try await bench.dataset("orders")
    let stream = try await bench.open("orders")
    let garbage = AppendRowsRequest(
      writeStream: stream.name, epoch: stream.epoch, offset: 0,
      arrowBatch: [UInt8](repeating: 0xA5, count: 300))
    let answers = try await bench.stream(
      IngestionServiceMethods.appendRows, [garbage], AppendRowsResponse.self)
    #expect(answers.last?.error?.status?.code == 3)
    #expect(try bench.fixture.count("segment") == 0)
    #expect(try bench.fixture.count("quarantined_row") == 0)
  }

  @Test func `a load has its events, and its batches none of their own`() async throws {
    let bench = try Bench()
    defer { bench.end() }
    try await bench.dataset("orders")
    let before = try bench.fixture.count("audit_event")
    bench.fixture.clock.advance(by: 1_000_000)
    let stream = try await bench.open("orders")
    _ = try await bench.append(
      stream, [(0, try Rows.range(0..<4)), (4, try Rows.range(4..<8))])
    bench.fixture.clock.advance(by: 1_000_000)
    try await bench.finish(stream)
    let events = try bench.fixture.temporary.execute(
      "SELECT activity FROM audit_event ORDER BY event_id")
    #expect(events.dropFirst(before).map { $0 ?? "" } == ["open", "finish"])
  }
}

extension Value {
  static func int(_ value: Int64) -> Value { Value(kind: .intValue(value)) }
}
