internal import PurSightAPI
internal import PurSightArrow
internal import PurSightFormats
internal import PurSightRPC
internal import Synchronization

/// One file on its way into a dataset.
struct FileIngestion: Sendable {
  let session: CallSession
  var plan: IngestPlan
  let progress: @Sendable (IngestProgress) -> Void

  /// Loads the file into a dataset, which is made when it is not there.
  func run(into name: String) async throws(PurSightError) -> IngestReport {
    let known = try await Self.find(name, session)
    if let stream = try await begun(known) {
      var again = self
      again.plan = try ResumeToken(stream.resumeToken, plan.options).plan.at(plan.path)
      return try await again.resume(stream)
    }
    var plan = plan
    plan.take(known?.columns ?? [])
    let reading = FileReading(plan: plan)
    let head = try await reading.head()
    if known == nil { try await create(name) }
    let options = plan.options
    var load = LoadOptions()
    load.source = options.source
    load.sourceURI = plan.path
    load.onBadRow = options.onBadRow
    load.rules = options.rules
    let stream = try await session.open(
      session.openRequest(name, options.id ?? "", load, head.message))
    return try await send(reading, head, to: stream)
  }

  /// Goes on with a load that was interrupted.
  func resume(_ stream: WriteStream) async throws(PurSightError) -> IngestReport {
    let known = try await Datasets(session).get(stream.dataset)
    var plan = plan
    plan.take(known.columns)
    let reading = FileReading(plan: plan)
    let head = try await reading.head()
    var load = LoadOptions()
    load.source = stream.source
    load.sourceURI = stream.sourceURI
    load.onBadRow = stream.onBadRow
    load.rules = stream.ruleSet
    let request = session.openRequest(stream.dataset, Names.id(stream.name), load, head.message)
    return try await send(reading, head, to: try await session.open(request))
  }

  private func send(
    _ reading: FileReading, _ head: FileHead, to stream: WriteStream
  ) async throws(PurSightError) -> IngestReport {
    let token = try token(of: stream)
    let meter = ProgressMeter(stream, head.size, progress)
    let writer = LoadWriter(session, stream, retryFor: plan.options.retryFor) { meter.update($0) }
    let batches = try reading.batches(head, from: token)
    var nulls = head.nullColumns
    do throws(PurSightError) {
      try await send(batches, head.schema, writer, meter, &nulls, from: token)
      let receipt = try await writer.finish(retryFor: plan.options.retryFor)
      let elapsed = meter.elapsed
      return IngestReport(
        dataset: try await Datasets(session).get(stream.dataset),
        writeStream: receipt.writeStream,
        columns: head.schema.fields.map {
          IngestReport.Column(
            name: $0.name, typeName: $0.type.description, hasNulls: nulls.contains($0.name))
        }, nullTokens: plan.format == .csv ? plan.options.nullTokens : [], bytes: head.size,
        rowsSent: receipt.rows - stream.nextOffset, elapsed: elapsed, auditID: receipt.auditID)
    } catch {
      batches.abandon()
      await writer.close(error)
      throw error
    }
  }

  private func send(
    _ batches: HandOff<FileBatch>, _ schema: ArrowSchema, _ writer: LoadWriter,
    _ meter: ProgressMeter, _ nulls: inout Set<String>, from token: ResumeToken?
  ) async throws(PurSightError) {
    let encoder = BatchEncoder(schema)
    // Rows between the place where reading begins and the place where the server is.
    var toSkip = Int(writer.stream.nextOffset)
    if plan.format != .arrowStream { toSkip -= token?.position.row ?? 0 }
    while let batch = try await batches.next() {
      let rows = batch.rows.end.row - batch.rows.start.row
      let skipped = min(toSkip, rows)
      toSkip -= skipped
      for (field, column) in zip(schema.fields, batch.rows.batch.columns)
      where column.nullCount > 0 { nulls.insert(field.name) }
      meter.sent(upTo: batch.rows.end)
      for append in batch.appends(skipping: skipped, maxRows: await writer.limits.maxBatchRows) {
        if append.unparsed.isEmpty {
          try await writer.write(
            append.batch, encoder, resumeToken: append.token, partToken: append.partToken)
        } else {
          let message = try encoder.encode(append.batch)
          try await writer.write(
            AppendRowsRequest(
              arrowBatch: message, unparsedRows: append.unparsed, resumeToken: append.token),
            rowCount: append.rowCount)
        }
      }
    }
    guard toSkip == 0 else {
      throw PurSightError(
        .failedPrecondition, "\(plan.path) has \(toSkip) rows fewer than the load has already.",
        reason: "FILE_CHANGED")
    }
  }

