import PurSightAPI
import PurSightArrow
import PurSightNet
import PurSightRPC
import PurSightServerTransport
import Synchronization

/// A server of loads that keeps rows in memory and does what a test tells it to do wrong.
final class FakeIngestion: Sendable {
  /// What becomes of an append.
  enum Fate: Sendable {
    case store
    /// Stores it and breaks the call off before the answer.
    case storeAndBreakOff
    /// Breaks the call off without storing it.
    case breakOff
    /// Refuses it in band.
    case refuse(RPCCode, rows: [RowError] = [])
    /// Stores it and says that it was there already.
    case storeAndSayAlreadyExists
    /// Stores it and announces that the server is about to stop.
    case storeAndDrain
    /// Stores it and ends the call as if another writer had been there.
    case storeAndAbort
    /// Never answers.
    case hold
  }

  struct State: Sendable {
    var stream = WriteStream(
      name: "projects/default/datasets/d1/writeStreams/load-1",
      dataset: "projects/default/datasets/d1",
      state: .open)
    var schema: [UInt8] = []
    /// First column of every row that was stored, in order.
    var values: [Int64] = []
    var unparsed: [UnparsedRow] = []
    /// Rows of each append that was stored.
    var rowCounts: [Int] = []
    /// The number of the append on the server, from 0, and its offset → what becomes of it.
    var fates: @Sendable (Int, Int64) -> Fate = { _, _ in .store }
    var appends: [AppendRowsRequest] = []
    var calls = 0
    var opened: [OpenWriteStreamRequest] = []
    var limits = AppendLimits(maxBatchBytes: 1 << 20, maxBatchRows: 1 << 16, maxInFlight: 4)
    var dataset: Dataset?
  }

  let state = Mutex(State())

  subscript<Member: Sendable>(_ path: any WritableKeyPath<State, Member> & Sendable) -> Member {
    get { state.withLock { $0[keyPath: path] } }
    set { state.withLock { $0[keyPath: path] = newValue } }
  }

  var router: Router {
    var router = Router()
    router.add(IngestionServiceMethods.openWriteStream) { context in
      let request: OpenWriteStreamRequest = try await context.call.onlyMessage()
      context.call.reply(self.open(request))
    }
    router.add(IngestionServiceMethods.getWriteStream) { context in
      let _: GetWriteStreamRequest = try await context.call.onlyMessage()
      context.call.reply(self[\.stream])
    }
    router.add(IngestionServiceMethods.listWriteStreams) { context in
      let _: ListWriteStreamsRequest = try await context.call.onlyMessage()
      context.call.reply(ListWriteStreamsResponse(writeStreams: [self[\.stream]]))
    }
    router.add(IngestionServiceMethods.finishWriteStream) { context in
      let request: FinishWriteStreamRequest = try await context.call.onlyMessage()
      context.addTrailer("x-pursight-audit-id", "event-1")
      context.call.reply(try self.finish(request))
    }
    router.add(IngestionServiceMethods.appendRows) { context in
      self[\.calls] += 1
      try await self.append(
        RequestStream<AppendRowsRequest>(context.call),
        ResponseWriter<AppendRowsResponse>(context.call))
    }
    router.add(IngestionServiceMethods.getDataset) { context in
      let _: GetDatasetRequest = try await context.call.onlyMessage()
      guard let dataset = self[\.dataset] else { throw RPCError(.notFound, "There is no dataset.") }
      context.call.reply(dataset)
    }
    router.add(IngestionServiceMethods.createDataset) { context in
      let request: CreateDatasetRequest = try await context.call.onlyMessage()
      var dataset = request.dataset ?? Dataset()
      dataset.name = "projects/default/datasets/d1"
      self[\.dataset] = dataset
      context.call.reply(dataset)
    }
    return router
  }

  private func open(_ request: OpenWriteStreamRequest) -> WriteStream {
    state.withLock { state in
      state.opened.append(request)
      state.schema = request.arrowSchema
      state.stream.epoch += 1
      state.stream.sourceURI = request.sourceURI
      return state.stream
    }
  }

  private func finish(_ request: FinishWriteStreamRequest) throws(RPCError) -> WriteStream {
    let stream = self[\.stream]
    guard request.expectedOffset == stream.nextOffset else {
      throw RPCError(.failedPrecondition, "Rows are missing.")
    }
    state.withLock { $0.stream.state = .finished }
    return self[\.stream]
  }

