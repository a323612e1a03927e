import PurSightAPI
import PurSightGovernance
import PurSightRPC
import Testing

/// Every method × every role, against lists written by hand from what each role is for.
@Suite struct RoleMatrixTests {
  static let methods: [MethodInfo] =
    AccessServiceMethods.all + AuditServiceMethods.all + CatalogServiceMethods.all
    + IngestionServiceMethods.all + QualityServiceMethods.all

  /// What somebody may call who only looks.
  static let viewer: Set<String> = [
    "GetCaller", "ListRoles",
    "GetSource", "ListSources", "GetAsset", "LookupAsset", "ListAssets", "SearchAssets",
    "GetSchemaVersion", "ListSchemaVersions", "ListLineage",
    "GetDataset", "ListDatasets", "GetWriteStream", "ListWriteStreams", "ReadRows",
    "GetRuleSet", "ListRuleSets", "GetCheckRun", "ListCheckRuns", "GetProfile",
    "SuggestRules", "GetIssue", "ListIssues",
    "GetCheckpoint", "GetInclusionProof", "GetConsistencyProof",
  ]

  /// What nobody but an administrator may call.
  static let adminOnly: Set<String> = [
    "CreateRoleBinding", "ListRoleBindings", "DeleteRoleBinding", "ListAuditEvents",
    "WatchAuditEvents", "ReadAuditLeaves",
  ]

  private func isAllowed(_ role: String?, _ method: MethodInfo) -> Bool {
    let bindings = role.map { [(principal: "p", role: $0)] } ?? []
    let permissions = Self.methods.compactMap(\.permission)
    let authorizer = Authorizer(bindings: bindings, permissions: permissions)
    guard let permission = method.permission else { return false }
    if case .allowed = authorizer.decide("p", permission) { return true }
    return false
  }

  @Test func `every method asks for a permission`() {
    #expect(Self.methods.allSatisfy { $0.permission != nil })
    #expect(Self.methods.count > 45)
  }

  @Test(arguments: methods.map(\.path)) func `each role may call what it is for`(
    _ path: String
  ) throws {
    let method = try #require(Self.methods.first { $0.path == path })
    #expect(isAllowed("admin", method))
    #expect(isAllowed("editor", method) == !Self.adminOnly.contains(method.name))
    #expect(isAllowed("viewer", method) == Self.viewer.contains(method.name))
    // Everybody may ask who they are.
    #expect(isAllowed(nil, method) == (method.name == "GetCaller"))
    #expect(isAllowed("no-such-role", method) == (method.name == "GetCaller"))
  }

  @Test func `the lists name methods that there are`() {
    let names = Set(Self.methods.map(\.name))
    #expect(Self.viewer.subtracting(names).isEmpty)
    #expect(Self.adminOnly.subtracting(names).isEmpty)
  }
}
