internal import PurSightAPI
internal import PurSightArrow
internal import PurSightCompute
internal import PurSightExpression
internal import PurSightGovernance
internal import PurSightRPC
internal import PurSightRows
internal import PurSightServiceKit

/// Turns segments into the responses of a read: filter, projection, limit, position. A value.
struct RowReader: Sendable {
  private let plan: ReadPlan
  private let request: ReadRowsRequest
  private var position: ReadPosition
  private let limit: Int64

  init(_ plan: ReadPlan, _ request: ReadRowsRequest) {
    self.plan = plan
    self.request = request
    position = plan.position
    limit = request.limit == 0 ? .max : request.limit
  }

  private var output: ArrowSchema {
    ArrowSchema(plan.columns.prefix(plan.outputCount).map(\.arrowField))
  }

  var isDone: Bool { position.sent >= limit }

  /// The first response: schema and revision.
  var header: ReadRowsResponse {
    ReadRowsResponse(
      arrowSchema: ArrowEncoder.message(of: output).encapsulated, revision: plan.revision,
      resumeToken: position.token(request, key: plan.tokenKey), rowsScanned: position.scanned,
      rowsTotal: plan.rowsTotal)
  }

  /// The last response.
  var end: ReadRowsResponse {
    ReadRowsResponse(
      revision: plan.revision, rowsScanned: position.scanned, rowsTotal: plan.rowsTotal, end: true)
  }

  struct Step: Sendable {
    var reader: RowReader
    var responses: [ReadRowsResponse]
  }

  /// Decodes a segment and makes its response; none where no row is left. Work for the compute
  /// executor.
  func step(_ fetched: DatasetScan.Fetched) throws(RPCError) -> Step {
    var next = self
    var batch: RecordBatch
    do throws(ArrowError) { batch = try fetched.batch() } catch { throw Self.damaged(error) }
    let done = fetched.segment.number == position.segment ? Int(position.row) : 0
    if done > 0 { batch = batch.slice(min(done, batch.rowCount)..<batch.rowCount) }
    next.position.scanned += Int64(batch.rowCount)
    if let filter = plan.filter { batch = try filtered(batch, filter, fetched.segment.number) }
    batch = batch.selecting(at: Array(0..<plan.outputCount))
    let room = limit - position.sent
    if Int64(batch.rowCount) > room { batch = batch.slice(0..<Int(room)) }
    next.position.segment = fetched.segment.number + 1
    next.position.row = 0
    next.position.sent += Int64(batch.rowCount)
    guard batch.rowCount > 0 else { return Step(reader: next, responses: []) }
    let message: ArrowMessage
    do throws(ArrowError) {
      var encoder = ArrowEncoder(output, compression: .none)
      message = try encoder.encode(batch)
    } catch {
      throw Self.damaged(error)
    }
    let response = ReadRowsResponse(
      arrowBatch: message.encapsulated, rowCount: Int64(batch.rowCount),
      revision: plan.revision, resumeToken: next.position.token(request, key: plan.tokenKey),
      rowsScanned: next.position.scanned, rowsTotal: plan.rowsTotal)
    return Step(reader: next, responses: [response])
  }

  private static func damaged(_ error: ArrowError) -> RPCError {
    RPCError(.dataLoss, "Stored rows cannot be read: \(error.description)")
      .reason("SEGMENT_DAMAGED")
  }

  /// - Throws: `INVALID_ARGUMENT` naming the row whose values the filter has no answer for.
  private func filtered(
    _ batch: RecordBatch, _ program: ExpressionProgram, _ segment: Int64
  ) throws(RPCError) -> RecordBatch {
    let outcome: FilterOutcome
    do throws(ComputeError) {
      var kernel = try FilterKernel(program, schema: batch.schema)
      outcome = kernel.evaluate(batch)
    } catch {
      throw RPCError.invalidField("filter", error.message)
    }
    if let fault = outcome.faults.first {
      throw RPCError.invalidField(
        "filter",
        "\(fault.position): \(fault.error.message) in row \(fault.row) of segment \(segment). "
          + "Guard it with case when.", reason: "ROW_ERROR")
    }
    return batch.filtering(outcome.selected)
  }
}
