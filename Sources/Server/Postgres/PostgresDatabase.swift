package import PurSightNet
package import PurSightTelemetry
internal import Synchronization

/// A database as its users see it: shared reads, transactions, and connections of one's own.
///
/// Each event loop has its own connections, and a caller on a loop uses that loop's: nothing
/// crosses threads then. Callers elsewhere are handed to the loops in turn and resumed on their
/// own executor. Safe to use from any thread; call `shutDown` before the loops stop.
package final class PostgresDatabase: Sendable {
  /// One loop's share.
  ///
  /// `@unchecked Sendable`: what is in it is touched on the loop's thread only.
  private final class Share: @unchecked Sendable {
    let loop: EventLoop
    let pipelines: [PostgresPipeline]
    let pool: ConnectionPool

    init(
      _ configuration: PostgresConfiguration, on loop: EventLoop, metrics: PostgresMetrics,
      cancels: CancelLoop
    ) {
      self.loop = loop
      pipelines = (0..<max(1, configuration.pipelinesPerLoop)).map { _ in
        PostgresPipeline(configuration, on: loop, metrics: metrics)
      }
      pool = ConnectionPool(configuration, on: loop, metrics: metrics, cancels: cancels)
    }

    /// Closes every connection of the share.
    func close() {
      for pipeline in pipelines { pipeline.close() }
      pool.close()
    }

    /// Hands a read to the pipeline with the least to do.
    func submit(_ read: PostgresRead) {
      var best = pipelines[0]
      for pipeline in pipelines where pipeline.load < best.load { best = pipeline }
      best.submit(read)
    }
  }

  static let closedError = PostgresError(.closed, "The database was shut down.")

  private let configuration: PostgresConfiguration
  private let shares: [Share]
  private let metrics: PostgresMetrics
  private let cancels = CancelLoop()
  private let next = Atomic<Int>(0)
  private let isShutDown = Atomic<Bool>(false)

  /// Makes a database that connects when it is first used; this cannot fail.
  ///
  /// - Parameters:
  ///   - loops: The loops that its connections live on; at least one.
  ///   - registry: Where its metrics are registered, as `pursight_db_…`; one database per registry.
  package init(
    _ configuration: PostgresConfiguration, loops: [EventLoop], registry: MetricRegistry? = nil
  ) {
    precondition(!loops.isEmpty, "a database needs an event loop")
    self.configuration = configuration
    let (metrics, cancels) = (PostgresMetrics(registry), cancels)
    self.metrics = metrics
    shares = loops.map { Share(configuration, on: $0, metrics: metrics, cancels: cancels) }
  }

  deinit {
    // What lives on a loop ends there, also when nobody called `shutDown`.
    if isShutDown.load(ordering: .acquiring) { return }
    for share in shares { share.loop.perform { share.close() } }
  }

  /// What was done since the start, and what is held now.
  package var counters: PostgresCounters { metrics.snapshot }

  // MARK: Reads

  /// Executes a read on a shared connection, together with others of this tick.
  ///
  /// - Parameters:
  ///   - scope: Whose rows it sees.
  ///   - sql: A statement that changes nothing; others are refused by the server.
  ///   - deadline: By when the caller is told, with rows or without.
  package func read(
    _ scope: PostgresScope, _ sql: SQL, deadline: ContinuousClock.Instant? = nil
  ) async throws(PostgresError) -> PostgresRows {
    try await answer(scope, sql, [], deadline).first
  }

  /// Executes reads together, in one transaction, and returns the rows of each.
  package func read(
    _ scope: PostgresScope, all statements: [SQL], deadline: ContinuousClock.Instant? = nil
  ) async throws(PostgresError) -> [PostgresRows] {
    guard let first = statements.first else { return [] }
    let answer = try await answer(scope, first, Array(statements.dropFirst()), deadline)
    return [answer.first] + answer.others
  }

  private func answer(
    _ scope: PostgresScope, _ first: SQL, _ others: [SQL], _ deadline: ContinuousClock.Instant?
  ) async throws(PostgresError) -> PostgresAnswer {
    let share = share()
    let limit = loopDeadline(deadline)
    let outcome: PostgresRead.Outcome = unsafe await withUnsafeContinuation { continuation in
      if share.loop.isCurrent {
        return share.submit(
          unsafe PostgresRead(
            scope, first, others, deadline: limit, began: share.loop.now,
            continuation: continuation))
      }
      let box = unsafe SendableBox(continuation)
      share.loop.submit {
        share.submit(
          unsafe PostgresRead(
            scope, first, others, deadline: limit, began: share.loop.now,
            continuation: box.value))
      }
    }
    return try outcome.get()
  }

  // MARK: Transactions

  /// Executes statements as one transaction in one round trip: all of them or none.
  ///
  /// - Throws: `inDoubt` when the connection broke after the commit was sent.
  package func execute(
    _ scope: PostgresScope, _ statements: [SQL],
    _ options: PostgresTransactionOptions = PostgresTransactionOptions()
  ) async throws(PostgresError) -> [PostgresRows] {
    try await begin(scope, options).commit(after: statements)
  }

  /// Takes a connection for a transaction. Nothing is sent before its first statement.
  ///
  /// - Throws: `busy` when every connection is taken for too long, `unavailable` when none can be
  ///   made.
  package func begin(
    _ scope: PostgresScope, _ options: PostgresTransactionOptions = PostgresTransactionOptions()
  ) async throws(PostgresError) -> PostgresTransaction {
    let pool = share().pool
    let ticket = OperationTicket()
    let deadline = loopDeadline(options.deadline)
    let patience = nanoseconds(configuration.waitLimit)
    let beginning = TransactionBeginning(scope: scope, begin: options.begin)
    let outcome: Result<ConnectionLease, PostgresError> = await withTaskCancellationHandler {
      unsafe await withUnsafeContinuation { continuation in
        let completion = unsafe SendableBox(Completion(continuation))
        pool.loop.perform {
          let began = monotonicNanoseconds()
          pool.acquire(
            ConnectionPool.Waiter(
              completion: completion.value, beginning: beginning, deadline: deadline,
              began: began, patience: began &+ patience, ticket: ticket))
        }
      }
    } onCancel: {
      ticket.cancel()
      pool.loop.submit { pool.cancel(ticket) }
    }
    return PostgresTransaction(try outcome.get())
  }

  /// Runs `body` in a transaction and commits it; an error of either rolls back.
  package func withTransaction<Value: Sendable>(
    _ scope: PostgresScope, _ options: PostgresTransactionOptions = PostgresTransactionOptions(),
    _ body: (PostgresTransaction) async throws(PostgresError) -> Value
  ) async throws(PostgresError) -> Value {
    try await withTransaction(scope, options, failing: { $0 }, body)
  }

  /// Runs `body`, which throws errors of its own, in a transaction and commits it.
  ///
  /// - Parameter failing: Turns this room's errors into the caller's.
  package func withTransaction<Value: Sendable, Failure: Error>(
    _ scope: PostgresScope, _ options: PostgresTransactionOptions = PostgresTransactionOptions(),
    failing: (PostgresError) -> Failure,
    _ body: (PostgresTransaction) async throws(Failure) -> Value
  ) async throws(Failure) -> Value {
    let transaction: PostgresTransaction
    do throws(PostgresError) {
      transaction = try await begin(scope, options)
    } catch {
      throw failing(error)
    }
    let value: Value
    do throws(Failure) {
      value = try await body(transaction)
    } catch {
      transaction.rollback()
      throw error
    }
    do throws(PostgresError) {
      _ = try await transaction.commit()
    } catch {
      throw failing(error)
    }
    return value
  }

  // MARK: The rest

  /// Opens a connection beside the pools for `body` and closes it.
  package func withConnection<Value: Sendable>(
    _ body: (PostgresConnection) async throws(PostgresError) -> Value
  ) async throws(PostgresError) -> Value {
    let connection = try await PostgresConnection.connect(
      configuration, on: share().loop, metrics: metrics, cancels: cancels)
    return try await body(connection)
  }

  /// Asks the server whether it answers.
  ///
  /// - Parameter limit: How long it may take.
  package func health(within limit: Duration = .seconds(1)) async -> PostgresHealth {
    do throws(PostgresError) {
      let rows = try await read(
        .none, "SELECT current_setting('server_version')",
        deadline: ContinuousClock.now.advanced(by: limit))
      guard let row = rows.first else { throw Self.closedError }
      return .serving(version: try row.string(0))
    } catch {
      return .notServing(error)
    }
  }

  /// Closes every connection. Reads and waiting callers end with `closed`, transactions are rolled
  /// back. Not from a loop of its own.
  package func shutDown() async {
    for share in shares {
      await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
        share.loop.perform {
          share.close()
          continuation.resume()
        }
      }
    }
    isShutDown.store(true, ordering: .releasing)
    cancels.stop()
  }

  /// The share of the loop that the caller is on, else the next in turn.
  private func share() -> Share {
    if let current = EventLoop.current {
      for share in shares where share.loop === current { return share }
    }
    let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
    return shares[Int(UInt(bitPattern: number) % UInt(shares.count))]
  }
}

/// Whether the database answers.
package enum PostgresHealth: Sendable {
  /// It does; the server's version, such as `15.18`.
  case serving(version: String)
  case notServing(PostgresError)
}
