internal import PurSightNet
internal import PurSightTelemetry

/// A shared connection for reads: what one tick of the loop asks for travels together.
///
/// Reads of one scope share a sync, which is one implicit transaction, whose first statement sets
/// the scope. An error in it aborts those behind it; they are repeated once, each alone.
/// The session is read-only, so nothing but time is lost by a repetition.
///
/// Single-owner: used on its loop's thread only, where it must be closed before it is let go.
final class PostgresPipeline: PostgresSessionOwner {
  private enum Sent {
    case setup
    case scope
    case statement(PostgresRead)
    case group([PostgresRead])
  }

  /// How often waiting reads are compared with their deadlines.
  static let sweepInterval = Duration.milliseconds(10)
  /// The pause before a second attempt to connect; it doubles up to the other.
  static let minReconnectPause = Duration.milliseconds(20)
  static let maxReconnectPause = Duration.milliseconds(320)

  private let loop: EventLoop
  private let configuration: PostgresConfiguration
  private let metrics: PostgresMetrics
  private var session: PostgresSession?
  private var pending: [PostgresRead] = []
  private var sent = FIFO<Sent>()
  private var groupError: PostgresError?
  private var unavailable: PostgresError?
  private var reconnectPause = PostgresPipeline.minReconnectPause
  /// Monotonic nanoseconds at which the server was last heard of, or first owed an answer.
  private var lastProgress: UInt64 = 0
  private var isClosed = false
  private lazy var sweepTimer = LoopTimer { [unowned self] in sweep() }
  private lazy var reconnectTimer = LoopTimer { [unowned self] in connectIfNeeded() }

  /// Reads that wait or are under way.
  private(set) var load = 0

  init(
    _ configuration: PostgresConfiguration, on loop: EventLoop, metrics: PostgresMetrics
  ) {
    self.configuration = configuration
    self.loop = loop
    self.metrics = metrics
  }

  /// Takes a read; it is sent at the end of this tick.
  func submit(_ read: PostgresRead) {
    guard !isClosed else { return read.fail(PostgresDatabase.closedError) }
    guard load < configuration.maxPendingReads else {
      metrics.busy.add()
      return read.fail(
        PostgresError(
          .busy, "\(configuration.maxPendingReads) reads already wait for PostgreSQL: try later."))
    }
    load += 1
    metrics.reads.add()
    pending.append(read)
    if let session, session.isReady { session.requestFlush() } else { connectIfNeeded() }
    if !sweepTimer.isScheduled { loop.schedule(sweepTimer, after: Self.sweepInterval) }
  }

  /// Ends every read and the connection.
  func close() {
    isClosed = true
    loop.cancel(sweepTimer)
    loop.cancel(reconnectTimer)
    session?.close()
    session = nil
    forEachRead { $0.fail(PostgresDatabase.closedError) }
    pending = []
    sent = FIFO()
    load = 0
  }

  // MARK: Connecting

  private func connectIfNeeded() {
    guard session == nil, !isClosed, !pending.isEmpty, !reconnectTimer.isScheduled else { return }
    do throws(PostgresError) {
      session = try PostgresSession(configuration, on: loop, owner: self)
    } catch {
      sessionIsLost(error)
    }
  }

  func sessionIsReady() {
    reconnectPause = Self.minReconnectPause
    lastProgress = loop.now
    unavailable = nil
    metrics.connects.add()
    guard let session else { return }
    do throws(PostgresError) {
      try session.send(Self.setup(limit: configuration.readLimit))
      sent.append(.setup)
      session.sync()
      sent.append(.group([]))
    } catch {
      preconditionFailure("the set-up statement cannot be refused: \(error)")
    }
  }

  /// Settings of the whole session: a shared connection cannot write, and no read takes for ever.
  private static func setup(limit: Duration) -> SQL {
    """
    SELECT set_config('default_transaction_read_only', 'on', false), \
    set_config('statement_timeout', \(String(limit.wholeMilliseconds)), false), \
    set_config('client_min_messages', 'error', false)
    """
  }

  func sessionIsLost(_ error: PostgresError) {
    session = nil
    groupError = nil
    if error.code == .unavailable { unavailable = error } else { metrics.losses.add() }
    var unanswered: [PostgresRead] = []
    while let entry = sent.popFirst() {
      guard case .group(let reads) = entry else { continue }
      unanswered += reads.filter { !$0.isOver }
    }
    for read in unanswered {
      if read.isRepeated {
        end(read) { $0.fail(error.with(code: .connectionLost)) }
      } else {
        read.prepareRepetition()
        pending.append(read)
      }
    }
    guard !isClosed else { return }
    loop.schedule(reconnectTimer, after: reconnectPause)
    reconnectPause = min(reconnectPause * 2, Self.maxReconnectPause)
  }

  // MARK: Sending

  func sessionWillFlush() {
    guard let session, session.isReady, !pending.isEmpty else { return }
    var groups: [(scope: PostgresScope, reads: [PostgresRead])] = []
    for read in pending where !read.isOver {
      if !read.isAlone,
        let index = groups.firstIndex(where: { group in
          group.scope == read.scope && group.reads.first?.isAlone != true
        })
      {
        groups[index].reads.append(read)
      } else {
        groups.append((read.scope, [read]))
      }
    }
    pending.removeAll(keepingCapacity: true)
    for group in groups { send(group.scope, group.reads, on: session) }
  }

