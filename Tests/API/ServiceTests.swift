import PurSightAPI
import PurSightInterop
import PurSightRPC
import Testing

@Suite("Services")
struct ServiceTests {
  @Test func `a method's options are in its table`() {
    let method = CatalogServiceMethods.getAsset
    #expect(method.path == "/pursight.v1.CatalogService/GetAsset")
    #expect(method.kind == .unary)
    #expect(method.idempotency == .noSideEffects)
    #expect(method.permission == "catalog.assets.get")
    #expect(method.resourceField == "name")
    #expect(method.audit == .none)
    #expect(method.defaultDeadline == .milliseconds(15_000))
    #expect(CatalogServiceMethods.createAsset.audit == .mutation)
    #expect(GetAssetRequest(name: "projects/p/assets/a").resourceName == "projects/p/assets/a")
  }

  @Test func `the kinds of streaming are those of the proto`() {
    #expect(
      TestServiceMethods.all.map(\.kind) == [
        .unary, .unary, .unary, .serverStreaming, .clientStreaming, .bidirectionalStreaming,
        .bidirectionalStreaming, .unary,
      ])
    #expect(TestServiceMethods.all.allSatisfy { $0.permission == nil })
  }

  @Test func `every method of pursight.v1 says who may call it`() {
    let all =
      CatalogServiceMethods.all + IngestionServiceMethods.all + QualityServiceMethods.all
      + AuditServiceMethods.all + AccessServiceMethods.all
    #expect(all.allSatisfy { $0.permission?.split(separator: ".").count == 3 })
    #expect(Set(all.map(\.path)).count == all.count)
  }

  @Test func `a handler answers under every path of its service`() {
    var router = Router()
    BenchService().register(on: &router)
    TestService().register(on: &router)
    #expect(router.services == ["bench.Bench", "grpc.testing.TestService"])
    for method in BenchMethods.all + TestServiceMethods.all {
      let path = Array(method.path.utf8)
      let index = unsafe path.withUnsafeBytes { unsafe router.find($0) }
      #expect(index.map { router.routes[$0].method.path } == method.path)
    }
  }

  /// As a stream or router sees it: through `RPCMessage`.
  private func validate(_ message: some RPCMessage) throws(RPCError) { try message.validate() }

  @Test func `a message with rules checks them wherever it is known as a message only`() {
    #expect(rpcError { try validate(Ruled()) }?.code == .invalidArgument)
    #expect(rpcError { try validate(Inner()) } == nil)
  }
}
