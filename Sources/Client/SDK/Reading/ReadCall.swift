internal import PurSightAPI
internal import PurSightArrow
internal import PurSightRPC

/// One read as it goes on over calls: opens, decodes, and opens again where a connection was lost.
///
/// Single-owner: the task that iterates.
final class ReadCall {
  private let session: CallSession
  private let query: ReadQuery
  private var responses: ResponseStream<ReadRowsResponse>.AsyncIterator?
  private var decoder = ArrowDecoder()
  private var layout: RowLayout?
  private var waiting: Batch?
  private var failures = 0
  private var isAtEnd = false
  /// Behind the batch that was given last.
  private(set) var position: ReadPosition
  /// Behind `waiting`.
  private var waitingPosition = ReadPosition.start
  private var rowsToSkip: Int

  init(_ session: CallSession, _ query: ReadQuery, _ start: ReadPosition) {
    self.session = session
    self.query = query
    position = start
    rowsToSkip = start.skippedRows
  }

  func next() async throws(PurSightError) -> Batch? {
    while waiting == nil, !isAtEnd { try await fetch() }
    guard let batch = waiting else { return nil }
    waiting = nil
    position = waitingPosition
    return batch
  }

  /// The columns, which come before the rows.
  func columns() async throws(PurSightError) -> (ArrowSchema, RowLayout) {
    while layout == nil, !isAtEnd { try await fetch() }
    guard let schema = decoder.schema, let layout else {
      throw PurSightError(.internal, "The server ended the read without saying the columns.")
    }
    return (schema, layout)
  }

  /// Receives one response; where the connection was lost, waits a little instead.
  private func fetch() async throws(PurSightError) {
    let response: ReadRowsResponse?
    do throws(RPCError) {
      response = try await receive()
    } catch {
      responses = nil
      failures += 1
      guard let pause = session.pause(after: failures, error) else { throw PurSightError(error) }
      return try await session.sleep(for: pause)
    }
    failures = 0
    session.noteAnswer()
    guard let response else {
      isAtEnd = true
      return
    }
    try take(response)
    if response.end {
      // The status follows at once; without taking it, the end would look like a break to the
      // server.
      _ = try? await responses?.next()
      responses = nil
    }
  }

  private func receive() async throws(RPCError) -> ReadRowsResponse? {
    if let responses { return try await responses.next() }
    let stream = try await IngestionServiceStub(session.channel)
      .readRows(query.request(after: position.token), session.options())
    let iterator = stream.makeAsyncIterator()
    responses = iterator
    decoder = ArrowDecoder()
    rowsToSkip = position.skippedRows
    return try await iterator.next()
  }

  private func take(_ response: ReadRowsResponse) throws(PurSightError) {
    isAtEnd = response.end
    if !response.arrowSchema.isEmpty {
      guard case .schema(let schema)? = try event(response.arrowSchema) else {
        throw PurSightError(.internal, "The server sent something else where columns belong.")
      }
      if layout == nil { layout = RowLayout(schema) }
    }
    guard !response.arrowBatch.isEmpty else { return }
    guard case .batch(var rows)? = try event(response.arrowBatch) else { return }
    if rowsToSkip > 0 {
      let skipped = min(rowsToSkip, rows.rowCount)
      rowsToSkip -= skipped
      rows = rows.slice(skipped..<rows.rowCount)
    }
    waitingPosition = ReadPosition(token: response.resumeToken, skippedRows: 0)
    guard rows.rowCount > 0 else {
      position = waitingPosition
      return
    }
    waiting = Batch(rows, layout)
  }

  private func event(_ message: [UInt8]) throws(PurSightError) -> ArrowEvent? {
    do throws(ArrowError) {
      return try decoder.decode(message: ArrowBuffer(message))
    } catch {
      throw PurSightError(.dataLoss, "The server sent rows that are no Arrow: \(error).")
    }
  }
}
