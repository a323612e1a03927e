public import PurSightAPI
internal import PurSightRPC

/// What rows have to keep to. A rule set is named by its id.
public struct RuleSets: Sendable {
  private let session: CallSession
  private var stub: QualityServiceStub { QualityServiceStub(session.channel) }

  init(_ session: CallSession) { self.session = session }

  /// Lists rule sets by name.
  public func list() -> PagedSequence<RuleSet> {
    PagedSequence { [session, stub] (size, token) async throws(PurSightError) in
      let request = ListRuleSetsRequest(
        parent: session.names.parent, pageSize: size, pageToken: token)
      let page = try await session.unary(QualityServiceMethods.listRuleSets) {
        (options) async throws(RPCError) in try await stub.listRuleSets(request, options)
      }.message
      return .init(elements: page.ruleSets, nextToken: page.nextPageToken)
    }
  }

  /// - Parameter version: 0: the newest.
  /// - Throws: `NOT_FOUND`.
  public func get(_ name: String, version: Int32 = 0) async throws(PurSightError) -> RuleSet {
    let request = GetRuleSetRequest(name: session.names.ruleSet(name), version: version)
    return try await session.unary(QualityServiceMethods.getRuleSet) {
      (options) async throws(RPCError) in try await stub.getRuleSet(request, options)
    }.message
  }

  /// Creates a rule set.
  ///
  /// - Parameters:
  ///   - id: Lower-case letters, digits and dashes, from a letter.
  ///   - dryRun: Checks everything and writes nothing.
  /// - Throws: `ALREADY_EXISTS`.
  @discardableResult public func create(
    _ id: String, _ ruleSet: RuleSet, dryRun: Bool = false
  ) async throws(PurSightError) -> Receipt<RuleSet> {
    try await session.mutate(QualityServiceMethods.createRuleSet) {
      (requestID, options) async throws(RPCError) in
      try await stub.createRuleSet(
        CreateRuleSetRequest(
          parent: session.names.parent, ruleSetID: id, ruleSet: ruleSet, requestID: requestID,
          validateOnly: dryRun), options)
    }
  }

  /// Makes a new version: reads the newest, lets `change` say what shall be, and writes that. When
  /// somebody else was faster, both are done again.
  @discardableResult public func update(
    _ name: String, dryRun: Bool = false, _ change: (inout RuleSet) -> Void
  ) async throws(PurSightError) -> Receipt<RuleSet> {
    try await session.change(
      read: { () async throws(PurSightError) in try await get(name) }, change
    ) { (old, new) async throws(PurSightError) in
      try await session.mutate(QualityServiceMethods.updateRuleSet) {
        (requestID, options) async throws(RPCError) in
        try await stub.updateRuleSet(
          UpdateRuleSetRequest(
            ruleSet: new, updateMask: FieldMask(paths: Self.mask), etag: old.meta?.etag ?? "",
            requestID: requestID, validateOnly: dryRun), options)
      }
    }
  }

  private static let mask = ["dataset", "rules", "description"]

  /// Deletes a rule set.
  /// - Throws: `FAILED_PRECONDITION` while a dataset is bound to it.
  @discardableResult public func delete(
    _ name: String, dryRun: Bool = false
  ) async throws(PurSightError) -> Receipt<Void> {
    try await session.mutate(QualityServiceMethods.deleteRuleSet) {
      (requestID, options) async throws(RPCError) in
      try await stub.deleteRuleSet(
        DeleteRuleSetRequest(
          name: session.names.ruleSet(name), requestID: requestID, validateOnly: dryRun), options)
    }.map { _ in }
  }
}
