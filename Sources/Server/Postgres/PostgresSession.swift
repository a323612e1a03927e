internal import CPurSightPostgres
internal import PurSightNet

/// How one pipelined statement ended.
enum CommandOutcome {
  case rows(PostgresRows)
  case failed(PostgresError)
  /// Not executed, because a statement before it in the same sync failed.
  case aborted
}

/// Who a session reports to. All calls come on the loop's thread, in the order of sending.
protocol PostgresSessionOwner: AnyObject {
  /// The connection stands and statements can be sent.
  func sessionIsReady()
  /// The end of a tick in which `requestFlush` was called: the time to send what was gathered.
  func sessionWillFlush()
  /// A statement sent by `send` ended.
  func sessionEnded(_ outcome: CommandOutcome)
  /// A `sync` was reached: everything before it is over.
  func sessionSynced()
  /// Input arrived, or all output was written, while the owner takes results itself.
  func sessionMoved()
  /// The connection is gone; nothing is reported after this.
  func sessionIsLost(_ error: PostgresError)
}

/// A connection on an event loop: it connects, sends statements in pipelines, and hands results to
/// its owner first in, first out.
///
/// Single-owner: used on its loop's thread only.
final class PostgresSession: IOChannelHandler {
  private enum State {
    case connecting
    case ready
    case lost
  }

  /// What libpq owes an answer for.
  private enum Expectation {
    case prepare(StatementCache.Entry)
    case command(StatementCache.Entry?)
    case sync
  }

  let loop: EventLoop
  let handle: PostgresHandle
  private let configuration: PostgresConfiguration
  /// Lives at least until it has closed this session or was told of its loss.
  private unowned var owner: (any PostgresSessionOwner)?
  private var channel: IOChannel?
  private var connectTimer: LoopTimer?
  private var state = State.connecting
  private var statements: StatementCache
  private var parameters = ParameterBuffer()
  private var expectations = FIFO<Expectation>()
  private var outcome: CommandOutcome?
  private var prepareError: PostgresError?
  /// Whether results are taken by the owner (COPY, row by row, scripts), not in a pipeline.
  private(set) var isOwnerDriven = false
  /// Whether the owner wants input; a reader that pauses stops the server from sending.
  private var wantsInput = true
  private var isFlushing = false

  var isReady: Bool { state == .ready }
  var isLost: Bool { state == .lost }
  /// Whether an answer is still owed in the pipeline.
  var owesAnswers: Bool { !expectations.isEmpty }

  /// Begins to connect.
  ///
  /// - Throws: `unavailable` when that is not even possible.
  init(
    _ configuration: PostgresConfiguration, on loop: EventLoop, owner: any PostgresSessionOwner
  ) throws(PostgresError) {
    guard let handle = PostgresHandle(configuration) else {
      throw PostgresError(.unavailable, "There is no memory for a connection to PostgreSQL.")
    }
    if handle.isBad {
      throw PostgresError(.unavailable, "Cannot connect to PostgreSQL: \(handle.complaint)")
    }
    self.handle = handle
    self.loop = loop
    self.configuration = configuration
    self.owner = owner
    statements = StatementCache(limit: configuration.maxPreparedStatements)
    let timer = LoopTimer { [unowned self] in connectTookTooLong() }
    connectTimer = timer
    loop.schedule(timer, after: configuration.connectLimit)
    // As libpq's manual says: behave as if PQconnectPoll had said PGRES_POLLING_WRITING.
    try watch([.output])
  }

  // MARK: Sending

  /// Sends a statement of the pipeline, parsing it before when it is new to this connection.
  ///
  /// - Throws: `invalidValue` and `limitExceeded`, before anything was sent.
  func send(_ sql: SQL) throws(PostgresError) {
    let entry = statements.entry(for: sql)
    if let entry, entry.isSent {
      let isWritten = try unsafe parameters.lend(sql.parameters) { lent in
        unsafe handle.sendExecute(entry.name, lent)
      }
      expectations.append(.command(entry))
      // A write that failed shows as a lost connection when the loop looks at it next.
      if !isWritten { requestFlush() }
      return
    }
    guard !sql.text.utf8.contains(0) else {
      throw PostgresError(.invalidValue, "A statement's text contains a NUL character.")
    }
    try sendNew(sql, entry)
  }

