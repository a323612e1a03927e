internal import CPurSightPostgres
internal import PurSightNet
internal import PurSightTelemetry

/// A connection that one caller uses at a time.
///
/// It does one operation after another: a batch of statements in one round trip, a script, a COPY
/// either way, a stream of rows. An operation that is given up (deadline, cancellation, a reader
/// that goes) resumes its caller at once; the server is asked to stop, and what it still sends is
/// thrown away before the connection is used again.
///
/// `@unchecked Sendable`: touched on its loop's thread only; others hold it to hand it over.
final class ExclusiveConnection: PostgresSessionOwner, @unchecked Sendable {
  let loop: EventLoop
  let configuration: PostgresConfiguration
  let metrics: PostgresMetrics
  private let cancels: CancelLoop
  /// Told when the connection stands, is free again, or is gone; it closes its connections before
  /// it goes.
  unowned var pool: ConnectionPool?
  var session: PostgresSession?

  var work = Work.nothing
  var phase = Phase.pipeline
  private(set) var ticket: OperationTicket?
  /// Results of a script that came so far.
  var scriptResults: [PostgresRows] = []
  /// The error of a script, COPY or stream that came before its end.
  var scriptError: PostgresError?
  /// Whether a stream's last result was taken and only its reader does not know yet.
  var isStreamOver = false

  /// The number of the lease; 0 for a connection that is never leased.
  private(set) var generation: UInt64 = 0
  /// What the transaction begins with; nil outside of one.
  var beginning: TransactionBeginning?
  /// Why the transaction cannot go on; every further operation ends with it.
  private(set) var failure: PostgresError?
  /// Monotonic nanoseconds; `.max` for none.
  private var deadline = UInt64.max
  private lazy var deadlineTimer = LoopTimer { [unowned self] in deadlinePassed() }
  private lazy var drainTimer = LoopTimer { [unowned self] in drainTookTooLong() }
  private(set) var isDraining = false
  private var isReturning = false
  /// Whether a cancel request is on its way: it hits whatever the connection does when it comes.
  private var isBeingCancelled = false
  /// Why a commit under way was given up: the caller still waits for its definite answer.
  private var commitGivenUp: PostgresError?
  /// Who waits for the connection to stand, when it belongs to no pool.
  var waitingForReady: Completion<ExclusiveConnection>?
  /// Nobody else holds it while it connects without a pool.
  var selfWhileConnecting: ExclusiveConnection?
  /// Monotonic nanoseconds at which it became free.
  var freeSince: UInt64 = 0

  init(
    _ configuration: PostgresConfiguration, on loop: EventLoop, metrics: PostgresMetrics,
    cancels: CancelLoop, pool: ConnectionPool?
  ) throws(PostgresError) {
    self.configuration = configuration
    self.loop = loop
    self.metrics = metrics
    self.cancels = cancels
    self.pool = pool
    session = try PostgresSession(configuration, on: loop, owner: self)
  }

  // MARK: Leasing

  /// Hands the connection to a caller.
  func lease(_ beginning: TransactionBeginning?, deadline: UInt64) -> ConnectionLease {
    generation += 1
    self.beginning = beginning
    self.deadline = deadline
    failure = nil
    isReturning = false
    return ConnectionLease(connection: self, generation: generation)
  }

  /// Takes the connection back: open transactions are rolled back, running statements ended.
  func giveBack() {
    guard !isReturning else { return }
    isReturning = true
    deadline = .max
    settle()
  }

  /// Closes the connection whatever it does.
  func close() {
    guard let session else { return }
    self.session = nil
    loop.cancel(deadlineTimer)
    loop.cancel(drainTimer)
    session.close()
    failWork(PostgresDatabase.closedError)
    pool?.connectionIsGone(self, nil)
  }

  /// Sets the moment by which the next operations end; between operations.
  func setDeadline(_ deadline: UInt64) { self.deadline = deadline }

  // MARK: Operations

