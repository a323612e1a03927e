public import PurSightAPI
internal import PurSightRPC

/// The tables of rows that PurSight stores. A dataset is named by its uid or fully qualified name.
public struct Datasets: Sendable {
  private let session: CallSession
  private var stub: IngestionServiceStub { IngestionServiceStub(session.channel) }

  init(_ session: CallSession) { self.session = session }

  /// Lists datasets by fully qualified name.
  ///
  /// - Parameter filter: An expression over the fields of a dataset, such as `row_count > 1000`.
  public func list(where filter: Filter? = nil) -> PagedSequence<Dataset> {
    PagedSequence { [session, stub] (size, token) async throws(PurSightError) in
      let request = ListDatasetsRequest(
        parent: session.names.parent, pageSize: size, pageToken: token,
        filter: filter?.inlined ?? "")
      let page = try await session.unary(IngestionServiceMethods.listDatasets) {
        (options) async throws(RPCError) in try await stub.listDatasets(request, options)
      }.message
      return .init(elements: page.datasets, nextToken: page.nextPageToken)
    }
  }

  /// - Throws: `NOT_FOUND`.
  public func get(_ name: String) async throws(PurSightError) -> Dataset {
    let request = GetDatasetRequest(name: session.names.dataset(name))
    return try await session.unary(IngestionServiceMethods.getDataset) {
      (options) async throws(RPCError) in try await stub.getDataset(request, options)
    }.message
  }

  /// Creates a dataset and its asset; `fqn` has to be set, columns and key may be.
  ///
  /// - Parameter dryRun: Checks everything and writes nothing.
  /// - Throws: `ALREADY_EXISTS`.
  @discardableResult public func create(
    _ dataset: Dataset, dryRun: Bool = false
  ) async throws(PurSightError) -> Receipt<Dataset> {
    var dataset = dataset
    dataset.ruleSet = session.names.ruleSet(orNone: dataset.ruleSet)
    let wanted = dataset
    return try await session.mutate(IngestionServiceMethods.createDataset) {
      (requestID, options) async throws(RPCError) in
      try await stub.createDataset(
        CreateDatasetRequest(
          parent: session.names.parent, dataset: wanted, requestID: requestID,
          validateOnly: dryRun), options)
    }
  }

  /// Changes description, key or rule set: reads the dataset, lets `change` say what shall be, and
  /// writes that. When somebody else was faster, both are done again.
  @discardableResult public func update(
    _ name: String, dryRun: Bool = false, _ change: (inout Dataset) -> Void
  ) async throws(PurSightError) -> Receipt<Dataset> {
    try await session.change(
      read: { () async throws(PurSightError) in try await get(name) },
      {
        change(&$0)
        $0.ruleSet = session.names.ruleSet(orNone: $0.ruleSet)
      }
    ) { (old, new) async throws(PurSightError) in
      try await session.mutate(IngestionServiceMethods.updateDataset) {
        (requestID, options) async throws(RPCError) in
        try await stub.updateDataset(
          UpdateDatasetRequest(
            dataset: new, updateMask: FieldMask(paths: Self.mask), etag: old.meta?.etag ?? "",
            requestID: requestID, validateOnly: dryRun), options)
      }
    }
  }

  private static let mask = ["description", "key_columns", "rule_set"]

  /// Deletes a dataset with its rows and its asset.
  /// - Throws: `FAILED_PRECONDITION` while a load is open.
  @discardableResult public func delete(
    _ name: String, dryRun: Bool = false
  ) async throws(PurSightError) -> Receipt<Void> {
    try await session.mutate(IngestionServiceMethods.deleteDataset) {
      (requestID, options) async throws(RPCError) in
      try await stub.deleteDataset(
        DeleteDatasetRequest(
          name: session.names.dataset(name), requestID: requestID, validateOnly: dryRun), options)
    }.map { _ in }
  }
}