  private func sendNew(_ sql: SQL, _ entry: StatementCache.Entry?) throws(PostgresError) {
    let types = entry?.types ?? sql.parameters.map { $0.type.rawValue }
    let isWritten = try unsafe parameters.lend(sql.parameters) { lent in
      guard let entry else { return unsafe handle.sendOnce(sql.text, types: types, lent) }
      guard handle.sendPrepare(entry.name, sql.text, types: types) else { return false }
      return unsafe handle.sendExecute(entry.name, lent)
    }
    if let entry {
      entry.isSent = true
      expectations.append(.prepare(entry))
    }
    expectations.append(.command(entry))
    if !isWritten { requestFlush() }
  }

  /// Ends the statements since the last sync: they are one implicit transaction.
  func sync() {
    expectations.append(.sync)
    _ = handle.sync()
    requestFlush()
  }

  /// Has `sessionWillFlush` called at the end of this tick, then writes.
  func requestFlush() { if !isFlushing { channel?.requestFlush() } }

  /// Forgets a statement whose plan the server refuses since its tables changed.
  func forget(_ sql: SQL) {
    if let entry = statements.entry(for: sql) { statements.forget(entry) }
  }

  // MARK: Owner-driven

  /// Leaves the pipeline: from now on the owner takes the results.
  func beginOwnerDriven() throws(PostgresError) {
    guard expectations.isEmpty, handle.exitPipelineMode() else {
      throw PostgresError(.misuse, "A connection was used while a statement is under way.")
    }
    isOwnerDriven = true
  }

  /// Returns to the pipeline; every result has been taken.
  func endOwnerDriven() {
    isOwnerDriven = false
    wantsInput = true
    if !handle.enterPipelineMode() { lose("Cannot return to pipeline mode: \(handle.complaint)") }
    write()
  }

  /// Pauses or resumes reading; while paused the server stops when the socket is full.
  func setWantsInput(_ wanted: Bool) {
    wantsInput = wanted
    write()
  }

  /// Writes what waits and adjusts what the loop looks for. Returns whether all is written.
  @discardableResult func write() -> Bool {
    guard state == .ready else { return false }
    let left = handle.flush()
    if left < 0 {
      // The server may have said why before it hung up: read that first.
      if !handle.consumeInput() { takeResultsThenLose() }
      return false
    }
    var interest: Readiness = wantsInput ? [.input] : []
    if left == 1 { interest.formUnion([.input, .output]) }
    channel?.setInterest(interest)
    return left == 0
  }

  // MARK: Ending

  /// Closes the connection. Nothing is reported.
  func close() {
    owner = nil
    leave()
  }

  private func leave() {
    state = .lost
    if let connectTimer { loop.cancel(connectTimer) }
    connectTimer = nil
    channel?.detach()
    channel = nil
  }

  private func lose(_ message: String) { lose(PostgresError(.connectionLost, message)) }

  private func lose(_ error: PostgresError) {
    guard state != .lost else { return }
    leave()
    let owner = owner
    self.owner = nil
    owner?.sessionIsLost(error)
  }

  private func takeResultsThenLose() {
    let complaint = handle.complaint
    if isOwnerDriven { owner?.sessionMoved() } else { takeResults() }
    lose("The connection to PostgreSQL broke: \(complaint)")
  }

  // MARK: Connecting

  private func watch(_ interest: Readiness) throws(PostgresError) {
    let socket = handle.socket
    // libpq opens another socket when it tries the next address.
    if let channel, channel.descriptor == socket { return channel.setInterest(interest) }
    channel?.detach()
    do {
      channel = try loop.register(socket, interest: interest, handler: self)
    } catch {
      throw PostgresError(.unavailable, "Cannot watch the connection to PostgreSQL: \(error)")
    }
  }

