public import PurSightAPI
internal import PurSightArrow
internal import PurSightRPC

/// One load of values into a dataset: every row is stored once, whatever happens on the way.
///
/// The id is the key to going on: a program that was interrupted opens the load again under the
/// same id and leaves out the first `committed` rows. That is right only if it brings the same rows
/// in the same order, so take an id that says what is loaded, such as `orders-2026-11-21`.
public final class Load<Value: Sendable>: Sendable {
  private let writer: LoadWriter
  private let schema: RowSchema<Value>
  private let options: LoadOptions
  private let progressContinuation: AsyncStream<LoadProgress>.Continuation
  /// How far the load is, each time it has come further. For one reader; the newest are kept while
  /// nobody reads.
  public let progress: AsyncStream<LoadProgress>

  init(
    _ session: CallSession, _ dataset: String, _ id: String, _ schema: RowSchema<Value>,
    _ options: LoadOptions
  ) async throws(PurSightError) {
    self.schema = schema
    self.options = options
    let (progress, continuation) = AsyncStream<LoadProgress>.makeStream(
      bufferingPolicy: .bufferingNewest(LoadLimits.keptProgress))
    self.progress = progress
    progressContinuation = continuation
    let request = session.openRequest(
      dataset, id, options, ArrowEncoder.message(of: schema.arrow).encapsulated)
    writer = LoadWriter(
      session, try await session.open(request), retryFor: options.retryFor
    ) { continuation.yield($0) }
  }

  deinit {
    progressContinuation.finish()
    // Nobody waits any more: end the call, the load itself stays open for a later resume.
    Task { [writer] in await writer.close() }
  }

  /// The load as it was when it was opened.
  public var writeStream: WriteStream { writer.stream }

  /// Rows that were durable when the load was opened: leave out so many of yours.
  public var committed: Int64 { writer.stream.nextOffset }

  /// Writes values; suspends while the server does not keep up. Returns when the last ones are on
  /// their way, not when they are durable: `finish` waits for that.
  public func write(contentsOf values: some Sequence<Value>) async throws(PurSightError) {
    var buffer = RowBuffer(schema)
    let encoder = BatchEncoder(schema.arrow)
    for value in values {
      try buffer.append(value)
      if isFull(buffer) { try await writer.write(try buffer.finish(), encoder) }
    }
    if buffer.rowCount > 0 { try await writer.write(try buffer.finish(), encoder) }
  }

  /// Writes values as they come; see `write(contentsOf:)`.
  public func write<Values: AsyncSequence>(
    contentsOf values: Values
  ) async throws where Values.Element == Value {
    var buffer = RowBuffer(schema)
    let encoder = BatchEncoder(schema.arrow)
    for try await value in values {
      try buffer.append(value)
      if isFull(buffer) { try await writer.write(try buffer.finish(), encoder) }
    }
    if buffer.rowCount > 0 { try await writer.write(try buffer.finish(), encoder) }
  }

  private func isFull(_ buffer: RowBuffer<Value>) -> Bool {
    buffer.rowCount >= options.batchRows || buffer.byteCount >= LoadLimits.batchBytes
  }

  /// Waits until everything that was written is durable.
  public func flush() async throws(PurSightError) { try await writer.flush() }

  /// Says that all rows are in, and waits until they are durable.
  @discardableResult public func finish() async throws(PurSightError) -> LoadReceipt {
    let receipt = try await writer.finish(retryFor: options.retryFor)
    progressContinuation.finish()
    return receipt
  }

  /// Gives the load up. What is durable stays.
  ///
  /// - Parameter reason: Why, for the audit log.
  public func abort(reason: String) async throws(PurSightError) {
    await writer.close()
    progressContinuation.finish()
    try await Loads(writer.session).abort(writer.stream.name, reason: reason)
  }
}

/// What bounds the memory of a load.
enum LoadLimits {
  /// Bytes that one append is made of where there are more: large enough that a commit costs
  /// little, small enough that some of them fit into memory.
  static let appendBytes = 2 << 20
  /// Bytes of a batch's columns after which it is sent.
  static let batchBytes = 768 << 10
  /// Values of `progress` that are kept while nobody reads them.
  static let keptProgress = 256
}

extension CallSession {
  func openRequest(
    _ dataset: String, _ id: String, _ options: LoadOptions, _ schema: [UInt8]
  ) -> OpenWriteStreamRequest {
    OpenWriteStreamRequest(
      parent: dataset, writeStreamID: id, source: names.source(orNone: options.source),
      sourceURI: options.sourceURI, onBadRow: options.onBadRow,
      ruleSet: names.ruleSet(orNone: options.rules), arrowSchema: schema,
      createOnly: options.createOnly)
  }

  func open(_ request: OpenWriteStreamRequest) async throws(PurSightError) -> WriteStream {
    try await mutate(IngestionServiceMethods.openWriteStream) {
      (requestID, options) async throws(RPCError) in
      var request = request
      request.requestID = requestID
      return try await IngestionServiceStub(channel).openWriteStream(request, options)
    }.value
  }

  /// Does something again and again while the server is away.
  ///
  /// - Parameter duration: How long; zero: once.
  func persist<Result>(
    for duration: Duration, _ body: () async throws(PurSightError) -> Result
  ) async throws(PurSightError) -> Result {
    let deadline = ContinuousClock.now + duration
    var attempt = 0
    while true {
      attempt += 1
      do throws(PurSightError) {
        return try await body()
      } catch {
        guard error.code == .unavailable, ContinuousClock.now < deadline else { throw error }
        try await sleep(for: error.retryDelay ?? retry.jitteredBackoff(after: attempt))
      }
    }
  }
}

extension DatasetReference {
  /// Opens a load of values, or goes on with an open one of the same id.
  ///
  /// - Parameters:
  ///   - id: Letters, digits, `-`, `_` and `.`; empty: the server makes one.
  ///   - options: Where the rows come from, and what becomes of bad ones.
  /// - Throws: `ALREADY_EXISTS` for the id of a load that was finished.
  public func load<Value: RowEncodable>(
    _ type: Value.Type, id: String = "", _ options: LoadOptions = LoadOptions()
  ) async throws(PurSightError) -> Load<Value> {
    try await load(Value.rowSchema, id: id, options)
  }

  /// Opens a load of values whose columns `schema` says; see `load(_:id:_:)`.
  public func load<Value: Sendable>(
    _ schema: RowSchema<Value>, id: String = "", _ options: LoadOptions = LoadOptions()
  ) async throws(PurSightError) -> Load<Value> {
    try await Load(session, name, id, schema, options)
  }
}
