internal import PurSightAPI
internal import PurSightArrow
internal import PurSightCompute
internal import PurSightCrypto
internal import PurSightFormats
internal import PurSightGovernance
internal import PurSightRows
internal import PurSightStorage

extension LoadSession {
  /// What checking an append came to.
  enum Checked: Sendable {
    case store(StoredAppend)
    /// Nothing of it is stored; the stream goes on.
    case refuse(AppendRefusal)
  }

  /// Decodes an append, applies schema and rules, and encodes what is to be stored. Work for the
  /// compute executor; touches nothing outside of the session.
  func check(_ request: AppendRowsRequest, epoch: Int64, limits: IngestionLimits) -> Checked {
    switch AppendDecision(offset: request.offset, epoch: epoch, to: stream) {
    case .accept(let offset):
      do throws(AppendRefusal) {
        let append = try prepare(request, at: offset, limits)
        verdictState = append.verdictState
        return .store(append)
      } catch {
        // Rows that are not stored are not counted either. The bytes are our own.
        do throws(ComputeError) { try evaluator?.restore(verdictState) } catch {
          preconditionFailure("a snapshot of the rules is read: \(error)")
        }
        return .refuse(error)
      }
    case .alreadyExists(let expected): return .refuse(.alreadyExists(request.offset, expected))
    case .outOfRange(let expected): return .refuse(.outOfRange(request.offset, expected))
    case .fenced(let epoch): return .refuse(.fenced(stream.id, epoch))
    case .closed(let life): return .refuse(.closed(stream.id, life))
    }
  }

  private func prepare(
    _ request: AppendRowsRequest, at offset: Int64, _ limits: IngestionLimits
  ) throws(AppendRefusal) -> StoredAppend {
    let batch = try decode(request.arrowBatch, limits)
    let rows = (batch?.rowCount ?? 0) + request.unparsedRows.count
    guard rows <= limits.maxBatchRows else {
      throw .tooManyRows(rows, limits.maxBatchRows)
    }
    let places = try RowPlaces(
      offset: offset, parsed: batch?.rowCount ?? 0, unparsed: request.unparsedRows)
    var result = StoredAppend(
      writeStream: number, epoch: stream.epoch, datasetUID: stream.datasetUID, offset: offset,
      rows: Int64(rows), resumeToken: request.resumeToken, segment: nil,
      quarantined: request.unparsedRows.map(QuarantinedRow.init(unparsed:)), failing: [],
      checkRun: stream.checkRunUID, verdictState: nil)
    if stream.onBadRow == .rejectBatch, let first = request.unparsedRows.first {
      throw .badRows([RowError(unparsed: first)])
    }
    if let batch { try apply(batch, places, &result, limits) }
    result.verdictState = evaluator?.snapshot
    stream.nextOffset += Int64(rows)
    stream.rowsStored += Int64(result.segment?.rows ?? 0)
    stream.rowsQuarantined += Int64(result.quarantined.count)
    return result
  }

  private func decode(
    _ message: [UInt8], _ limits: IngestionLimits
  ) throws(AppendRefusal) -> RecordBatch? {
    guard !message.isEmpty else { return nil }
    guard message.count <= limits.maxBatchBytes else {
      throw .batchTooLarge(message.count, limits.maxBatchBytes)
    }
    do throws(ArrowError) {
      guard case .batch(let batch) = try decoder.decode(message: ArrowBuffer(message)) else {
        throw ArrowError(.malformed, "it is not a record batch message")
      }
      return try shape.conform(batch)
    } catch {
      throw .malformedBatch(error)
    }
  }

  private func apply(
    _ batch: RecordBatch, _ places: RowPlaces, _ result: inout StoredAppend,
    _ limits: IngestionLimits
  ) throws(AppendRefusal) {
    var bad = BadRows(batch, places)
    if let misfit = shape.misfits(batch) {
      bad.add(
        misfit.rows, column: misfit.column, rule: "", reason: QuarantinedRow.Reason.schema,
        message: "null is not allowed in \(shape.schema.columns[misfit.column].name)")
    }
    if stream.onBadRow == .rejectBatch, !bad.isEmpty { throw .badRows(bad.errors(limits)) }
    hashes.begin(batch)
    var outcome: BatchOutcome?
    if var evaluator {
      // Taken out and put back, so that the state is changed in place.
      self.evaluator = nil
      outcome = evaluator.evaluate(
        batch, hashes: &hashes, isWhole: stream.onBadRow == .rejectBatch)
      self.evaluator = evaluator
    }
    if let outcome { try judge(outcome, batch, &bad, limits) }
    if stream.onBadRow == .rejectBatch, !bad.isEmpty { throw .badRows(bad.errors(limits)) }
    result.quarantined += bad.quarantined()
    result.quarantined.sort { $0.offset < $1.offset }
    try store(batch, keeping: bad.kept, outcome, &result)
  }

  /// Sorts the rows that broke rules by what becomes of them.
  private func judge(
    _ outcome: BatchOutcome, _ batch: RecordBatch, _ bad: inout BadRows, _ limits: IngestionLimits
  ) throws(AppendRefusal) {
    if let stopping = outcome.stopping.first {
      let rule = rules[stopping]
      var stopped = BadRows(batch, bad.places)
      let failing = outcome.outcomes[stopping].failing ?? outcome.outcomes[stopping].undecided
      if let failing { stopped.add(failing, breaking: rule, in: shape.schema) }
      throw .stopped(rule.name, stopped.errors(limits))
    }
    for (rule, found) in zip(rules, outcome.outcomes) where rule.severity == .quarantine {
      if let failing = found.failing { bad.add(failing, breaking: rule, in: shape.schema) }
      if let undecided = found.undecided {
        bad.add(undecided, breaking: rule, in: shape.schema, isUndecided: true)
      }
    }
  }

  private func store(
    _ batch: RecordBatch, keeping kept: Bitmap?, _ outcome: BatchOutcome?,
    _ result: inout StoredAppend
  ) throws(AppendRefusal) {
    let stored = kept.map { batch.filtering($0) } ?? batch
    guard stored.rowCount > 0 else { return }
    if kept == nil {
      profile.add(stored, hashes: &hashes)
    } else {
      hashes.begin(stored)
      profile.add(stored, hashes: &hashes)
    }
    do throws(ArrowError) {
      var encoder = SegmentEncoder(compression: .lz4)
      let segment = try encoder.encode(stored)
      let digest = SHA256.hash(segment.bytes).bytes
      stream.segmentsDigest = SHA256.hash(stream.segmentsDigest + digest).bytes
      result.segment = StoredAppend.NewSegment(
        rows: Int32(stored.rowCount), codec: SegmentCodec.lz4.rawValue,
        schemaVersion: shape.schema.version, digest: digest, columns: segment.layout.encoded,
        bytes: segment.bytes, streamDigest: stream.segmentsDigest)
    } catch {
      throw .malformedBatch(error)
    }
    for (ordinal, found) in (outcome?.outcomes ?? []).enumerated() {
      guard let failing = found.failing else { continue }
      let remaining = kept.map { failing.compacted(by: $0) } ?? failing
      let count = remaining.countOfOnes
      guard count > 0 else { continue }
      result.failing.append(
        StoredAppend.FailingRows(
          ordinal: Int32(ordinal), failed: Int32(count), bits: remaining.packedBytes))
    }
  }
}
