import PurSightAPI
import PurSightArrow
import PurSightAudit
import PurSightCatalog
import PurSightIngestion
import PurSightQuality
import PurSightRPC
import PurSightServiceTestSupport
import Testing

/// All services over one database, and the short forms that their tests use.
struct Bench {
  let fixture: ServiceFixture
  let router: Router
  let parent = "projects/default"

  init() throws { self.init(try ServiceFixture()) }

  /// Another server over the same database: it shares nothing but what is stored.
  init(sharing bench: Bench) throws { self.init(bench.fixture) }

  private init(_ fixture: ServiceFixture) {
    self.fixture = fixture
    var router = Router()
    CatalogService(fixture.kit).register(on: &router)
    IngestionService(fixture.kit).register(on: &router)
    QualityService(fixture.kit).register(on: &router)
    AuditService(fixture.kit).register(on: &router)
    self.router = router
  }

  func end() { fixture.end() }

  func call<Answer: RPCMessage>(
    _ method: MethodInfo, _ request: some RPCMessage, _ answer: Answer.Type = Answer.self
  ) async throws -> Answer {
    try await fixture.call(router, method, request, answer: answer).message
  }

  /// Calls a streaming method with these requests; what it has answered until it ended.
  func stream<Answer: RPCMessage>(
    _ method: MethodInfo, _ requests: [any RPCMessage], _ answer: Answer.Type = Answer.self
  ) async throws -> [Answer] {
    let recorded = RecordedCall(
      method, requests.map { $0.serialized() },
      peer: ServiceFixture.peer("spiffe://dev/admin"))
    fixture.identify(recorded)
    return try await ServiceFixture.run(router, recorded).map { try Answer(serialized: $0) }
  }

  // MARK: Datasets

  @discardableResult
  func dataset(_ fqn: String, ruleSet: String = "") async throws -> Dataset {
    try await call(
      IngestionServiceMethods.createDataset,
      CreateDatasetRequest(parent: parent, dataset: Dataset(fqn: fqn, ruleSet: ruleSet)))
  }

  func dataset(named fqn: String) async throws -> Dataset {
    try await call(
      IngestionServiceMethods.getDataset, GetDatasetRequest(name: "\(parent)/datasets/\(fqn)"))
  }

  func open(
    _ fqn: String, id: String = "", _ schema: ArrowSchema = Rows.schema,
    onBadRow: BadRowPolicy = .quarantine, source: String = ""
  ) async throws -> WriteStream {
    try await call(
      IngestionServiceMethods.openWriteStream,
      OpenWriteStreamRequest(
        parent: "\(parent)/datasets/\(fqn)", writeStreamID: id, sourceURI: source,
        onBadRow: onBadRow, arrowSchema: ArrowEncoder.message(of: schema).encapsulated))
  }

  func append(
    _ stream: WriteStream, _ batches: [(offset: Int64?, rows: RecordBatch)], token: String = ""
  ) async throws -> [AppendRowsResponse] {
    var requests: [any RPCMessage] = []
    for batch in batches {
      var encoder = ArrowEncoder(batch.rows.schema, compression: .none)
      requests.append(
        AppendRowsRequest(
          writeStream: stream.name, epoch: stream.epoch, offset: batch.offset,
          arrowBatch: try encoder.encode(batch.rows).encapsulated,
          resumeToken: Array(token.utf8)))
    }
    return try await self.stream(IngestionServiceMethods.appendRows, requests)
  }

  @discardableResult
  func finish(_ stream: WriteStream) async throws -> WriteStream {
    try await call(
      IngestionServiceMethods.finishWriteStream,
      FinishWriteStreamRequest(name: stream.name, epoch: stream.epoch))
  }

  /// Loads rows from beginning to end.
  @discardableResult
  func load(_ fqn: String, _ rows: RecordBatch, source: String = "") async throws -> WriteStream {
    let stream = try await open(fqn, rows.schema, source: source)
    _ = try await append(stream, [(0, rows)])
    return try await finish(stream)
  }

  /// The `id` column of what a read answers.
  func ids(_ fqn: String, filter: String = "", revision: Int64 = 0) async throws -> [Int64] {
    let answers = try await stream(
      IngestionServiceMethods.readRows,
      [
        ReadRowsRequest(
          dataset: "\(parent)/datasets/\(fqn)", columns: ["id"], filter: filter,
          revision: revision)
      ], ReadRowsResponse.self)
    var decoder = ArrowDecoder()
    var ids: [Int64] = []
    for answer in answers {
      if !answer.arrowSchema.isEmpty {
        _ = try decoder.decode(message: ArrowBuffer(answer.arrowSchema))
      }
      guard !answer.arrowBatch.isEmpty,
        case .batch(let batch) = try decoder.decode(message: ArrowBuffer(answer.arrowBatch))
      else { continue }
      let column = batch.columns[0]
      for row in 0..<batch.rowCount { ids.append(column.span(of: Int64.self)[row]) }
    }
    return ids
  }
}

/// Rows of two columns: `id` and `name`.
enum Rows {
  static let schema = ArrowSchema([ArrowField("id", .int64), ArrowField("name", .utf8)])

  static func make(_ rows: [(id: Int64?, name: String?)]) throws -> RecordBatch {
    var (ids, names) = (ColumnBuilder(.int64), ColumnBuilder(.utf8))
    for row in rows {
      if let id = row.id { ids.append(id) } else { ids.appendNull() }
      try names.append(row.name)
    }
    return try RecordBatch(
      schema: schema, columns: [ids.finish(), names.finish()], rowCount: rows.count)
  }

  static func range(_ ids: Range<Int64>) throws -> RecordBatch {
    try make(ids.map { ($0, "row \($0)") })
  }
}
