import PurSightAPI
import PurSightArrow
import PurSightNet
import PurSightRPC
import PurSightServerTransport
import Synchronization
import Testing

@testable import PurSightClient

/// Rows from a server that breaks off.
@Suite struct ReadTests {
  /// Gives the numbers 0 ..< 100 in batches of ten; the token is the next number.
  final class Numbers: Sendable {
    /// Batches after which a call breaks off, by call; nil: it does not.
    let breaks = Mutex<[Int?]>([])
    let requests = Mutex<[ReadRowsRequest]>([])
    let sent = Atomic(0)

    static let schema = ArrowSchema([
      ArrowField("n", .int64, nullable: false), ArrowField("name", .utf8),
      ArrowField("at", .timestamp(.microsecond, zone: "UTC")),
    ])

    static func batch(_ rows: Range<Int64>) throws -> RecordBatch {
      var numbers = ColumnBuilder(.int64)
      var names = ColumnBuilder(.utf8)
      var times = ColumnBuilder(.timestamp(.microsecond, zone: "UTC"))
      for row in rows {
        numbers.append(row)
        try names.append(row % 4 == 3 ? nil : "n\(row)")
        times.append(row * 1_000_000)
      }
      return try RecordBatch(
        schema: schema, columns: [numbers.finish(), names.finish(), times.finish()],
        rowCount: rows.count)
    }

    var router: Router {
      var router = Router()
      router.add(IngestionServiceMethods.readRows) { context in
        let request: ReadRowsRequest = try await context.call.onlyMessage()
        self.requests.withLock { $0.append(request) }
        let end = self.breaks.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        let responses = ResponseWriter<ReadRowsResponse>(context.call)
        var encoder = ArrowEncoder(Self.schema)
        try await responses.write(
          ReadRowsResponse(arrowSchema: ArrowEncoder.message(of: Self.schema).encapsulated))
        var count = 0
        for start in stride(from: Int64(request.resumeToken) ?? 0, to: 100, by: 10) {
          if count == end { throw RPCError(.unavailable, "The server is gone.") }
          let message = try encoder.encode(Self.batch(start..<start + 10)).encapsulated
          self.sent.add(1, ordering: .relaxed)
          try await responses.write(
            ReadRowsResponse(arrowBatch: message, rowCount: 10, resumeToken: "\(start + 10)"))
          count += 1
        }
        try await responses.write(ReadRowsResponse(end: true))
      }
      return router
    }
  }

  private func withNumbers(
    _ numbers: Numbers, _ body: (PurSight) async throws -> Void
  ) async throws {
    let group = try EventLoopGroup(count: 1, name: "numbers")
    let server = await Server(.patient, on: group)
    let address = try await server.listen(at: .loopback(port: 0), router: numbers.router)
    var options = ConnectOptions()
    options.address = "127.0.0.1:\(address.port)"
    options.plaintext = true
    options.configurationFile = "/nonexistent/config.json"
    options.retry.firstBackoff = .milliseconds(1)
    let pursight = try await PurSight.connect(options)
    do {
      try await body(pursight)
    } catch {
      Testing.Issue.record(error)
    }
    await pursight.close()
    await server.drain(grace: .zero)
    group.stop()
  }

  struct Numbered: RowDecodable {
    static let columns = ["n", "name"]
    let n: Int
    let name: String?

    init(_ row: Row) throws {
      n = try row["n"]
      name = try row["name"]
    }
  }

  @Test func `rows become values, nulls become nil`() async throws {
    let numbers = Numbers()
    try await withNumbers(numbers) { pursight in
      var rows: [Numbered] = []
      for try await row in pursight.dataset("d").at(revision: 7).rows(of: Numbered.self) {
        rows.append(row)
      }
      #expect(rows.map(\.n) == Array(0..<100))
      #expect(rows[2].name == "n2")
      #expect(rows[3].name == nil)
    }
    let request = numbers.requests.withLock { $0[0] }
    #expect(request.dataset == "projects/default/datasets/d")
    #expect(request.columns == ["n", "name"])
    #expect(request.revision == 7)
  }

  @Test func `a connection that breaks costs no row and doubles none`() async throws {
    let numbers = Numbers()
    numbers.breaks.withLock { $0 = [3, 2, 1, nil] }
    try await withNumbers(numbers) { pursight in
      var values: [Int64] = []
      for try await batch in pursight.dataset("d").batches() {
        values += try batch.values("n", as: Int64.self).compactMap(\.self)
      }
      #expect(values == Array(0..<100))
    }
    let tokens = numbers.requests.withLock { $0.map(\.resumeToken) }
    #expect(tokens == ["", "30", "50", "60"])
  }

  @Test func `a read goes on from a position inside a batch, also in another process`() async throws
  {
    try await withNumbers(Numbers()) { pursight in
      let rows = pursight.dataset("d").rows(of: Numbered.self)
      var first: [Int] = []
      for try await row in rows {
        first.append(row.n)
        if first.count == 37 { break }
      }
      let kept = try JSON.copy(rows.position)
      var rest: [Int] = []
      for try await row in rows.resumed(from: kept) { rest.append(row.n) }
      #expect(first + rest == Array(0..<100))
    }
  }

  @Test func `leaving the loop stops the server`() async throws {
    let numbers = Numbers()
    try await withNumbers(numbers) { pursight in
      for try await _ in pursight.dataset("d").batches() { break }
      // Another call on the same connection comes behind the end of the first.
      for try await _ in pursight.dataset("d").batches(limit: 1) { break }
    }
    #expect(numbers.requests.withLock { $0.count } == 2)
  }

  @Test func `a column that is not there, and a type that does not fit, are said`() async throws {
    try await withNumbers(Numbers()) { pursight in
      for try await row in pursight.dataset("d").rows() {
        let missing = #expect(throws: PurSightError.self) { let _: Int = try row["m"] }
        #expect(missing?.message == "There is no column \"m\"; there are n, name, at.")
        let wrong = #expect(throws: PurSightError.self) { let _: Int = try row["name"] }
        #expect(
          wrong?.message == "Column \"name\" is of type string and cannot be read as an integer.")
        let at: Timestamp = try row["at"]
        #expect(at.microseconds == 0)
        break
      }
    }
  }

  @Test func `null where a value is expected is an error`() async throws {
    try await withNumbers(Numbers()) { pursight in
      var error: PurSightError?
      for try await row in pursight.dataset("d").rows() where error == nil {
        do throws(PurSightError) { let _: String = try row["name"] } catch let caught {
          error = caught
        }
      }
      #expect(error?.code == .failedPrecondition)
    }
  }

  @Test func `rows are exported as files of other programs`() async throws {
    try await withNumbers(Numbers()) { pursight in
      var csv: [UInt8] = []
      for try await chunk in pursight.dataset("d").export(as: .csv) { csv += chunk }
      let lines = String(decoding: csv, as: UTF8.self).split(separator: "\n")
      #expect(lines.count == 101)
      #expect(lines[0] == "n,name,at")
      #expect(lines[4] == "3,,1970-01-01T00:00:03Z")
      var json: [UInt8] = []
      for try await chunk in pursight.dataset("d").export(as: .jsonLines) { json += chunk }
      #expect(
        String(decoding: json, as: UTF8.self).split(separator: "\n")[3]
          == #"{"n":3,"name":null,"at":"1970-01-01T00:00:03Z"}"#)
      var arrow: [UInt8] = []
      for try await chunk in pursight.dataset("d").export(as: .arrowStream) { arrow += chunk }
      // An end of stream: the continuation marker and a length of zero (Columnar.rst).
      #expect(arrow.suffix(8) == [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0])
    }
  }
}