  /// Begins an operation, unless the transaction has failed, the caller is gone, or time is up.
  ///
  /// - Returns: The error to end the operation with; nil when it may go on.
  func refusal(_ ticket: OperationTicket) -> PostgresError? {
    if ticket.generation != generation { return Self.returnedError }
    if let failure { return failure }
    if isReturning { return Self.returnedError }
    guard let session, session.isReady else { return PostgresDatabase.closedError }
    guard case .nothing = work, !isDraining, !isBeingCancelled else {
      return PostgresError(
        .misuse, "A connection was used by two tasks at once: await one statement, then the next.")
    }
    if ticket.isCancelled { return Self.cancelledError }
    if deadline <= loop.now { return Self.deadlineError }
    self.ticket = ticket
    if deadline != .max { loop.schedule(deadlineTimer, at: deadline) }
    return nil
  }

  /// Executes statements in one round trip.
  ///
  /// - Parameter commits: Whether a COMMIT follows them.
  func execute(
    _ statements: [SQL], commits: Bool, _ ticket: OperationTicket,
    _ completion: Completion<[PostgresRows]>
  ) {
    if let error = refusal(ticket) { return completion.fail(error) }
    guard let session, case .pipeline = phase else {
      endOperation()
      return completion.fail(
        PostgresError(
          .misuse, "A COPY or stream is under way: finish it before the next statement."))
    }
    // Nothing to do, or nothing done that could be committed.
    if statements.isEmpty && !commits || beginning != nil && statements.isEmpty {
      endOperation()
      return completion.succeed([])
    }
    send(statements, commits: commits, on: session, completion)
  }

  /// Sends BEGIN and the scope if they have not been sent.
  func beginTransaction(_ ticket: OperationTicket, _ completion: Completion<[PostgresRows]>) {
    if let error = refusal(ticket) { return completion.fail(error) }
    guard let session, case .pipeline = phase, beginning != nil else {
      endOperation()
      return completion.succeed([])
    }
    send([], commits: false, on: session, completion)
  }

  private func send(
    _ statements: [SQL], commits: Bool, on session: PostgresSession,
    _ completion: Completion<[PostgresRows]>
  ) {
    let batch = Batch(commits: commits, completion: completion)
    work = .batch(batch)
    do throws(PostgresError) {
      if let beginning {
        self.beginning = nil
        metrics.transactions.add()
        try send(beginning.begin, .control, batch, session)
        try send(
          beginning.scope.sql(limitMilliseconds: restMilliseconds()), .control, batch, session)
      }
      for sql in statements { try send(sql, .statement, batch, session) }
      if commits { try send("COMMIT", .commit, batch, session) }
    } catch {
      batch.error = error
    }
    session.sync()
  }

  private func send(
    _ sql: SQL, _ item: BatchItem, _ batch: Batch, _ session: PostgresSession
  ) throws(PostgresError) {
    try session.send(sql)
    batch.items.append(item)
  }

  /// What is left until the deadline, as the server's limit for a statement; 0 for none.
  func restMilliseconds() -> Int {
    guard deadline != .max else { return 0 }
    return Int(min((deadline &- min(deadline, loop.now)) / 1_000_000 + 1, UInt64(Int32.max)))
  }

  /// Ends what the deadline and the ticket guard.
  func endOperation() {
    work = .nothing
    ticket = nil
    loop.cancel(deadlineTimer)
  }

  // MARK: Giving up

  /// Gives the running operation up for its caller, who was cancelled.
  func cancel(_ ticket: OperationTicket) {
    if self.ticket === ticket { giveUp(Self.cancelledError) }
  }

  private func deadlinePassed() {
    metrics.deadlines.add()
    giveUp(Self.deadlineError)
  }

  /// Ends the operation under way; the transaction cannot go on.
  func giveUp(_ error: PostgresError) {
    if case .batch(let batch) = work, batch.commits, batch.error == nil {
      // Whether it was committed is known in a moment; only then is the caller told.
      guard commitGivenUp == nil else { return }
      commitGivenUp = error
      loop.cancel(deadlineTimer)
      askToStop()
      loop.schedule(drainTimer, after: configuration.drainLimit)
      return
    }
    failure = failure ?? error
    failWork(error)
    settle()
  }

