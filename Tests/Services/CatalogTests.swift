import PurSightAPI
import PurSightRPC
import PurSightServiceTestSupport
import Testing

@Suite("Catalog", .serialized)
struct CatalogTests {
  func source(_ bench: Bench, _ id: String = "shop") async throws -> Source {
    try await bench.call(
      CatalogServiceMethods.createSource,
      CreateSourceRequest(
        parent: bench.parent, sourceID: id, source: Source(kind: .database, description: "a shop")))
  }

  func asset(_ bench: Bench, _ fqn: String, source: String = "") async throws -> Asset {
    try await bench.call(
      CatalogServiceMethods.createAsset,
      CreateAssetRequest(
        parent: bench.parent,
        asset: Asset(fqn: fqn, kind: .table, source: source),
        columns: [
          Column(name: "customer_id", type: .int64), Column(name: "eMail", type: .string),
        ]))
  }

  @Test func `an asset is found by uid and by name, and answers both`() async throws {
    let bench = try Bench()
    defer { bench.end() }
    let made = try await asset(bench, "shop/customers")
    for name in [made.name, "\(bench.parent)/assets/shop/customers"] {
      let found: Asset = try await bench.call(
        CatalogServiceMethods.getAsset, GetAssetRequest(name: name))
      #expect(found.name == made.name)
      #expect(found.fqn == "shop/customers")
      #expect(found.displayName == "customers")
      #expect(found.schemaVersion == 1)
    }
    let again = await status { _ = try await asset(bench, "shop/customers") }
    #expect(again?.code == .alreadyExists)
  }

  @Test func `an update changes what its mask names, once per etag`() async throws {
    let bench = try Bench()
    defer { bench.end() }
    let made = try await asset(bench, "shop/customers")
    let request = UpdateAssetRequest(
      asset: Asset(
        name: made.name,
        curatedFacet: Facet(description: "who buys", owners: ["team:sales"])),
      updateMask: FieldMask(paths: ["curated_facet.description"]), etag: made.meta?.etag ?? "")
    let changed: Asset = try await bench.call(CatalogServiceMethods.updateAsset, request)
    #expect(changed.effective?.description == "who buys")
    #expect(changed.effective?.owners == [])
    #expect(changed.meta?.revision == 2)
    let stale = await status {
      let _: Asset = try await bench.call(CatalogServiceMethods.updateAsset, request)
    }
    #expect(stale?.code == .aborted)
    var unknown = request
    unknown.etag = ""
    unknown.updateMask = FieldMask(paths: ["fqn"])
    let refused = await status {
      let _: Asset = try await bench.call(CatalogServiceMethods.updateAsset, unknown)
    }
    #expect(refused?.code == .invalidArgument)
  }

  @Test func `a list is filtered, and its pages follow one another`() async throws {
    let bench = try Bench()
    defer { bench.end() }
    _ = try await source(bench)
    for number in 0..<7 {
      _ = try await asset(bench, "shop/t\(number)", source: "\(bench.parent)/sources/shop")
    }
    _ = try await asset(bench, "files/x")
    var request = ListAssetsRequest(
      parent: bench.parent, pageSize: 3, filter: "source = 'shop' and name like 't%'")
    var names: [String] = []
    repeat {
      let page: ListAssetsResponse = try await bench.call(
        CatalogServiceMethods.listAssets, request)
      names += page.assets.map(\.fqn)
      request.pageToken = page.nextPageToken
    } while !request.pageToken.isEmpty
    #expect(names == (0..<7).map { "shop/t\($0)" })
    request.filter = "sauce = 'shop'"
    request.pageToken = ""
    let wrong = await status {
      let _: ListAssetsResponse = try await bench.call(CatalogServiceMethods.listAssets, request)
    }
    #expect(wrong?.code == .invalidArgument)
    #expect(wrong?.message.contains("source") == true)
  }

  @Test func `a source in use stays, an unused one goes`() async throws {
    let bench = try Bench()
    defer { bench.end() }
    let made = try await source(bench)
    let table = try await asset(bench, "shop/customers", source: made.name)
    let inUse = await status {
      let _: Empty = try await bench.call(
        CatalogServiceMethods.deleteSource, DeleteSourceRequest(name: made.name))
    }
    #expect(inUse?.code == .failedPrecondition)
    let _: Empty = try await bench.call(
      CatalogServiceMethods.deleteAsset, DeleteAssetRequest(name: table.name))
    let _: Empty = try await bench.call(
      CatalogServiceMethods.deleteSource, DeleteSourceRequest(name: made.name))
    let gone = await status {
      let _: Source = try await bench.call(
        CatalogServiceMethods.getSource, GetSourceRequest(name: made.name))
    }
    #expect(gone?.code == .notFound)
  }

  @Test func `validate_only checks everything and writes nothing`() async throws {
    let bench = try Bench()
    defer { bench.end() }
    var request = CreateSourceRequest(
      parent: bench.parent, sourceID: "shop", source: Source(kind: .database))
    request.validateOnly = true
    let _: Source = try await bench.call(CatalogServiceMethods.createSource, request)
    #expect(try bench.fixture.count("source") == 0)
    #expect(try bench.fixture.count("audit_event") == 0)
    _ = try await source(bench)
    let taken = await status {
      let _: Source = try await bench.call(CatalogServiceMethods.createSource, request)
    }
    #expect(taken?.code == .alreadyExists)
  }

  @Test func `search finds names before columns before texts`() async throws {
    let bench = try Bench()
    defer { bench.end() }
    _ = try await asset(bench, "shop/customers")
    _ = try await asset(bench, "shop/customer_orders")
    _ = try await asset(bench, "hr/people")
    let described = try await asset(bench, "hr/notes")
    let _: Asset = try await bench.call(
      CatalogServiceMethods.updateAsset,
      UpdateAssetRequest(
        asset: Asset(
          name: described.name, curatedFacet: Facet(description: "what customers say"))))
    func search(_ query: String) async throws -> [(String, Int32)] {
      let found: SearchAssetsResponse = try await bench.call(
        CatalogServiceMethods.searchAssets,
        SearchAssetsRequest(parent: bench.parent, query: query))
      return found.hits.map { ($0.fqn, $0.tier.rawValue) }
    }
    let byName = try await search("customers")
    #expect(byName.map(\.0) == ["shop/customers", "hr/notes"])
    #expect(byName.map(\.1) == [2, 6])
    #expect(try await search("shop/customers").first?.1 == 1)
    let byColumn = try await search("customer id")
    #expect(Set(byColumn.map(\.0)).isSuperset(of: ["hr/people", "shop/customers"]))
    #expect(try await search("e mail").count == 4)
    #expect(try await search("nothing of the kind").isEmpty)
  }

  @Test func `a load leaves lineage from file to dataset, by column`() async throws {
    let bench = try Bench()
    defer { bench.end() }
    try await bench.dataset("orders")
    try await bench.load("orders", try Rows.range(0..<3), source: "/data/orders.csv")
    let answer: ListLineageResponse = try await bench.call(
      CatalogServiceMethods.listLineage,
      ListLineageRequest(asset: "\(bench.parent)/assets/orders", direction: .upstream))
    #expect(
      answer.edges.map { $0.from?.fqn } == [
        "files/orders.csv", "files/orders.csv", "files/orders.csv",
      ])
    #expect(answer.edges.map { $0.to?.column } == ["", "id", "name"])
  }
}