  private func send(_ scope: PostgresScope, _ reads: [PostgresRead], on session: PostgresSession) {
    metrics.groups.add()
    if sent.isEmpty { lastProgress = loop.now }
    do throws(PostgresError) {
      try session.send(scope.sql(limitMilliseconds: limitMilliseconds(of: reads)))
      sent.append(.scope)
    } catch {
      for read in reads { end(read) { $0.fail(error) } }
      return
    }
    for read in reads {
      send(read.first, of: read, on: session)
      for sql in read.others where !read.isOver { send(sql, of: read, on: session) }
    }
    session.sync()
    sent.append(.group(reads))
  }

  private func send(_ sql: SQL, of read: PostgresRead, on session: PostgresSession) {
    do throws(PostgresError) {
      // Alone it must not share a parsed statement either: that one may not be parsable.
      try session.send(read.isAlone ? sql.unprepared() : sql)
      sent.append(.statement(read))
    } catch {
      end(read) { $0.fail(error) }
    }
  }

  /// The longest time that a read of the group still has, at most the limit of all reads.
  private func limitMilliseconds(of reads: [PostgresRead]) -> Int {
    let limit = configuration.readLimit.wholeMilliseconds
    var longest = 1
    for read in reads {
      if read.deadline == .max { return limit }
      let rest = read.deadline > loop.now ? (read.deadline - loop.now) / 1_000_000 + 1 : 1
      longest = max(longest, Int(min(rest, UInt64(limit))))
    }
    // In steps, so that the server sees few different values.
    return min((longest + 9) / 10 * 10, limit)
  }

  // MARK: Answers

  func sessionEnded(_ outcome: CommandOutcome) {
    switch sent.popFirst() {
    case .setup: break
    case .scope:
      if case .failed(let error) = outcome { groupError = error }
    case .statement(let read):
      switch outcome {
      case .rows(let rows): end(read) { $0.add(rows) }
      case .aborted: read.isAborted = true
      case .failed(let error):
        if PostgresSession.isStale(error), !read.isAlone {
          read.isRepeated = false
          read.isAborted = true
        } else {
          end(read) { $0.fail(Self.named(error)) }
        }
      }
    case .group, nil: break
    }
  }

  func sessionSynced() {
    lastProgress = loop.now
    let error = groupError
    groupError = nil
    guard case .group(let reads)? = sent.popFirst() else { return }
    for read in reads where read.isAborted && !read.isOver {
      if read.isRepeated {
        end(read) { read in
          read.fail(
            error
              ?? PostgresError(.connectionLost, "A read was aborted twice: PostgreSQL is ending."))
        }
      } else {
        metrics.repetitions.add()
        read.prepareRepetition()
        read.isAlone = true
        pending.append(read)
      }
    }
    if !pending.isEmpty { session?.requestFlush() }
  }

  func sessionMoved() {}

  /// A statement that ran into its time limit missed its deadline.
  private static func named(_ error: PostgresError) -> PostgresError {
    error.sqlState == "57014" ? error.with(code: .deadlineExceeded) : error
  }

  // MARK: Deadlines

  private func sweep() {
    let now = loop.now
    let patience = nanoseconds(configuration.reconnectLimit)
    let isDown = session?.isReady != true
    forEachRead { read in
      guard !read.isOver else { return }
      if read.deadline <= now {
        metrics.deadlines.add()
        end(read) { read in
          read.fail(PostgresError(.deadlineExceeded, "The deadline passed before the rows came."))
        }
      } else if isDown, read.began + patience <= now {
        end(read) { read in
          read.fail(
            unavailable
              ?? PostgresError(.unavailable, "There is no connection to PostgreSQL: try later."))
        }
      }
    }
    pending.removeAll { $0.isOver }
    dropSilentServer(now)
    if load > 0 { loop.schedule(sweepTimer, after: Self.sweepInterval) }
  }

  /// Gives up a connection whose server, against its own time limit, says nothing: it is frozen or
  /// behind a broken network.
  private func dropSilentServer(_ now: UInt64) {
    let limit = configuration.readLimit + configuration.drainLimit
    guard let session, session.isReady, !sent.isEmpty, lastProgress &+ nanoseconds(limit) <= now
    else { return }
    session.close()
    sessionIsLost(
      PostgresError(.connectionLost, "PostgreSQL said nothing for \(limit): connecting anew."))
  }

  private func forEachRead(_ body: (PostgresRead) -> Void) {
    for read in pending { body(read) }
    sent.forEach { entry in
      if case .group(let reads) = entry { reads.forEach(body) }
    }
  }

  /// Ends a read once and counts it out.
  private func end(_ read: PostgresRead, _ body: (PostgresRead) -> Void) {
    guard !read.isOver else { return }
    body(read)
    if read.isOver { load -= 1 }
  }
}

extension Duration {
  /// In milliseconds, at least 1.
  var wholeMilliseconds: Int {
    let (seconds, attoseconds) = components
    return max(1, Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000))
  }
}
