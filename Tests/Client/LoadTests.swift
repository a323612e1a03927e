import PurSightAPI
import PurSightClient
import PurSightRPC
import Testing

/// The bulk writer against a server that loses answers, breaks off, refuses and dies.
@Suite struct LoadTests {
  struct Number: RowEncodable {
    var value: Int64

    static let rowSchema = RowSchema(Number.self) {
      RowField("value", \.value)
    }
  }

  /// Loads 0 ..< count in batches of ten.
  @discardableResult
  private func load(
    _ fake: FakeIngestion, count: Int64 = 200, retryFor: Duration = .seconds(20),
    during: (FakeServer) async throws -> Void = { _ in }
  ) async throws -> LoadReceipt {
    let server = try await FakeServer(fake)
    let pursight = try await connect(server)
    var options = LoadOptions()
    options.batchRows = 10
    options.retryFor = retryFor
    do {
      let load = try await pursight.dataset("d1").load(Number.self, id: "load-1", options)
      async let written: Void = load.write(contentsOf: (load.committed..<count).map(Number.init))
      try await during(server)
      try await written
      let receipt = try await load.finish()
      await pursight.close()
      await server.kill()
      return receipt
    } catch {
      await pursight.close()
      await server.kill()
      throw error
    }
  }

  private func connect(_ server: FakeServer) async throws -> PurSight {
    var options = ConnectOptions()
    options.address = "127.0.0.1:\(server.port)"
    options.plaintext = true
    options.configurationFile = "/nonexistent/config.json"
    return try await PurSight.connect(options)
  }

  @Test func `every row arrives once and in order`() async throws {
    let fake = FakeIngestion()
    let receipt = try await load(fake)
    #expect(fake[\.values] == Array(0..<200))
    #expect(receipt.rows == 200)
    #expect(receipt.stored == 200)
    #expect(receipt.auditID == "event-1")
    #expect(fake[\.calls] == 1)
  }

  @Test func `a lost answer stores nothing twice`() async throws {
    let fake = FakeIngestion()
    fake[\.fates] = { index, _ in index % 5 == 3 ? .storeAndBreakOff : .store }
    try await load(fake)
    #expect(fake[\.values] == Array(0..<200))
    #expect(fake[\.calls] > 1)
  }

  @Test func `an append that was lost on the way is sent again`() async throws {
    let fake = FakeIngestion()
    fake[\.fates] = { index, _ in index % 7 == 2 ? .breakOff : .store }
    try await load(fake)
    #expect(fake[\.values] == Array(0..<200))
  }

  @Test func `ALREADY_EXISTS counts as stored`() async throws {
    let fake = FakeIngestion()
    fake[\.fates] = { index, _ in index == 4 ? .storeAndSayAlreadyExists : .store }
    try await load(fake)
    #expect(fake[\.values] == Array(0..<200))
    #expect(fake[\.calls] == 1)
  }

  @Test(arguments: [RPCCode.outOfRange, .unavailable])
  func `a refusal that passes makes the writer begin again where the server is`(
    code: RPCCode
  ) async throws {
    let fake = FakeIngestion()
    fake[\.fates] = { index, _ in index == 4 ? .refuse(code) : .store }
    try await load(fake)
    #expect(fake[\.values] == Array(0..<200))
  }

  @Test func `a server that announces its end gets nothing more on that call`() async throws {
    let fake = FakeIngestion()
    fake[\.fates] = { index, _ in index == 3 ? .storeAndDrain : .store }
    try await load(fake)
    #expect(fake[\.values] == Array(0..<200))
    #expect(fake[\.calls] == 2)
  }

  @Test func `a killed server that comes back gets the rest`() async throws {
    let fake = FakeIngestion()
    let gate = Gate()
    fake[\.fates] = { index, _ in
      if index == 6 { gate.open() }
      return index == 6 ? .hold : .store
    }
    let receipt = try await load(fake) { server in
      await gate.wait()
      await server.kill()
      try await server.restart()
    }
    #expect(receipt.rows == 200)
    #expect(fake[\.values] == Array(0..<200))
  }

