public import PurSightAPI
internal import PurSightRPC

extension DatasetReference {
  /// Loads a file. The dataset is made when it is not there.
  ///
  /// The file is read as a stream, so memory does not follow its size. A lost connection is made
  /// anew; when the program itself is interrupted, `PurSight.resumeIngest` goes on behind what is
  /// durable.
  ///
  /// - Parameters:
  ///   - path: CSV, JSON Lines or an Arrow stream.
  ///   - progress: Called each time the server has acknowledged rows; has to be quick.
  /// - Throws: `INVALID_ARGUMENT` with line and column when the file cannot be read as rows.
  public func ingest(
    file path: String, _ options: IngestOptions = IngestOptions(),
    progress: @escaping @Sendable (IngestProgress) -> Void = { _ in }
  ) async throws(PurSightError) -> IngestReport {
    let plan = try IngestPlan(path: path, options)
    return try await FileIngestion(session: session, plan: plan, progress: progress).run(into: name)
  }
}

extension PurSight {
  /// Goes on with the load of a file that was interrupted, also of another program.
  ///
  /// How the file is read was kept with the load. The part of it that was sent is hashed again.
  ///
  /// - Parameters:
  ///   - stream: The load, such as `loads.find()` gives it.
  ///   - path: Where the file is now; nil: where it was.
  ///   - options: Patience and the size of appends; and, for a load that has no rows yet, how the
  ///     file
  ///     is read.
  ///   - progress: Called each time the server has acknowledged rows; has to be quick.
  /// - Throws: `FAILED_PRECONDITION`, reason `FILE_CHANGED`, when the file is not the same any
  ///   more.
  public func resumeIngest(
    _ stream: WriteStream, file path: String? = nil, _ options: IngestOptions = IngestOptions(),
    progress: @escaping @Sendable (IngestProgress) -> Void = { _ in }
  ) async throws(PurSightError) -> IngestReport {
    var plan: IngestPlan
    if stream.resumeToken.isEmpty {
      plan = try IngestPlan(path: path ?? stream.sourceURI, options)
    } else {
      plan = try ResumeToken(stream.resumeToken, options).plan
      if let path { plan = try plan.at(path) }
    }
    return try await FileIngestion(session: session, plan: plan, progress: progress).resume(stream)
  }
}