  private nonisolated(nonsending) func append(
    _ requests: RequestStream<AppendRowsRequest>, _ responses: ResponseWriter<AppendRowsResponse>
  ) async throws {
    var isFirst = true
    while let request = try await requests.next() {
      if isFirst {
        guard request.writeStream == self[\.stream].name, request.epoch == self[\.stream].epoch
        else {
          throw RPCError(.aborted, "Another writer has the stream.")
        }
        try await responses.write(
          AppendRowsResponse(committedOffset: self[\.stream].nextOffset, limits: self[\.limits]))
      }
      isFirst = false
      let fate = state.withLock { state in
        state.appends.append(request)
        return state.fates(state.appends.count - 1, request.offset ?? -1)
      }
      try await settle(request, fate, responses)
    }
  }

  private nonisolated(nonsending) func settle(
    _ request: AppendRowsRequest, _ fate: Fate, _ responses: ResponseWriter<AppendRowsResponse>
  ) async throws {
    switch fate {
    case .store:
      try await responses.write(store(request))
    case .storeAndBreakOff:
      _ = store(request)
      throw RPCError(.unavailable, "The server is gone.")
    case .breakOff: throw RPCError(.unavailable, "The server is gone.")
    case .storeAndAbort:
      _ = store(request)
      throw RPCError(.aborted, "Another writer has moved the stream on.")
    case .refuse(let code, let rows):
      try await responses.write(
        AppendRowsResponse(
          committedOffset: self[\.stream].nextOffset,
          error: AppendError(
            status: Status(code: code.rawValue, message: "It was not taken."),
            expectedOffset: self[\.stream].nextOffset, rows: rows)))
    case .storeAndSayAlreadyExists:
      let stored = store(request)
      try await responses.write(
        AppendRowsResponse(
          committedOffset: stored.committedOffset,
          error: AppendError(
            status: Status(code: RPCCode.alreadyExists.rawValue, message: "It is there."),
            expectedOffset: stored.committedOffset)))
    case .storeAndDrain:
      var response = store(request)
      response.draining = true
      try await responses.write(response)
    case .hold: break
    }
  }

  /// Stores an append at its offset; one that is at another is answered as the contract says.
  private func store(_ request: AppendRowsRequest) -> AppendRowsResponse {
    state.withLock { state in
      let expected = state.stream.nextOffset
      guard request.offset == expected else {
        let code: RPCCode = (request.offset ?? 0) < expected ? .alreadyExists : .outOfRange
        return AppendRowsResponse(
          committedOffset: expected,
          error: AppendError(status: Status(code: code.rawValue), expectedOffset: expected))
      }
      let values = Self.firstColumn(request.arrowBatch, state.schema)
      state.values += values
      state.unparsed += request.unparsedRows
      state.rowCounts.append(values.count + request.unparsedRows.count)
      state.stream.nextOffset += Int64(values.count + request.unparsedRows.count)
      state.stream.rowsStored += Int64(values.count)
      state.stream.rowsQuarantined += Int64(request.unparsedRows.count)
      state.stream.resumeToken = request.resumeToken
      state.stream.revision += 1
      return AppendRowsResponse(
        committedOffset: state.stream.nextOffset, rowsStored: state.stream.rowsStored,
        rowsQuarantined: state.stream.rowsQuarantined, revision: state.stream.revision)
    }
  }

  private static func firstColumn(_ message: [UInt8], _ schema: [UInt8]) -> [Int64] {
    var decoder = ArrowDecoder()
    guard let _ = try? decoder.decode(message: ArrowBuffer(schema)),
      case .batch(let batch)? = try? decoder.decode(message: ArrowBuffer(message))
    else { return [] }
    let column = batch.columns[0]
    let values = column.span(of: Int64.self)
    return (0..<batch.rowCount).map { values[$0] }
  }
}

/// The fake behind a port, to be killed and started again.
actor FakeServer {
  nonisolated let port: UInt16
  private let fake: FakeIngestion
  private var running: (server: Server, group: EventLoopGroup)?

  init(_ fake: FakeIngestion) async throws {
    self.fake = fake
    let (server, group, address) = try await Self.start(fake, 0)
    running = (server, group)
    port = address.port
  }

  private static func start(
    _ fake: FakeIngestion, _ port: UInt16
  ) async throws -> (Server, EventLoopGroup, SocketAddress) {
    var configuration = ServerConfiguration.patient
    configuration.limits.maxMessageBytes = 64 << 20
    let group = try EventLoopGroup(count: 1, name: "fake")
    let server = await Server(configuration, on: group)
    let address = try await server.listen(at: .loopback(port: port), router: fake.router)
    return (server, group, address)
  }

  /// Breaks all connections at once, as a crash does.
  func kill() async {
    guard let (server, group) = running else { return }
    running = nil
    await server.drain(grace: .zero)
    group.stop()
  }

  /// Starts again at the same port.
  func restart() async throws {
    let (server, group, _) = try await Self.start(fake, port)
    running = (server, group)
  }
}
