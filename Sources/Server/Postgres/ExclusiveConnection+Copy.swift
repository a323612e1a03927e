internal import PurSightTelemetry

internal import CPurSightPostgres

/// Scripts, COPY and streams: the protocol outside of the pipeline, where the connection takes
/// libpq's results itself, and only when somebody waits for them.
extension ExclusiveConnection {
  /// Rows handed to a reader at once, at most: what libpq has read, but no more.
  private static let maxRowsTaken = 256

  /// Executes statements of the simple protocol; ends early when one of them begins a COPY.
  func runScript(
    _ text: String, _ ticket: OperationTicket, _ completion: Completion<[PostgresRows]>
  ) {
    if let error = refusal(ticket) { return completion.fail(error) }
    guard !text.utf8.contains(0) else {
      endOperation()
      return completion.fail(
        PostgresError(.invalidValue, "A statement's text contains a NUL character."))
    }
    var script = text
    if let beginning {
      self.beginning = nil
      metrics.transactions.add()
      let scope = beginning.scope.script(limitMilliseconds: restMilliseconds())
      script = "\(beginning.begin.text); \(scope); \(text)"
    }
    work = .script(completion)
    leavePipeline(.script) { handle in handle.sendScript(script) }
  }

  /// Executes one statement whose rows are taken one by one.
  func beginStream(
    _ sql: SQL, _ ticket: OperationTicket, _ completion: Completion<[PostgresRows]>
  ) {
    if let error = refusal(ticket) { return completion.fail(error) }
    do throws(PostgresError) {
      var parameters = ParameterBuffer()
      let types = sql.parameters.map { $0.type.rawValue }
      guard let session else { throw PostgresDatabase.closedError }
      try session.beginOwnerDriven()
      phase = .stream
      let isSent = try unsafe parameters.lend(sql.parameters) { lent in
        unsafe session.handle.sendOnce(sql.text, types: types, lent)
      }
      session.setWantsInput(false)
      endOperation()
      if isSent, session.handle.setSingleRowMode() { return completion.succeed([]) }
      throw PostgresError(.connectionLost, "Cannot send: \(session.handle.complaint)")
    } catch {
      if phase == .stream, error.code != .connectionLost { finishOwnerDriven() }
      endOperation()
      completion.fail(error)
    }
  }

  private func leavePipeline(_ next: Phase, _ send: (PostgresHandle) -> Bool) {
    guard let session else { return giveUp(PostgresDatabase.closedError) }
    do throws(PostgresError) {
      try session.beginOwnerDriven()
    } catch {
      return giveUp(error)
    }
    phase = next
    _ = send(session.handle)
    session.write()
  }

  /// Writes rows of a COPY; ends when the kernel has taken them.
  func write(
    _ bytes: [UInt8], _ ticket: OperationTicket, _ completion: Completion<Void>
  ) {
    if let error = refusal(ticket) { return completion.fail(error) }
    guard let session, phase == .copyIn else {
      endOperation()
      return completion.fail(Self.noCopyError)
    }
    let isTaken = unsafe bytes.withUnsafeBytes { unsafe session.handle.putCopyData($0) }
    if !isTaken || session.write() {
      // A lost connection shows at the next look at it.
      endOperation()
      return completion.succeed(())
    }
    work = .writing(completion)
  }

  /// Ends a COPY to the server; with a reason it is rolled back.
  func endCopyIn(
    reason: String?, _ ticket: OperationTicket, _ completion: Completion<[PostgresRows]>
  ) {
    if let error = refusal(ticket) { return completion.fail(error) }
    guard let session, phase == .copyIn else {
      endOperation()
      return completion.fail(Self.noCopyError)
    }
    phase = .script
    work = .script(completion)
    _ = session.handle.endCopy(reason: reason)
    session.write()
    // A server that refused a row has said so already: nothing further would wake the loop.
    goOn()
  }

  /// Asks for the next rows of a COPY from the server, as many as have come; none at its end.
  func nextCopyRows(_ ticket: OperationTicket, _ completion: Completion<[[UInt8]]>) {
    if let error = refusal(ticket) { return completion.fail(error) }
    guard phase == .copyOut || phase == .script else {
      endOperation()
      return completion.fail(Self.noCopyError)
    }
    work = .copyRows(completion)
    goOn()
  }

  /// Asks for the next rows of a stream, as many as have come; none at its end.
  func nextStreamRows(_ ticket: OperationTicket, _ completion: Completion<[PostgresRow]>) {
    if let error = refusal(ticket) { return completion.fail(error) }
    guard phase == .stream else {
      endOperation()
      return completion.fail(Self.noCopyError)
    }
    work = .streamRows(completion)
    goOn()
  }

  // MARK: Progress

