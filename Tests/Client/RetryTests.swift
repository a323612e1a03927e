import PurSightAPI
import PurSightNet
import PurSightRPC
import PurSightServerTransport
import Synchronization
import Testing

@testable import PurSightClient

/// Calls that are made again, and calls that are not.
@Suite struct RetryTests {
  /// A catalog that fails as often as it is told to.
  final class Catalog: Sendable {
    let failures = Mutex<[RPCError]>([])
    let requestIDs = Mutex<[String]>([])
    let calls = Atomic(0)

    private func next() throws(RPCError) {
      calls.add(1, ordering: .relaxed)
      let failure = failures.withLock { $0.isEmpty ? nil : $0.removeFirst() }
      if let failure { throw failure }
    }

    var router: Router {
      var router = Router()
      router.add(CatalogServiceMethods.getSource) { context in
        let request: GetSourceRequest = try await context.call.onlyMessage()
        try self.next()
        context.call.reply(Source(name: request.name, description: "as it is"))
      }
      router.add(CatalogServiceMethods.createSource) { context in
        let request: CreateSourceRequest = try await context.call.onlyMessage()
        self.requestIDs.withLock { $0.append(request.requestID) }
        try self.next()
        context.addTrailer("x-pursight-audit-id", "event-7")
        context.call.reply(Source(name: "projects/default/sources/\(request.sourceID)"))
      }
      router.add(CatalogServiceMethods.updateSource) { context in
        let request: UpdateSourceRequest = try await context.call.onlyMessage()
        try self.next()
        context.call.reply(request.source ?? Source())
      }
      router.add(CatalogServiceMethods.listSources) { context in
        let request: ListSourcesRequest = try await context.call.onlyMessage()
        let start = Int(request.pageToken) ?? 0
        let end = min(start + Int(request.pageSize), 450)
        context.call.reply(
          ListSourcesResponse(
            sources: (start..<end).map { Source(name: "\($0)") },
            nextPageToken: end < 450 ? "\(end)" : ""))
      }
      return router
    }
  }

  private func withCatalog(
    _ catalog: Catalog, _ body: (PurSight) async throws -> Void
  ) async throws {
    let group = try EventLoopGroup(count: 1, name: "catalog")
    let server = await Server(.patient, on: group)
    let address = try await server.listen(at: .loopback(port: 0), router: catalog.router)
    var options = ConnectOptions()
    options.address = "127.0.0.1:\(address.port)"
    options.plaintext = true
    options.configurationFile = "/nonexistent/config.json"
    options.retry.firstBackoff = .milliseconds(1)
    let pursight = try await PurSight.connect(options)
    do {
      try await body(pursight)
    } catch {
      Issue.record(error)
    }
    await pursight.close()
    await server.drain(grace: .zero)
    group.stop()
  }

  private func unavailable(_ count: Int) -> [RPCError] {
    Array(repeating: RPCError(.unavailable, "Come back later."), count: count)
  }

  @Test func `a read is repeated until it is answered`() async throws {
    let catalog = Catalog()
    try await withCatalog(catalog) { pursight in
      _ = try await pursight.sources.get("a")
      catalog.failures.withLock { $0 = unavailable(4) }
      #expect(try await pursight.sources.get("a").name == "projects/default/sources/a")
    }
    #expect(catalog.calls.load(ordering: .relaxed) == 6)
  }

  @Test func `after five attempts the error is shown`() async throws {
    let catalog = Catalog()
    try await withCatalog(catalog) { pursight in
      _ = try await pursight.sources.get("a")
      catalog.failures.withLock { $0 = unavailable(100) }
      let error = await #expect(throws: PurSightError.self) { try await pursight.sources.get("a") }
      #expect(error?.code == .unavailable)
    }
    #expect(catalog.calls.load(ordering: .relaxed) == 6)
  }

  @Test func `a server that was never reached is not waited for`() async throws {
    let catalog = Catalog()
    catalog.failures.withLock { $0 = unavailable(1) }
    try await withCatalog(catalog) { pursight in
      await #expect(throws: PurSightError.self) { try await pursight.sources.get("a") }
    }
    #expect(catalog.calls.load(ordering: .relaxed) == 1)
  }

  @Test func `a mutation is repeated under one request id, and its receipt names the event`()
    async throws
  {
    let catalog = Catalog()
    try await withCatalog(catalog) { pursight in
      _ = try await pursight.sources.get("a")
      catalog.failures.withLock { $0 = unavailable(2) }
      let receipt = try await pursight.sources.create("b")
      #expect(receipt.auditID == "event-7")
      #expect(receipt.name == "projects/default/sources/b")
      let ids = catalog.requestIDs.withLock { $0 }
      #expect(ids.count == 3)
      #expect(Set(ids) == [receipt.requestID])
    }
  }

  @Test(arguments: [RPCCode.invalidArgument, .internal, .resourceExhausted, .aborted])
  func `what repeating does not mend is not repeated`(code: RPCCode) async throws {
    let catalog = Catalog()
    try await withCatalog(catalog) { pursight in
      _ = try await pursight.sources.get("a")
      catalog.failures.withLock { $0 = [RPCError(code, "No.")] }
      let error = await #expect(throws: PurSightError.self) { try await pursight.sources.get("a") }
      #expect(error?.code == code)
    }
    #expect(catalog.calls.load(ordering: .relaxed) == 2)
  }

  @Test func `an update begins again when somebody was faster`() async throws {
    let catalog = Catalog()
    try await withCatalog(catalog) { pursight in
      // The read goes well, the write does not, then both do.
      _ = try await pursight.sources.get("a")
      let isFirst = Atomic(true)
      let receipt = try await pursight.sources.update("a") { source in
        if isFirst.exchange(false, ordering: .relaxed) {
          catalog.failures.withLock { $0 = [RPCError(.aborted, "The etag is stale.")] }
        }
        source.description += ", changed"
      }
      #expect(receipt.description == "as it is, changed")
    }
    #expect(catalog.calls.load(ordering: .relaxed) == 5)
  }

  @Test func `an update that changes nothing writes nothing`() async throws {
    let catalog = Catalog()
    try await withCatalog(catalog) { pursight in
      let receipt = try await pursight.sources.update("a") { _ in }
      #expect(receipt.auditID == nil)
    }
    #expect(catalog.calls.load(ordering: .relaxed) == 1)
  }

  @Test func `pages are fetched as they are needed`() async throws {
    let catalog = Catalog()
    try await withCatalog(catalog) { pursight in
      let all = try await pursight.sources.list().all()
      #expect(all.map(\.name) == (0..<450).map(String.init))
    }
  }

  @Test func `the pause doubles up to the longest`() {
    var policy = RetryPolicy()
    policy.firstBackoff = .milliseconds(100)
    policy.maxBackoff = .milliseconds(500)
    #expect(
      (1...5).map(policy.backoff)
        == [100, 200, 400, 500, 500].map { .milliseconds($0) })
  }
}