  private func failWork(_ error: PostgresError) {
    let ended = work
    endOperation()
    switch ended {
    case .nothing: break
    case .batch(let batch): batch.completion?.fail(error)
    case .script(let completion): completion.fail(error)
    case .writing(let completion): completion.fail(error)
    case .copyRows(let completion): completion.fail(error)
    case .streamRows(let completion): completion.fail(error)
    }
  }

  private func askToStop() {
    guard let cancel = session?.handle.makeCancel() else { return }
    let loop = loop
    // It stays alive until the request has been taken, which the drain limit does not wait for.
    let isSent = cancels.send(cancel) {
      loop.submit {
        self.isBeingCancelled = false
        self.settle()
      }
    }
    if isSent {
      isBeingCancelled = true
      metrics.cancels.add()
    }
  }

  /// Makes the connection usable again: waits for what is owed, rolls back, gives itself back.
  func settle() {
    guard let session, session.isReady else { return }
    if !isDraining, session.owesAnswers || phase != .pipeline {
      isDraining = true
      loop.schedule(drainTimer, after: configuration.drainLimit)
      askToStop()
      beginDiscarding()
    }
    if isDraining || isBeingCancelled {
      guard !session.owesAnswers, phase == .pipeline, !isBeingCancelled else { return }
      isDraining = false
      loop.cancel(drainTimer)
    }
    guard isReturning else { return }
    if session.handle.transactionStatus == PQTRANS_IDLE {
      beginning = nil
      pool?.connectionIsFree(self)
      return
    }
    rollBackSilently(session)
  }

  private func rollBackSilently(_ session: PostgresSession) {
    let batch = Batch(commits: false, completion: nil)
    work = .batch(batch)
    do throws(PostgresError) {
      try send("ROLLBACK", .control, batch, session)
      session.sync()
      isDraining = true
      loop.schedule(drainTimer, after: configuration.drainLimit)
    } catch {
      close()
    }
  }

  private func drainTookTooLong() {
    if commitGivenUp != nil { failWork(Self.doubtError("The deadline passed")) }
    commitGivenUp = nil
    close()
  }

  // MARK: Session

  func sessionIsReady() {
    metrics.connects.add()
    waitingForReady?.succeed(self)
    waitingForReady = nil
    selfWhileConnecting = nil
    pool?.connectionIsReady(self)
  }

  func sessionWillFlush() {}

  func sessionEnded(_ outcome: CommandOutcome) {
    guard case .batch(let batch) = work, let item = batch.items.popFirst() else { return }
    switch (outcome, item) {
    case (.failed(let error), _): batch.error = batch.error ?? error
    case (.rows(let rows), .statement): batch.results.append(rows)
    case (.rows(let rows), .commit):
      // The server answers COMMIT with ROLLBACK when the transaction had failed before.
      if rows.result.commandTag != "COMMIT" {
        batch.error =
          batch.error
          ?? PostgresError(.misuse, "The transaction had failed before its commit: rolled back.")
      }
    case (.rows, .control), (.aborted, _): break
    }
  }

  func sessionSynced() {
    guard case .batch(let batch) = work else { return settle() }
    let givenUp = commitGivenUp
    commitGivenUp = nil
    if givenUp != nil { loop.cancel(drainTimer) }
    endOperation()
    if let error = batch.error {
      let named =
        error.sqlState == "57014" ? error.with(code: givenUp?.code ?? .deadlineExceeded) : error
      batch.completion?.fail(named)
    } else {
      batch.completion?.succeed(batch.results)
    }
    if isDraining || isReturning { settle() }
  }

  func sessionMoved() { goOn() }

  func sessionIsLost(_ error: PostgresError) {
    session = nil
    loop.cancel(drainTimer)
    if error.code != .unavailable { metrics.losses.add() }
    var told = error
    if case .batch(let batch) = work {
      if let said = batch.error {
        // The server said why it ended, so nothing was committed.
        told = said.endsConnection ? said.with(code: .connectionLost) : said
      } else if batch.commits {
        told = Self.doubtError("The connection to PostgreSQL broke")
      }
    }
    failure = failure ?? told
    failWork(told)
    commitGivenUp = nil
    waitingForReady?.fail(error)
    waitingForReady = nil
    selfWhileConnecting = nil
    pool?.connectionIsGone(self, error)
  }
}