  /// Takes what is there for whoever waits.
  func goOn() {
    guard let session, session.isOwnerDriven else { return }
    switch work {
    case .writing(let completion):
      if session.write() {
        endOperation()
        completion.succeed(())
      }
    case .script(let completion): goOnWithScript(session, completion)
    case .copyRows(let completion): goOnWithCopyOut(session, completion)
    case .streamRows(let completion): goOnWithStream(session, completion)
    case .nothing: if isDraining { discard(session) }
    case .batch: break
    }
  }

  private func goOnWithScript(_ session: PostgresSession, _ completion: Completion<[PostgresRows]>)
  {
    while !session.handle.isBusy {
      guard let result = session.handle.nextResult() else {
        let (results, error) = (scriptResults, scriptError)
        finishOwnerDriven()
        endOperation()
        if let error { completion.fail(Self.named(error)) } else { completion.succeed(results) }
        return
      }
      switch result.status {
      case PGRES_COPY_IN, PGRES_COPY_OUT:
        phase = result.status == PGRES_COPY_IN ? .copyIn : .copyOut
        // Nobody has asked for rows yet.
        session.setWantsInput(phase == .copyIn)
        endOperation()
        return completion.succeed([PostgresRows(result)])
      case PGRES_FATAL_ERROR: scriptError = scriptError ?? result.error()
      default: scriptResults.append(PostgresRows(result))
      }
    }
  }

  private func goOnWithCopyOut(_ session: PostgresSession, _ completion: Completion<[[UInt8]]>) {
    var rows: [[UInt8]] = []
    while phase == .copyOut, rows.count < Self.maxRowsTaken {
      switch session.handle.nextCopyData() {
      case .row(let bytes): rows.append(bytes)
      case .wantsInput:
        if rows.isEmpty { return session.setWantsInput(true) }
        return end(session, rows, completion)
      case .ended, .failed: phase = .script
      }
    }
    if !rows.isEmpty { return end(session, rows, completion) }
    takeRest(session) { error in
      if let error { completion.fail(error) } else { completion.succeed([]) }
    }
  }

  private func goOnWithStream(_ session: PostgresSession, _ completion: Completion<[PostgresRow]>) {
    var rows: [PostgresRow] = []
    while !isStreamOver, rows.count < Self.maxRowsTaken, !session.handle.isBusy {
      guard let result = session.handle.nextResult() else {
        isStreamOver = true
        break
      }
      switch result.status {
      case PGRES_SINGLE_TUPLE: rows.append(PostgresRows(result)[0])
      case PGRES_FATAL_ERROR: scriptError = scriptError ?? result.error()
      default: break
      }
    }
    if !rows.isEmpty { return end(session, rows, completion) }
    guard isStreamOver else { return session.setWantsInput(true) }
    let error = scriptError
    finishOwnerDriven()
    endOperation()
    if let error { completion.fail(Self.named(error)) } else { completion.succeed([]) }
  }

  /// Hands rows over and reads no more until somebody asks.
  private func end<Row>(
    _ session: PostgresSession, _ rows: [Row], _ completion: Completion<[Row]>
  ) {
    session.setWantsInput(false)
    endOperation()
    completion.succeed(rows)
  }

  /// Takes the results behind a COPY's last row.
  private func takeRest(_ session: PostgresSession, _ end: (PostgresError?) -> Void) {
    while !session.handle.isBusy {
      guard let result = session.handle.nextResult() else {
        let error = scriptError
        finishOwnerDriven()
        endOperation()
        return end(error.map(Self.named))
      }
      if result.status == PGRES_FATAL_ERROR { scriptError = scriptError ?? result.error() }
    }
    session.setWantsInput(true)
  }

  /// Returns to the pipeline when every result has been taken.
  private func finishOwnerDriven() {
    scriptResults = []
    scriptError = nil
    isStreamOver = false
    phase = .pipeline
    session?.endOwnerDriven()
  }

  // MARK: Discarding

  /// Begins to throw away what a given up operation left.
  func beginDiscarding() {
    guard let session, session.isOwnerDriven else { return }
    if phase == .copyIn {
      phase = .script
      _ = session.handle.endCopy(reason: "given up")
    }
    session.setWantsInput(true)
    discard(session)
  }

  private func discard(_ session: PostgresSession) {
    while phase == .copyOut {
      switch session.handle.nextCopyData() {
      case .row: continue
      case .wantsInput: return
      case .ended, .failed: phase = .script
      }
    }
    while isStreamOver || !session.handle.isBusy {
      guard !isStreamOver, session.handle.nextResult() != nil else {
        finishOwnerDriven()
        return settle()
      }
    }
  }

  /// A statement that ran into its time limit missed its deadline.
  private static func named(_ error: PostgresError) -> PostgresError {
    error.sqlState == "57014" ? error.with(code: .deadlineExceeded) : error
  }

  private static let noCopyError = PostgresError(
    .misuse, "There is no COPY or stream under way on this connection.")
}
