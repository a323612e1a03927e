public import PurSightAPI
internal import PurSightRPC

extension DatasetReference {
  private var stub: QualityServiceStub { QualityServiceStub(session.channel) }

  /// Runs rules over all rows and waits for what they found. The run itself outlives the call.
  ///
  /// - Parameter rules: The rule set; nil: the dataset's own.
  /// - Throws: `FAILED_PRECONDITION` when there is none.
  public func check(rules: String? = nil) async throws(PurSightError) -> CheckResult {
    let receipt = try await session.mutate(QualityServiceMethods.runChecks) {
      (requestID, options) async throws(RPCError) in
      try await stub.runChecks(
        RunChecksRequest(
          dataset: name, ruleSet: session.names.ruleSet(orNone: rules), requestID: requestID),
        options)
    }
    return CheckResult(session, receipt.value)
  }

  /// What the values look like at the newest revision.
  ///
  /// - Parameter columns: Only these; none: all.
  public func profile(columns: [String] = []) async throws(PurSightError) -> Profile {
    let request = GetProfileRequest(dataset: name, columns: columns)
    return try await session.unary(QualityServiceMethods.getProfile) {
      (options) async throws(RPCError) in try await stub.getProfile(request, options)
    }.message
  }

  /// Starter rules from the profile. Nothing is stored.
  public func suggestedRules() async throws(PurSightError) -> [Rule] {
    let request = SuggestRulesRequest(dataset: name)
    return try await session.unary(QualityServiceMethods.suggestRules) {
      (options) async throws(RPCError) in try await stub.suggestRules(request, options)
    }.message.rules
  }

  /// Rules that do not hold, newest first.
  public func issues(where filter: Filter? = nil) -> PagedSequence<Issue> {
    Issues(session).list(where: filter, dataset: name)
  }
}
