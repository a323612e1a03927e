internal import PurSightAPI
internal import PurSightRPC

/// Writes appends to an open write stream: with a bounded window, reconnecting by itself.
///
/// Rows are sent in order and each is stored once: every append names its offset, the server
/// answers what is durable, and after a lost connection the writer goes on where the server is.
actor LoadWriter {
  enum State {
    case open
    case failed(PurSightError)
    case closed
  }

  let session: CallSession
  /// As it was opened.
  nonisolated let stream: WriteStream
  private let retryFor: Duration
  private let onProgress: @Sendable (LoadProgress) -> Void
  var window: AppendWindow
  private var state = State.open
  private var counts: LoadProgress
  private var runner: Task<Void, Never>?
  private var call: BidirectionalCall<AppendRowsRequest, AppendRowsResponse>?
  private var isPumping = false
  /// Nothing more is sent on this call: the server is about to stop.
  private var isDraining = false
  /// Nothing more is to be written for now: what is on its way has to be answered.
  private var isFlushing = false
  /// The call has had its last request.
  private var isHalfClosed = false
  /// Whether the call has had its first request, which names the stream.
  private var hasGreeted = false
  private var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
  private var waiterCount = 0
  /// Since when nothing was answered, after a call was lost; nil: all is well.
  private var lostSince: ContinuousClock.Instant?
  /// Calls that were lost since.
  private var failures = 0

  init(
    _ session: CallSession, _ stream: WriteStream, retryFor: Duration,
    onProgress: @escaping @Sendable (LoadProgress) -> Void
  ) {
    self.session = session
    self.stream = stream
    self.retryFor = retryFor
    self.onProgress = onProgress
    window = AppendWindow(committed: stream.nextOffset)
    counts = LoadProgress(
      committed: stream.nextOffset, stored: stream.rowsStored,
      quarantined: stream.rowsQuarantined, revision: stream.revision, isReconnecting: false)
  }

  var progress: LoadProgress { counts }
  var limits: AppendWindow.Limits { window.limits }

  // MARK: For those who write

  /// Adds an append; suspends while the window is full.
  /// - Throws: how the load failed, if it has.
  func write(_ request: AppendRowsRequest, rowCount: Int) async throws(PurSightError) {
    while window.isFull { try await wait() }
    try check()
    guard !Task.isCancelled else { throw PurSightError(.cancelled, "The task was cancelled.") }
    window.add(request, rowCount: Int64(rowCount))
    if runner == nil { runner = Task { await run() } }
    await pump()
  }

  /// Waits until everything that was written is durable. Ends the call at hand, because a server
  /// may keep its last answer until it knows that nothing follows.
  func flush() async throws(PurSightError) {
    isFlushing = true
    defer { isFlushing = false }
    await pump()
    while !window.isEmpty { try await wait() }
    try check()
  }

  /// Writes no more: ends the call. Who waits learns why.
  func close(_ error: PurSightError? = nil) {
    guard case .open = state else { return }
    state = error.map { .failed($0) } ?? .closed
    runner?.cancel()
    call?.requests.call.cancel()
    call = nil
    wakeAll()
  }

  private func check() throws(PurSightError) {
    switch state {
    case .open: return
    case .failed(let error): throw error
    case .closed: throw PurSightError(.failedPrecondition, "The load is closed.")
    }
  }

  /// Suspends until something has changed.
  private func wait() async throws(PurSightError) {
    try check()
    waiterCount += 1
    let id = waiterCount
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        if Task.isCancelled { continuation.resume() } else { waiters[id] = continuation }
      }
    } onCancel: {
      Task { await self.wake(id) }
    }
    guard !Task.isCancelled else {
      throw PurSightError(.cancelled, "The task was cancelled.")
    }
    try check()
  }

  private func wake(_ id: Int) { waiters.removeValue(forKey: id)?.resume() }

  private func wakeAll() {
    let all = waiters.values
    waiters = [:]
    for waiter in all { waiter.resume() }
  }

  // MARK: The call

  /// Opens calls, one after another, until there is no more need of one.
  private func run() async {
    defer { runner = nil }
    while case .open = state, !window.isEmpty {
      do {
        let call = try await IngestionServiceStub(session.channel).appendRows(session.options())
        try await receive(on: call)
      } catch {
        guard case .open = state else { return }
        await recover(from: error)
      }
    }
  }

  /// Sends what is pending and takes answers until the call ends.
  private func receive(
    on call: BidirectionalCall<AppendRowsRequest, AppendRowsResponse>
  ) async throws {
    self.call = call
    (isDraining, hasGreeted, isHalfClosed) = (false, false, false)
    defer { self.call = nil }
    report(isReconnecting: false)
    await pump()
    let responses = call.responses.makeAsyncIterator()
    while let response = try await responses.next() {
      session.noteAnswer()
      try handle(response)
      await pump()
    }
    // The server has ended the call well; what was not answered goes again.
    try window.restart(at: window.committed)
  }

  /// Sends the appends that were not sent yet. What goes wrong is learned by who receives.
  private func pump() async {
    guard let call, !isPumping else { return }
    isPumping = true
    defer { isPumping = false }
    do throws(RPCError) {
      while self.call?.requests.call === call.requests.call, !isHalfClosed {
        if isDraining {
          // The rest goes over another call, once nothing is on its way on this one.
          if window.sentCount == 0 { try await end(call) }
          return
        }
        guard let append = window.send() else {
          if isFlushing { try await end(call) }
          return
        }
        try await call.requests.write(greeted(append.request))
      }
    } catch {}
  }

  private func end(
    _ call: BidirectionalCall<AppendRowsRequest, AppendRowsResponse>
  ) async throws(RPCError) {
    isHalfClosed = true
    try await call.requests.finish()
  }

  /// The first request of a call names the stream.
  private func greeted(_ request: AppendRowsRequest) -> AppendRowsRequest {
    guard !hasGreeted else { return request }
    var request = request
    request.writeStream = stream.name
    request.epoch = stream.epoch
    hasGreeted = true
    return request
  }

  private func handle(_ response: AppendRowsResponse) throws {
    if let limits = response.limits { window.limits = AppendWindow.Limits(limits) }
    if response.draining { isDraining = true }
    let before = window.committed
    if let error = response.error {
      try handle(error)
    } else {
      try window.acknowledge(response.committedOffset)
    }
    guard window.committed > before else { return }
    (lostSince, failures) = (nil, 0)
    if response.error == nil {
      counts = LoadProgress(
        committed: window.committed, stored: response.rowsStored,
        quarantined: response.rowsQuarantined, revision: response.revision,
        isReconnecting: false)
    }
    onProgress(counts)
    wakeAll()
  }

  /// An append that was not taken.
  private func handle(_ error: AppendError) throws {
    let code = RPCCode(rawValue: error.status?.code ?? RPCCode.unknown.rawValue)
    switch code {
    case .alreadyExists: try window.acknowledge(error.expectedOffset)
    case .outOfRange, .unavailable:
      throw RPCError(.unavailable, error.status?.message ?? "The append was not taken.")
    default:
      var failure = PurSightError(
        RPCError(
          code, error.status?.message ?? "",
          details: error.status?.details.map {
            .init(typeName: $0.typeName, value: $0.value)
          } ?? []))
      failure.rows = error.rows
      throw failure
    }
  }

  // MARK: After a loss

  /// Waits and asks where the server is, so that the next call goes on there; or gives up.
  private func recover(from error: any Error) async {
    let lostSince = lostSince ?? .now
    self.lostSince = lostSince
    failures += 1
    do throws(PurSightError) {
      let failure = PurSightError(any: error)
      // ABORTED may also mean that an append of the call before came through after all; who owns
      // the load is seen when it is looked at.
      guard [.unavailable, .aborted].contains(failure.code),
        ContinuousClock.now - lostSince < retryFor
      else { throw Self.final(failure) }
      report(isReconnecting: true)
      try await session.sleep(
        for: failure.retryDelay ?? session.retry.jitteredBackoff(after: failures))
      let stream: WriteStream
      do throws(RPCError) {
        stream = try await IngestionServiceStub(session.channel)
          .getWriteStream(
            GetWriteStreamRequest(name: self.stream.name),
            session.options(timeout: Self.lookTimeout)
          ).message
      } catch {
        // Not there yet: the next attempt is another turn of `run`.
        guard error.code == .unavailable || error.code == .deadlineExceeded else {
          throw PurSightError(error)
        }
        return try window.restart(at: window.committed)
      }
      try Self.checkOwner(stream, epoch: self.stream.epoch)
      try window.restart(at: stream.nextOffset)
      counts = LoadProgress(
        committed: window.committed, stored: stream.rowsStored,
        quarantined: stream.rowsQuarantined, revision: stream.revision, isReconnecting: true)
      wakeAll()
    } catch {
      close(error)
    }
  }

  /// How long one look at the server may take.
  private static let lookTimeout = Duration.seconds(5)

  private static func checkOwner(
    _ stream: WriteStream, epoch: Int64
  ) throws(PurSightError) {
    guard stream.state == .open else {
      throw PurSightError(
        .failedPrecondition, "The load \(stream.name) is not open any more: somebody ended it.")
    }
    guard stream.epoch == epoch else {
      throw PurSightError(
        .aborted, "Another writer has taken over the load \(stream.name).",
        advice: "Let it go on, or resume the load here to take it back.")
    }
  }

  /// The error of a load that gives up, with what to do.
  private static func final(_ error: PurSightError) -> PurSightError {
    guard error.code == .unavailable else { return error }
    return PurSightError(
      .unavailable, "The load was interrupted: \(error.message)", reason: "LOAD_INTERRUPTED",
      advice: "What was acknowledged is durable; resume the load to go on behind it.")
  }

  private func report(isReconnecting: Bool) {
    guard counts.isReconnecting != isReconnecting else { return }
    counts = LoadProgress(
      committed: window.committed, stored: counts.stored, quarantined: counts.quarantined,
      revision: counts.revision, isReconnecting: isReconnecting)
    onProgress(counts)
  }
}
