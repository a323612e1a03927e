internal import PurSightNet
internal import PurSightTelemetry

/// The connections of one loop that transactions take turns with.
///
/// They are opened when needed and closed when unused for a while. Whoever waits, waits in order,
/// not long, and in no longer a queue than `maxWaitersPerConnection` allows.
///
/// `@unchecked Sendable`: touched on its loop's thread only; others hold it to hand things over.
final class ConnectionPool: @unchecked Sendable {
  /// A caller in the queue.
  struct Waiter {
    let completion: Completion<ConnectionLease>
    let beginning: TransactionBeginning?
    /// Monotonic nanoseconds of its transaction's end; `.max` for none.
    let deadline: UInt64
    /// Monotonic nanoseconds at which it began to wait, and gives up waiting.
    let began: UInt64
    let patience: UInt64
    let ticket: OperationTicket
  }

  static let sweepInterval = Duration.milliseconds(10)
  static let idleSweepInterval = Duration.seconds(5)
  /// The pause before a second attempt to connect; it doubles up to the other.
  static let minReconnectPause = Duration.milliseconds(20)
  static let maxReconnectPause = Duration.milliseconds(320)

  let loop: EventLoop
  private let configuration: PostgresConfiguration
  private let metrics: PostgresMetrics
  private let cancels: CancelLoop
  private var all: [ObjectIdentifier: ExclusiveConnection] = [:]
  private var free: [ExclusiveConnection] = []
  private var connecting = 0
  private var waiters: [Waiter] = []
  private var lastFailure: PostgresError?
  private var reconnectPause = ConnectionPool.minReconnectPause
  private var isClosed = false
  private lazy var sweepTimer = LoopTimer { [unowned self] in sweep() }
  private lazy var idleTimer = LoopTimer { [unowned self] in closeIdle() }
  private lazy var reconnectTimer = LoopTimer { [unowned self] in connectForWaiters() }

  init(
    _ configuration: PostgresConfiguration, on loop: EventLoop, metrics: PostgresMetrics,
    cancels: CancelLoop
  ) {
    self.configuration = configuration
    self.loop = loop
    self.metrics = metrics
    self.cancels = cancels
  }

  /// Gives a connection to the caller, at once or in its turn.
  func acquire(_ waiter: Waiter) {
    if isClosed { return waiter.completion.fail(PostgresDatabase.closedError) }
    if waiter.ticket.isCancelled {
      return waiter.completion.fail(ExclusiveConnection.cancelledError)
    }
    if let connection = free.popLast() { return lease(connection, to: waiter) }
    let limit = configuration.connectionsPerLoop * configuration.maxWaitersPerConnection
    guard waiters.count < limit else {
      metrics.busy.add()
      return waiter.completion.fail(
        PostgresError(
          .busy,
          "All \(configuration.connectionsPerLoop) connections to PostgreSQL are in use "
            + "and \(limit) callers wait: try later."))
    }
    waiters.append(waiter)
    metrics.waiting.add(1)
    connectForWaiters()
    if !sweepTimer.isScheduled { loop.schedule(sweepTimer, after: Self.sweepInterval) }
  }

  /// Ends the wait of a caller who was cancelled.
  func cancel(_ ticket: OperationTicket) {
    guard let index = waiters.firstIndex(where: { $0.ticket === ticket }) else { return }
    removeWaiter(index).completion.fail(ExclusiveConnection.cancelledError)
  }

  /// Closes every connection; transactions under way are rolled back.
  func close() {
    isClosed = true
    loop.cancel(sweepTimer)
    loop.cancel(idleTimer)
    loop.cancel(reconnectTimer)
    while !waiters.isEmpty { removeWaiter(0).completion.fail(PostgresDatabase.closedError) }
    for connection in all.values { connection.close() }
    free = []
  }

  // MARK: Connections report

  func connectionIsReady(_ connection: ExclusiveConnection) {
    connecting -= 1
    lastFailure = nil
    reconnectPause = Self.minReconnectPause
    offer(connection)
  }

  func connectionIsFree(_ connection: ExclusiveConnection) {
    metrics.inUse.add(-1)
    offer(connection)
  }

  /// A connection broke, or could not be made; `cause` is nil when we closed it.
  func connectionIsGone(_ connection: ExclusiveConnection, _ cause: PostgresError?) {
    guard all.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
    metrics.pooled.add(-1)
    if cause?.code == .unavailable {
      connecting -= 1
      lastFailure = cause
    } else if let index = free.firstIndex(where: { $0 === connection }) {
      free.remove(at: index)
    } else {
      metrics.inUse.add(-1)
    }
    guard !isClosed, !waiters.isEmpty else { return }
    if cause == nil { return connectForWaiters() }
    scheduleReconnect()
  }

  // MARK: Inside

  private func offer(_ connection: ExclusiveConnection) {
    if !waiters.isEmpty { return lease(connection, to: removeWaiter(0)) }
    connection.freeSince = loop.now
    free.append(connection)
    if !idleTimer.isScheduled { loop.schedule(idleTimer, after: Self.idleSweepInterval) }
  }

  private func lease(_ connection: ExclusiveConnection, to waiter: Waiter) {
    metrics.waits.record(nanoseconds: loop.now &- min(waiter.began, loop.now))
    metrics.inUse.add(1)
    waiter.completion.succeed(connection.lease(waiter.beginning, deadline: waiter.deadline))
  }

  private func removeWaiter(_ index: Int) -> Waiter {
    metrics.waiting.add(-1)
    return waiters.remove(at: index)
  }

  private func connectForWaiters() {
    guard !isClosed, !reconnectTimer.isScheduled else { return }
    while connecting < waiters.count, all.count < configuration.connectionsPerLoop {
      do throws(PostgresError) {
        let connection = try ExclusiveConnection(
          configuration, on: loop, metrics: metrics, cancels: cancels, pool: self)
        all[ObjectIdentifier(connection)] = connection
        metrics.pooled.add(1)
        connecting += 1
      } catch {
        lastFailure = error
        return scheduleReconnect()
      }
    }
  }

  private func scheduleReconnect() {
    guard !reconnectTimer.isScheduled else { return }
    loop.schedule(reconnectTimer, after: reconnectPause)
    reconnectPause = min(reconnectPause * 2, Self.maxReconnectPause)
  }

  private func sweep() {
    let now = loop.now
    var index = 0
    while index < waiters.count {
      let waiter = waiters[index]
      if waiter.deadline <= now {
        metrics.deadlines.add()
        removeWaiter(index).completion.fail(ExclusiveConnection.deadlineError)
      } else if waiter.patience <= now {
        removeWaiter(index).completion.fail(waitedError())
      } else {
        index += 1
      }
    }
    if !waiters.isEmpty { loop.schedule(sweepTimer, after: Self.sweepInterval) }
  }

  private func waitedError() -> PostgresError {
    if let lastFailure { return lastFailure }
    metrics.busy.add()
    return PostgresError(
      .busy,
      "No connection to PostgreSQL became free within \(configuration.waitLimit): try later.")
  }

  private func closeIdle() {
    let limit = nanoseconds(configuration.idleLimit)
    // The longest unused stand first.
    while let oldest = free.first, oldest.freeSince &+ limit <= loop.now { oldest.close() }
    if !free.isEmpty { loop.schedule(idleTimer, after: Self.idleSweepInterval) }
  }
}
