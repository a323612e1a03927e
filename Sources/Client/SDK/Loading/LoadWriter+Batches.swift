internal import PurSightAPI
internal import PurSightArrow
internal import PurSightRPC

extension LoadWriter {
  /// Writes the rows of a batch, in as many appends as the server's limits ask for.
  ///
  /// - Parameters:
  ///   - resumeToken: What is kept with the last of them.
  ///   - partToken: What is kept with the others.
  nonisolated func write(
    _ batch: RecordBatch, _ encoder: BatchEncoder, resumeToken: [UInt8] = [],
    partToken: [UInt8] = []
  ) async throws(PurSightError) {
    guard batch.rowCount > 0 else { return }
    let limits = await limits
    let target = min(limits.maxBatchBytes, LoadLimits.appendBytes)
    var parts = max(
      (batch.byteCount + target - 1) / target,
      (batch.rowCount + limits.maxBatchRows - 1) / limits.maxBatchRows)
    if parts <= 1 || batch.rowCount == 1 {
      let message = try encoder.encode(batch)
      if message.count <= limits.maxBatchBytes {
        return try await write(
          AppendRowsRequest(arrowBatch: message, resumeToken: resumeToken),
          rowCount: batch.rowCount)
      }
      guard batch.rowCount > 1 else {
        throw PurSightError(
          .resourceExhausted,
          "A row takes \(message.count) bytes; the server takes \(limits.maxBatchBytes) at once.")
      }
      parts = 2
    }
    let rows = (batch.rowCount + parts - 1) / parts
    for start in stride(from: 0, to: batch.rowCount, by: rows) {
      let end = min(start + rows, batch.rowCount)
      try await write(
        batch.slice(start..<end), encoder,
        resumeToken: end == batch.rowCount ? resumeToken : partToken, partToken: partToken)
    }
  }

  /// Says that all rows are in.
  func finish(retryFor: Duration) async throws(PurSightError) -> LoadReceipt {
    try await flush()
    let request = FinishWriteStreamRequest(
      name: stream.name, epoch: stream.epoch, expectedOffset: window.committed)
    let receipt = try await session.persist(for: retryFor) { () async throws(PurSightError) in
      let reply = try await session.unary(IngestionServiceMethods.finishWriteStream) {
        (options) async throws(RPCError) in
        try await IngestionServiceStub(session.channel).finishWriteStream(request, options)
      }
      return LoadReceipt(
        writeStream: reply.message, auditID: reply.trailers["x-pursight-audit-id"])
    }
    close()
    return receipt
  }
}

/// Encodes batches as Arrow messages. Single-owner.
final class BatchEncoder {
  private var encoder: ArrowEncoder

  init(_ schema: ArrowSchema) { encoder = ArrowEncoder(schema) }

  func encode(_ batch: RecordBatch) throws(PurSightError) -> [UInt8] {
    do throws(ArrowError) {
      return try encoder.encode(batch).encapsulated
    } catch {
      throw PurSightError(.invalidArgument, "The rows cannot be sent: \(error).")
    }
  }
}
