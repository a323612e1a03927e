public import PurSightAPI
internal import PurSightRPC

/// Evaluations of rule sets.
public struct CheckRuns: Sendable {
  private let session: CallSession
  private var stub: QualityServiceStub { QualityServiceStub(session.channel) }

  init(_ session: CallSession) { self.session = session }

  /// Lists runs, newest first.
  ///
  /// - Parameter dataset: Only those of this one; nil: all.
  public func list(dataset: String? = nil) -> PagedSequence<CheckRun> {
    PagedSequence { [session, stub] (size, token) async throws(PurSightError) in
      let request = ListCheckRunsRequest(
        parent: session.names.parent, dataset: dataset.map(session.names.dataset) ?? "",
        pageSize: size, pageToken: token)
      let page = try await session.unary(QualityServiceMethods.listCheckRuns) {
        (options) async throws(RPCError) in try await stub.listCheckRuns(request, options)
      }.message
      return .init(elements: page.checkRuns, nextToken: page.nextPageToken)
    }
  }

  /// - Throws: `NOT_FOUND`.
  public func get(_ name: String) async throws(PurSightError) -> CheckResult {
    let request = GetCheckRunRequest(name: session.names.checkRun(name))
    return result(
      of: try await session.unary(QualityServiceMethods.getCheckRun) {
        (options) async throws(RPCError) in try await stub.getCheckRun(request, options)
      }.message)
  }

  /// A run with the means to look at its failing rows.
  public func result(of run: CheckRun) -> CheckResult { CheckResult(session, run) }
}

/// Rules that do not hold, from the first run that found them.
public struct Issues: Sendable {
  private let session: CallSession
  private var stub: QualityServiceStub { QualityServiceStub(session.channel) }

  init(_ session: CallSession) { self.session = session }

  /// Lists issues, newest first.
  ///
  /// - Parameters:
  ///   - filter: An expression over the fields of an issue, such as `state = 'open'`.
  ///   - dataset: Only those of this one; nil: all.
  public func list(where filter: Filter? = nil, dataset: String? = nil) -> PagedSequence<Issue> {
    PagedSequence { [session, stub] (size, token) async throws(PurSightError) in
      let request = ListIssuesRequest(
        parent: session.names.parent, pageSize: size, pageToken: token,
        filter: filter?.inlined ?? "", dataset: dataset.map(session.names.dataset) ?? "")
      let page = try await session.unary(QualityServiceMethods.listIssues) {
        (options) async throws(RPCError) in try await stub.listIssues(request, options)
      }.message
      return .init(elements: page.issues, nextToken: page.nextPageToken)
    }
  }

  /// - Throws: `NOT_FOUND`.
  public func get(_ name: String) async throws(PurSightError) -> Issue {
    let request = GetIssueRequest(name: session.names.issue(name))
    return try await session.unary(QualityServiceMethods.getIssue) {
      (options) async throws(RPCError) in try await stub.getIssue(request, options)
    }.message
  }
}
