internal import PurSightAPI
internal import PurSightAccess
internal import PurSightAudit
internal import PurSightCatalog
internal import PurSightGovernance
internal import PurSightIngestion
internal import PurSightQuality
internal import PurSightRPC
internal import PurSightServiceKit

/// All services of the server on one router, before any interceptor.
struct ServiceSet: Sendable {
  let router: Router

  /// The methods that ask for a permission: those of our own services.
  static let methods: [MethodInfo] =
    AccessServiceMethods.all + AuditServiceMethods.all + CatalogServiceMethods.all
    + IngestionServiceMethods.all + QualityServiceMethods.all

  /// Every permission that a method asks for, sorted.
  static let permissions = Set(methods.compactMap(\.permission)).sorted()

  init(_ kit: ServiceContext, readiness: Readiness) {
    var router = Router()
    AccessService(kit, permissions: Self.permissions).register(on: &router)
    AuditService(kit).register(on: &router)
    CatalogService(kit).register(on: &router)
    IngestionService(kit).register(on: &router)
    QualityService(kit).register(on: &router)
    let own = router.services
    let reflection = ReflectionService(
      services: (own + AuthenticationInterceptor.openServices).sorted())
    reflection.register(on: &router)
    OlderReflectionService(reflection: reflection).register(on: &router)
    HealthService(services: Set(own), readiness: readiness).register(on: &router)
    self.router = router
  }
}
