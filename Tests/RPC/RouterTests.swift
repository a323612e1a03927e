import PurSightRPC
import Testing

@Suite struct RouterTests {
  private static func router(methods count: Int) -> Router {
    var router = Router()
    for number in 0..<count {
      router.add(
        MethodInfo(service: "test.v1.Service\(number % 7)", name: "Method\(number)", kind: .unary)
      ) { _ in }
    }
    return router
  }

  private static func find(_ path: String, in router: Router) -> Int? {
    unsafe Array(path.utf8).withUnsafeBytes { unsafe router.find($0) }
  }

  /// 500 methods make the table grow three times.
  @Test(arguments: [1, 15, 16, 17, 500])
  func findsEachMethodAmongMany(count: Int) {
    let router = Self.router(methods: count)
    for (index, route) in router.routes.enumerated() {
      #expect(Self.find(route.method.path, in: router) == index)
    }
  }

  /// Each differs from a registered path in one place: the shortest, the last byte, one more, one
  /// fewer.
  @Test(arguments: [
    "", "/", "/test.v1.Service0/Method1", "/test.v1.Service0/method0", "/test.v1.Service0/Method00",
    "/test.v1.Service0/Method", "test.v1.Service0/Method0", "/test.v1.Service0/Method0/",
  ])
  func knowsNoOtherPath(path: String) {
    #expect(Self.find(path, in: Self.router(methods: 3)) == nil)
  }

  @Test func findsNothingInAnEmptyTable() {
    #expect(Self.find("/test.v1.Service0/Method0", in: Router()) == nil)
  }

  @Test func namesItsServicesOnceAndSorted() {
    #expect(
      Self.router(methods: 20).services == (0..<7).map { "test.v1.Service\($0)" })
  }

  @Test func keepsItsRoutesBehindInterceptors() {
    let router = Self.router(methods: 40)
    let intercepted = router.intercepted(by: [Silent()])
    #expect(intercepted.routes.map(\.method.path) == router.routes.map(\.method.path))
    #expect(Self.find("/test.v1.Service4/Method39", in: intercepted) == 39)
  }
}

private struct Silent: ServerInterceptor {
  nonisolated(nonsending) func intercept(
    _ context: ServerContext, next: nonisolated(nonsending) (ServerContext) async throws -> Void
  ) async throws {
    try await next(context)
  }
}
