package import PurSightAPI
internal import PurSightGovernance
package import PurSightRPC
internal import PurSightServiceKit
internal import PurSightStorage

extension CreateRuleSetRequest: MutationRequest {}
extension UpdateRuleSetRequest: MutationRequest {}
extension DeleteRuleSetRequest: MutationRequest {}
extension ListRuleSetsRequest: PagedRequest {}

extension QualityService {
  package func createRuleSet(
    _ request: CreateRuleSetRequest, _ context: ServerContext
  ) async throws -> PurSightAPI.RuleSet {
    let scope = try context.scope(ofParent: request.parent)
    try Slug.check(request.ruleSetID, field: "rule_set_id")
    let given = request.ruleSet ?? PurSightAPI.RuleSet()
    _ = try Rule.rules(given.rules, field: "rule_set.rules")
    do {
      return try await kit.mutate(request, context) { unit in
        let ruleSet = RuleSet(
          slug: request.ruleSetID, dataset: given.dataset, description: given.description,
          version: 1, body: PurSightAPI.RuleSet(rules: given.rules).serialized(),
          state: .created(uid: kit.makeUID(), at: unit.time, by: unit.actor))
        let answer = try PurSightAPI.RuleSet(ruleSet, in: scope)
        ruleSets.insert(ruleSet, into: &unit)
        record(.create, answer, before: 0, state: ruleSet.state, &unit)
        return answer
      }
    } catch let error as StorageError
      where error.code == .alreadyExists(constraint: RuleSetStore.taken)
    {
      throw RPCError.alreadyExists("rule set", request.ruleSetID)
    }
  }

  private func record(
    _ activity: AuditRecord.Activity, _ answer: PurSightAPI.RuleSet, before: Int64,
    state: ResourceState, changes: [FieldChange] = [], _ unit: inout UnitOfWork
  ) {
    let operation: ResourceVersion.Operation =
      switch activity {
      case .create: .create
      case .delete: .delete
      default: .update
      }
    unit.record(
      ResourceVersion(
        .ruleSet, uid: state.uid, revision: state.revision, operation: operation,
        body: answer.serialized()))
    unit.audit(
      AuditRecord(
        activity,
        resources: [
          AuditedResource(
            answer.name, revisionBefore: before,
            revisionAfter: activity == .delete ? 0 : state.revision)
        ], changes: changes, note: "version \(answer.version), \(answer.rules.count) rules"))
  }

  package func getRuleSet(
    _ request: GetRuleSetRequest, _ context: ServerContext
  ) async throws -> PurSightAPI.RuleSet {
    let (found, scope) = try await ruleSet(
      request.name, version: request.version == 0 ? nil : request.version, field: "name", context)
    return try PurSightAPI.RuleSet(found, in: scope)
  }

  package func listRuleSets(
    _ request: ListRuleSetsRequest, _ context: ServerContext
  ) async throws -> ListRuleSetsResponse {
    let scope = try context.scope(ofParent: request.parent)
    let page = try kit.pageTokens.page(request, scope)
    var found = try await ruleSets.ruleSets(
      after: page.after?.first ?? "", limit: page.limit + 1, in: scope)
    var response = ListRuleSetsResponse()
    if found.count > page.limit {
      found.removeLast(found.count - page.limit)
      response.nextPageToken = try kit.pageTokens.token(
        after: [found.last?.slug ?? ""], request, scope)
    }
    response.ruleSets = try found.map { try PurSightAPI.RuleSet($0, in: scope) }
    return response
  }

  package func updateRuleSet(
    _ request: UpdateRuleSetRequest, _ context: ServerContext
  ) async throws -> PurSightAPI.RuleSet {
    let wanted = request.ruleSet ?? PurSightAPI.RuleSet()
    let (before, scope) = try await ruleSet(wanted.name, field: "rule_set.name", context)
    try before.state.checkEtag(request.etag, of: before.slug)
    let paths = try UpdateMask.paths(
      request.updateMask?.paths ?? [], known: RuleSet.updatablePaths,
      set: [
        ("dataset", !wanted.dataset.isEmpty), ("rules", !wanted.rules.isEmpty),
        ("description", !wanted.description.isEmpty),
      ])
    var after = before
    var changes: [FieldChange] = []
    if paths.contains("dataset"), wanted.dataset != before.dataset {
      after.dataset = wanted.dataset
      changes.append(.text("dataset", before: before.dataset, after: wanted.dataset))
    }
    if paths.contains("description"), wanted.description != before.description {
      after.description = wanted.description
      changes.append(.text("description", before: before.description, after: wanted.description))
    }
    if paths.contains("rules") {
      _ = try Rule.rules(wanted.rules, field: "rule_set.rules")
      let body = PurSightAPI.RuleSet(rules: wanted.rules).serialized()
      if body != before.body {
        after.body = body
        after.version = before.version + 1
        changes.append(
          .text("version", before: "\(before.version)", after: "\(after.version)"))
      }
    }
    guard !changes.isEmpty else { return try PurSightAPI.RuleSet(before, in: scope) }
    return try await kit.mutate(request, context) { unit in
      var next = after
      next.state = before.state.updated(at: unit.time, by: unit.actor)
      let answer = try PurSightAPI.RuleSet(next, in: scope)
      ruleSets.update(
        next, isNewVersion: next.version != before.version, from: before.state.revision, in: &unit)
      record(
        .update, answer, before: before.state.revision, state: next.state, changes: changes, &unit)
      return answer
    }
  }

  package func deleteRuleSet(
    _ request: DeleteRuleSetRequest, _ context: ServerContext
  ) async throws -> Empty {
    let (before, scope) = try await ruleSet(request.name, field: "name", context)
    try before.state.checkEtag(request.etag, of: before.slug)
    do {
      return try await kit.mutate(request, context) { unit in
        var gone = before
        gone.state = before.state.updated(at: unit.time, by: unit.actor)
        ruleSets.delete(gone, from: before.state.revision, in: &unit)
        record(
          .delete, try PurSightAPI.RuleSet(gone, in: scope), before: before.state.revision,
          state: gone.state, &unit)
        return Empty()
      }
    } catch let error as StorageError where error.code == .guardFailed(RuleSetStore.isUnbound) {
      throw RPCError.precondition(
        "RULE_SET_IN_USE", before.slug,
        "Datasets are bound to the rule set \(before.slug). Bind them to another one first.")
    }
  }
}