  private func goOnConnecting() {
    do throws(PostgresError) {
      switch handle.pollConnect() {
      case .wantsInput: try watch([.input])
      case .wantsOutput: try watch([.output])
      case .connected: try becomeReady()
      case .failed:
        lose(PostgresError(.unavailable, "Cannot connect to PostgreSQL: \(handle.complaint)"))
      }
    } catch {
      lose(error)
    }
  }

  private func becomeReady() throws(PostgresError) {
    guard handle.setNonBlocking(), handle.enterPipelineMode() else {
      throw PostgresError(.unavailable, "libpq refuses pipeline mode: \(handle.complaint)")
    }
    if let connectTimer { loop.cancel(connectTimer) }
    connectTimer = nil
    state = .ready
    try watch([.input])
    owner?.sessionIsReady()
    requestFlush()
  }

  private func connectTookTooLong() {
    lose(
      PostgresError(
        .unavailable, "PostgreSQL did not answer within \(configuration.connectLimit)."))
  }

  // MARK: Channel

  func channelIsReady(_ readiness: Readiness) {
    switch state {
    case .lost: return
    case .connecting: return goOnConnecting()
    case .ready: break
    }
    // A paused reader is only told of a hang-up; there is nothing more to wait for then.
    if !wantsInput, readiness.contains(.hangUp) { return takeResultsThenLose() }
    if !readiness.isDisjoint(with: [.input, .hangUp]) {
      if !handle.consumeInput() { return takeResultsThenLose() }
      if !isOwnerDriven { takeResults() }
    }
    if state == .ready, readiness.contains(.output) { write() }
    if isOwnerDriven { owner?.sessionMoved() }
  }

  func channelFlush() {
    guard state == .ready else { return }
    isFlushing = true
    owner?.sessionWillFlush()
    isFlushing = false
    write()
  }

  // MARK: Results

  /// Takes what is complete. NULL ends a statement's results; a sync has no NULL after it. The
  /// loop counts what is owed instead of reading "until NULL", which would block.
  private func takeResults() {
    while !expectations.isEmpty, !isOwnerDriven, !handle.isBusy {
      guard let result = handle.nextResult() else {
        guard let ended = outcome else { return }
        outcome = nil
        endCommand(ended)
        continue
      }
      switch result.status {
      case PGRES_PIPELINE_SYNC:
        guard case .sync? = expectations.popFirst() else {
          return lose("PostgreSQL's answers are out of step.")
        }
        prepareError = nil
        owner?.sessionSynced()
      case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY:
        outcome = .rows(PostgresRows(result))
      case PGRES_PIPELINE_ABORTED:
        outcome = .aborted
      case PGRES_FATAL_ERROR:
        outcome = .failed(result.error())
      default:
        outcome = .failed(
          PostgresError(.misuse, "COPY is not possible in a pipeline: use copyIn or copyOut."))
      }
    }
  }

  private func endCommand(_ ended: CommandOutcome) {
    switch expectations.popFirst() {
    case .prepare(let entry):
      switch ended {
      case .rows: break
      case .failed(let error):
        statements.forget(entry)
        prepareError = error
      case .aborted: statements.forget(entry)
      }
    case .command(let entry):
      // The statement that could not be parsed fails, not the innocent one behind it.
      if case .aborted = ended, let error = prepareError {
        prepareError = nil
        owner?.sessionEnded(.failed(error))
      } else {
        if case .failed(let error) = ended, let entry, Self.isStale(error) {
          statements.forget(entry)
        }
        owner?.sessionEnded(ended)
      }
    case .sync, nil:
      lose("PostgreSQL's answers are out of step.")
    }
  }

  /// Whether a prepared statement is of no more use: its result type changed, or it is not there.
  static func isStale(_ error: PostgresError) -> Bool {
    error.sqlState == "26000"
      || error.sqlState == "0A000" && error.message.contains("cached plan")
  }
}