  /// Where an earlier process was; nil at the start.
  private func token(of stream: WriteStream) throws(PurSightError) -> ResumeToken? {
    guard stream.nextOffset > 0 else { return nil }
    if stream.resumeToken.isEmpty {
      throw PurSightError(
        .failedPrecondition,
        "The load \(Names.id(stream.name)) has rows already, and none of them are from a file.",
        reason: "RESUME_TOKEN", advice: "Take another id.")
    }
    return try ResumeToken(stream.resumeToken, plan.options)
  }

  // MARK: The dataset

  /// The dataset; nil where there is none.
  private static func find(
    _ name: String, _ session: CallSession
  ) async throws(PurSightError) -> Dataset? {
    do throws(PurSightError) {
      return try await Datasets(session).get(name)
    } catch {
      guard error.code == .notFound else { throw error }
      return nil
    }
  }

  /// The load of this id that an earlier program has begun; nil where there is none with rows.
  private func begun(_ dataset: Dataset?) async throws(PurSightError) -> WriteStream? {
    guard let dataset, let id = plan.options.id else { return nil }
    let stream: WriteStream
    do throws(PurSightError) {
      stream = try await Loads(session).get("\(dataset.name)/writeStreams/\(id)")
    } catch {
      guard error.code == .notFound else { throw error }
      return nil
    }
    return stream.state == .open && !stream.resumeToken.isEmpty ? stream : nil
  }

  private func create(_ name: String) async throws(PurSightError) {
    let fqn = name.split(separator: "/", maxSplits: 3).last.map(String.init) ?? name
    do throws(PurSightError) {
      try await Datasets(session).create(Dataset(fqn: fqn))
    } catch {
      // Somebody was faster.
      guard error.code == .alreadyExists else { throw error }
    }
  }
}

/// Knows how many bytes of a file belong to how many rows, and tells how far a load is.
final class ProgressMeter: Sendable {
  private struct Mark {
    let row: Int64
    let byte: Int64
  }

  private let id: String
  private let size: Int64
  private let start: Int64
  private let began = ContinuousClock.now
  private let report: @Sendable (IngestProgress) -> Void
  private let marks = Mutex<[Mark]>([])
  private let durableBytes = Atomic<Int64>(0)

  init(
    _ stream: WriteStream, _ size: Int64, _ report: @escaping @Sendable (IngestProgress) -> Void
  ) {
    id = Names.id(stream.name)
    start = stream.nextOffset
    self.size = size
    self.report = report
  }

  var elapsed: Duration { began.duration(to: .now) }

  /// Rows up to a place are on their way. The window bounds how many marks there are.
  func sent(upTo position: SourcePosition) {
    marks.withLock {
      $0.append(Mark(row: Int64(position.row), byte: Int64(position.byteOffset)))
    }
  }

  func update(_ load: LoadProgress) {
    let passed = marks.withLock { marks in
      let count = marks.prefix { $0.row <= load.committed }.count
      defer { marks.removeFirst(count) }
      return count > 0 ? marks[count - 1].byte : nil
    }
    if let passed { durableBytes.store(passed, ordering: .relaxed) }
    let elapsed = elapsed
    report(
      IngestProgress(
        id: id, committedOffset: load.committed, rowsStored: load.stored,
        rowsQuarantined: load.quarantined, bytes: durableBytes.load(ordering: .relaxed),
        totalBytes: size, elapsed: elapsed,
        rowsPerSecond: Double(load.committed - start) / max(elapsed.inSeconds, 1e-9),
        isReconnecting: load.isReconnecting))
  }
}
