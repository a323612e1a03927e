internal import PurSightAPI
internal import PurSightRPC

/// Finds the name of the resource that a refused call was for, to say it in the answer and in the
/// log.
///
/// Only refused calls are looked into: the others are decoded once, by their handlers.
enum RequestedResource {
  /// The name in the request's `resource_field`; nil where the method has none, streams its
  /// requests, or where the message cannot be read.
  static func name(in context: ServerContext) async -> String? {
    guard context.method.resourceField != nil, !context.method.clientStreams,
      let reader = readers[context.method.path], let name = try? await reader(context.call),
      !name.isEmpty
    else { return nil }
    return name
  }

  private typealias Reader =
    nonisolated(nonsending) @Sendable (any ServerCall) async throws -> String

  private static func reader<Request: RPCMessage & ResourceRequest>(
    _ type: Request.Type
  ) -> Reader {
    { call in try await call.onlyMessage(Request.self).resourceName }
  }

  /// The methods whose readers there are; a test compares them with the proto.
  static var paths: Set<String> { Set(readers.keys) }

  private static let readers: [String: Reader] = [
    AccessServiceMethods.createRoleBinding.path: reader(CreateRoleBindingRequest.self),
    AccessServiceMethods.listRoleBindings.path: reader(ListRoleBindingsRequest.self),
    AccessServiceMethods.deleteRoleBinding.path: reader(DeleteRoleBindingRequest.self),
    AuditServiceMethods.listAuditEvents.path: reader(ListAuditEventsRequest.self),
    AuditServiceMethods.watchAuditEvents.path: reader(WatchAuditEventsRequest.self),
    CatalogServiceMethods.getSource.path: reader(GetSourceRequest.self),
    CatalogServiceMethods.listSources.path: reader(ListSourcesRequest.self),
    CatalogServiceMethods.deleteSource.path: reader(DeleteSourceRequest.self),
    CatalogServiceMethods.createAsset.path: reader(CreateAssetRequest.self),
    CatalogServiceMethods.getAsset.path: reader(GetAssetRequest.self),
    CatalogServiceMethods.lookupAsset.path: reader(LookupAssetRequest.self),
    CatalogServiceMethods.listAssets.path: reader(ListAssetsRequest.self),
    CatalogServiceMethods.deleteAsset.path: reader(DeleteAssetRequest.self),
    CatalogServiceMethods.getSchemaVersion.path: reader(GetSchemaVersionRequest.self),
    CatalogServiceMethods.listSchemaVersions.path: reader(ListSchemaVersionsRequest.self),
    CatalogServiceMethods.listLineage.path: reader(ListLineageRequest.self),
    CatalogServiceMethods.searchAssets.path: reader(SearchAssetsRequest.self),
    IngestionServiceMethods.createDataset.path: reader(CreateDatasetRequest.self),
    IngestionServiceMethods.getDataset.path: reader(GetDatasetRequest.self),
    IngestionServiceMethods.listDatasets.path: reader(ListDatasetsRequest.self),
    IngestionServiceMethods.deleteDataset.path: reader(DeleteDatasetRequest.self),
    IngestionServiceMethods.openWriteStream.path: reader(OpenWriteStreamRequest.self),
    IngestionServiceMethods.getWriteStream.path: reader(GetWriteStreamRequest.self),
    IngestionServiceMethods.listWriteStreams.path: reader(ListWriteStreamsRequest.self),
    IngestionServiceMethods.finishWriteStream.path: reader(FinishWriteStreamRequest.self),
    IngestionServiceMethods.abortWriteStream.path: reader(AbortWriteStreamRequest.self),
    IngestionServiceMethods.readRows.path: reader(ReadRowsRequest.self),
    IngestionServiceMethods.readQuarantine.path: reader(ReadQuarantineRequest.self),
    QualityServiceMethods.createRuleSet.path: reader(CreateRuleSetRequest.self),
    QualityServiceMethods.getRuleSet.path: reader(GetRuleSetRequest.self),
    QualityServiceMethods.listRuleSets.path: reader(ListRuleSetsRequest.self),
    QualityServiceMethods.deleteRuleSet.path: reader(DeleteRuleSetRequest.self),
    QualityServiceMethods.suggestRules.path: reader(SuggestRulesRequest.self),
    QualityServiceMethods.runChecks.path: reader(RunChecksRequest.self),
    QualityServiceMethods.getCheckRun.path: reader(GetCheckRunRequest.self),
    QualityServiceMethods.listCheckRuns.path: reader(ListCheckRunsRequest.self),
    QualityServiceMethods.readFailingRows.path: reader(ReadFailingRowsRequest.self),
    QualityServiceMethods.getProfile.path: reader(GetProfileRequest.self),
    QualityServiceMethods.getIssue.path: reader(GetIssueRequest.self),
    QualityServiceMethods.listIssues.path: reader(ListIssuesRequest.self),
  ]
}
