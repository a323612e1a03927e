public import PurSightAPI
internal import PurSightRPC

/// A dataset by name: where reading, loading and checking begin. Making one calls nothing.
public struct DatasetReference: Sendable {
  let session: CallSession
  /// `projects/{project}/datasets/{uid or fully qualified name}`.
  public let name: String
  /// The revision that is read; 0: the newest.
  public private(set) var revision: Int64 = 0

  init(_ session: CallSession, name: String) {
    self.session = session
    self.name = name
  }

  /// The dataset as it was at a revision, for reads.
  public func at(revision: Int64) -> DatasetReference {
    var reference = self
    reference.revision = revision
    return reference
  }

  /// - Throws: `NOT_FOUND`.
  public func info() async throws(PurSightError) -> Dataset {
    try await Datasets(session).get(name)
  }

  /// Changes description, key or rule set; see `Datasets.update`.
  @discardableResult public func update(
    dryRun: Bool = false, _ change: (inout Dataset) -> Void
  ) async throws(PurSightError) -> Receipt<Dataset> {
    try await Datasets(session).update(name, dryRun: dryRun, change)
  }

  /// Deletes the dataset with its rows and its asset.
  /// - Throws: `FAILED_PRECONDITION` while a load is open.
  @discardableResult public func delete(
    dryRun: Bool = false
  ) async throws(PurSightError) -> Receipt<Void> {
    try await Datasets(session).delete(name, dryRun: dryRun)
  }

  /// The loads into it, newest first.
  public func loads(_ state: WriteStreamState? = nil) -> PagedSequence<WriteStream> {
    Loads(session).list(dataset: name, state: state)
  }
}

// Reading.
extension DatasetReference {
  /// The rows as batches.
  ///
  /// - Parameters:
  ///   - filter: Which rows, such as `"dep_delay > \(limit)"`; nil: all.
  ///   - columns: Which columns, in this order; none: all.
  ///   - limit: How many rows at the most; nil: all.
  ///   - position: Where an earlier read of the same rows was.
  public func batches(
    where filter: Filter? = nil, columns: [String] = [], limit: Int? = nil,
    from position: ReadPosition? = nil
  ) -> BatchSequence {
    BatchSequence(
      session,
      ReadQuery(
        dataset: name, columns: columns, filter: filter, revision: revision, limit: limit),
      from: position)
  }

  /// The rows one by one. Parameters as of `batches`.
  public func rows(
    where filter: Filter? = nil, columns: [String] = [], limit: Int? = nil,
    from position: ReadPosition? = nil
  ) -> RowSequence<Row> {
    RowSequence(batches(where: filter, columns: columns, limit: limit, from: position)) { $0 }
  }

  /// The rows as values of a type of one's own; reads the columns that the type names.
  public func rows<Value: RowDecodable>(
    of type: Value.Type, where filter: Filter? = nil, limit: Int? = nil,
    from position: ReadPosition? = nil
  ) -> RowSequence<Value> {
    RowSequence(
      batches(where: filter, columns: Value.columns, limit: limit, from: position),
      Value.init)
  }

  /// The rows as bytes of a file. Parameters as of `batches`.
  public func export(
    as format: RowFormat, where filter: Filter? = nil, columns: [String] = [],
    limit: Int? = nil, from position: ReadPosition? = nil
  ) -> ExportSequence {
    ExportSequence(
      batches(where: filter, columns: columns, limit: limit, from: position), format)
  }

  /// The rows in quarantine, oldest first.
  ///
  /// - Parameters:
  ///   - rule: Only rows that broke this rule.
  ///   - load: Only rows of this load.
  ///   - limit: How many at the most; nil: all.
  public func quarantine(
    rule: String? = nil, load: String? = nil, limit: Int? = nil
  ) -> ServerStream<QuarantinedRow> {
    let request = ReadQuarantineRequest(
      dataset: name, ruleID: rule ?? "", writeStream: load ?? "", limit: Int64(limit ?? 0))
    return ServerStream(session) { [session] (options) async throws(RPCError) in
      try await IngestionServiceStub(session.channel).readQuarantine(request, options)
    }
  }
}
