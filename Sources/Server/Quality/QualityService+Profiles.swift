package import PurSightAPI
internal import PurSightArrow
internal import PurSightCompute
internal import PurSightGovernance
package import PurSightRPC
internal import PurSightRows
internal import PurSightServiceKit
internal import PurSightStorage

extension ListIssuesRequest: PagedRequest {}

extension QualityService {
  package func getProfile(
    _ request: GetProfileRequest, _ context: ServerContext
  ) async throws -> PurSightAPI.Profile {
    let (dataset, scope) = try await dataset(request.dataset, field: "dataset", context)
    let (profile, stored) = try await profile(of: dataset, scope)
    var answer = PurSightAPI.Profile(
      dataset: "\(scope.name)/datasets/\(dataset.state.uid)", revision: stored.dataRevision,
      rows: profile.rows, updateTime: Timestamp(microseconds: stored.updateTime))
    let columns = dataset.schema?.columns ?? []
    for (index, name) in request.columns.enumerated()
    where !columns.contains(where: { $0.name == name }) {
      throw RPCError.invalidField(
        "columns[\(index)]", "\(dataset.fqn.text) has no column \"\(name)\".",
        reason: "UNKNOWN_COLUMN")
    }
    let summaries = await kit.compute { profile.summaries }
    answer.columns = zip(summaries, columns).compactMap { summary, column in
      request.columns.isEmpty || request.columns.contains(column.name)
        ? ColumnProfile(summary, of: column) : nil
    }
    return answer
  }

  /// The profile of all loads of a dataset that have ended.
  private func profile(
    of dataset: Dataset, _ scope: Scope
  ) async throws -> (PurSightCompute.Profile, ProfileStore.Stored) {
    guard let schema = dataset.schema,
      let stored = try await profiles.profile(ofDataset: dataset.state.uid, in: scope)
    else {
      throw RPCError.precondition(
        "NO_PROFILE", dataset.fqn.text,
        "\(dataset.fqn.text) has no profile yet: it is made when a load ends.")
    }
    let written = try await schemas.version(
      stored.schemaVersion, ofAsset: dataset.state.uid, in: scope)
    let fields = (written?.schema ?? schema).arrowSchema
    do throws(ComputeError) {
      let profile = try await kit.compute { () throws(ComputeError) in
        var profile = try PurSightCompute.Profile(decoding: stored.state, schema: fields)
        try profile.extend(to: schema.arrowSchema)
        return profile
      }
      return (profile, stored)
    } catch {
      throw RPCError(.dataLoss, "The stored profile cannot be read: \(error.message)")
        .reason("PROFILE_DAMAGED")
    }
  }

  package func suggestRules(
    _ request: SuggestRulesRequest, _ context: ServerContext
  ) async throws -> SuggestRulesResponse {
    let (dataset, scope) = try await dataset(request.dataset, field: "dataset", context)
    let (profile, _) = try await profile(of: dataset, scope)
    let rules = await kit.compute { RuleSuggester.suggest(profile) }
    return SuggestRulesResponse(rules: rules.map { PurSightAPI.Rule($0) })
  }

  // MARK: Issues

  package func getIssue(
    _ request: GetIssueRequest, _ context: ServerContext
  ) async throws -> PurSightAPI.Issue {
    let parsed = try ResourceName(parsing: request.name, collection: "issues", field: "name")
    let scope = try context.scope(inProject: parsed.project, field: "name")
    guard let found = try await issues.issue(parsed.id, in: scope) else {
      throw RPCError.notFound("issue", parsed.id)
    }
    return PurSightAPI.Issue(found, in: scope)
  }

  package func listIssues(
    _ request: ListIssuesRequest, _ context: ServerContext
  ) async throws -> ListIssuesResponse {
    let scope = try context.scope(ofParent: request.parent)
    var key: AssetStore.Key?
    if !request.dataset.isEmpty {
      key = .uid(try await dataset(request.dataset, field: "dataset", context).dataset.state.uid)
    }
    let page = try kit.pageTokens.page(request, scope)
    var found = try await issues.issues(
      of: key, before: page.after?.first.flatMap { Int64($0) } ?? .max, limit: page.limit + 1,
      filter: try IssueStore.filterFields.render(request.filter), in: scope)
    var response = ListIssuesResponse()
    if found.count > page.limit {
      found.removeLast(found.count - page.limit)
      response.nextPageToken = try kit.pageTokens.token(
        after: ["\(found.last?.number ?? 0)"], request, scope)
    }
    response.issues = found.map { PurSightAPI.Issue($0.issue, in: scope) }
    return response
  }
}

extension PurSightAPI.ColumnProfile {
  init(_ summary: ColumnSummary, of column: Column) {
    self.init(
      columnID: column.id, column: column.name,
      type: PurSightAPI.ColumnType(rawValue: Int32(column.type.rawValue)), rows: summary.rows,
      nulls: summary.nulls, distinct: summary.distinct,
      distinctIsExact: summary.distinctIsExact, minimum: summary.minimum,
      maximum: summary.maximum, mean: summary.mean,
      standardDeviation: summary.standardDeviation,
      quantiles: summary.quantiles.map { Quantile(fraction: $0.fraction, value: $0.value) },
      topValues: summary.topValues.map { ValueCount(value: $0.text, count: $0.count) },
      histogram: summary.histogram.map {
        HistogramBin(lower: $0.lower, upper: $0.upper, count: $0.count)
      },
      shortest: summary.shortest, longest: summary.longest)
  }
}