  @Test func `a refusal for good ends the load and names the rows`() async throws {
    let fake = FakeIngestion()
    let row = RowError(offset: 42, column: "value", ruleID: "positive", message: "It is negative.")
    fake[\.fates] = { index, _ in index == 4 ? .refuse(.invalidArgument, rows: [row]) : .store }
    let error = await #expect(throws: PurSightError.self) { try await load(fake) }
    #expect(error?.code == .invalidArgument)
    #expect(error?.rows == [row])
    #expect(error?.description.contains("Row 42, value: It is negative.") == true)
  }

  @Test func `a writer that was fenced stops`() async throws {
    let fake = FakeIngestion()
    fake[\.fates] = { [weak fake] index, _ in
      guard index == 4, let fake else { return .store }
      Task { fake[\.stream].epoch += 1 }
      return .hold
    }
    let done = await #expect(throws: PurSightError.self) {
      try await load(fake) { server in
        while fake[\.stream].epoch < 2 { await Task.yield() }
        await server.kill()
        try await server.restart()
      }
    }
    #expect(done?.code == .aborted)
  }

  @Test func `a writer that met its own older call goes on`() async throws {
    let fake = FakeIngestion()
    fake[\.fates] = { index, _ in index == 4 ? .storeAndAbort : .store }
    try await load(fake)
    #expect(fake[\.values] == Array(0..<200))
  }

  @Test func `without patience the first loss ends the load, resumable`() async throws {
    let fake = FakeIngestion()
    fake[\.fates] = { index, _ in index == 5 ? .breakOff : .store }
    let error = await #expect(throws: PurSightError.self) {
      try await load(fake, retryFor: .zero)
    }
    #expect(error?.reason == "LOAD_INTERRUPTED")
    #expect(fake[\.values] == Array(0..<50))
    // Another program goes on behind it.
    fake[\.fates] = { _, _ in .store }
    let receipt = try await load(fake)
    #expect(receipt.rows == 200)
    #expect(fake[\.values] == Array(0..<200))
  }

  @Test func `no more appends are on their way than the server allows`() async throws {
    let fake = FakeIngestion()
    fake[\.limits].maxInFlight = 3
    fake[\.fates] = { index, _ in index < 10 ? .store : .hold }
    let server = try await FakeServer(fake)
    let pursight = try await connect(server)
    var options = LoadOptions()
    options.batchRows = 10
    let load = try await pursight.dataset("d1").load(Number.self, id: "load-1", options)
    let writing = Task { try await load.write(contentsOf: (0..<1000).map(Number.init)) }
    while fake[\.appends].count < 13 { await Task.yield() }
    // Ten were answered, so thirteen may have come; what is more would come now.
    try await Task.sleep(for: .milliseconds(200))
    #expect(fake[\.appends].count == 13)
    writing.cancel()
    let error = await #expect(throws: PurSightError.self) { try await writing.value }
    #expect(error?.code == .cancelled)
    await pursight.close()
    await server.kill()
  }

  @Test func `batches are cut to the server's limits`() async throws {
    let fake = FakeIngestion()
    fake[\.limits] = AppendLimits(maxBatchBytes: 1 << 20, maxBatchRows: 4, maxInFlight: 2)
    // Until the first answer, the writer knows the usual limits only.
    try await load(fake)
    #expect(fake[\.values] == Array(0..<200))
    #expect(fake[\.rowCounts].first == 10)
    // As many as the writer takes to be allowed until then may be on their way.
    #expect(fake[\.rowCounts].dropFirst(5).max() == 4)
  }

  @Test func `progress tells each acknowledgement`() async throws {
    let fake = FakeIngestion()
    let server = try await FakeServer(fake)
    let pursight = try await connect(server)
    var options = LoadOptions()
    options.batchRows = 50
    let load = try await pursight.dataset("d1").load(Number.self, id: "load-1", options)
    try await load.write(contentsOf: (0..<200).map(Number.init))
    try await load.finish()
    let offsets = await load.progress.map(\.committed).reduce(into: []) { $0.append($1) }
    #expect(offsets == [50, 100, 150, 200])
    await pursight.close()
    await server.kill()
  }
}
