internal import PurSightArrow
internal import PurSightCrypto
internal import PurSightFormats
internal import PurSightNet
internal import PurSightRPC

/// Rows of a file, and how to go on behind them.
struct FileBatch: Sendable {
  let rows: ParsedRows
  /// Where to go on from when the rows are durable.
  let token: [UInt8]
  /// Where to go on from while they are not.
  let startToken: [UInt8]
}

/// What the head of a file says.
struct FileHead: Sendable {
  let schema: ArrowSchema
  let nullColumns: Set<String>
  let size: Int64

  /// The schema's message, as it opens a load.
  var message: [UInt8] { ArrowEncoder.message(of: schema).encapsulated }
}

/// Reads a file on a thread of its own: reading blocks, and parsing takes a core.
struct FileReading: Sendable {
  let plan: IngestPlan

  /// Bytes that are read at once.
  private static let blockBytes = 1 << 20
  /// Bytes of batches that wait to be sent.
  private static let waitingBytes = 2 << 20

  /// Reads as much as is needed to know the columns.
  /// - Throws: `INVALID_ARGUMENT` with line and column when the file cannot be read as rows.
  func head() async throws(PurSightError) -> FileHead {
    let result = try await onThread { () -> Result<FileHead, PurSightError> in
      Result { () throws(PurSightError) in try readHead() }
    }
    return try result.get()
  }

  private func readHead() throws(PurSightError) -> FileHead {
    let file = try InputFile(plan.path)
    let parser = try plan.parser()
    while parser.schema == nil {
      let block = try file.read(Self.blockBytes)
      guard !block.isEmpty else {
        _ = try parser.finish()
        break
      }
      _ = try parser.receive(block)
    }
    guard let schema = parser.schema else {
      throw PurSightError(.invalidArgument, "\(plan.path) has no rows.", reason: "FILE_EMPTY")
    }
    return FileHead(schema: schema, nullColumns: parser.nullColumns, size: file.size)
  }

  /// Reads the rows, from the start or from where an earlier process was.
  ///
  /// The end, good or not, is what `HandOff.next` ends with.
  func batches(
    _ head: FileHead, from token: ResumeToken?
  ) throws(PurSightError) -> HandOff<FileBatch> {
    let handOff = HandOff<FileBatch>(capacity: Self.waitingBytes)
    let (loop, thread) = try Self.thread()
    Task(executorPreference: loop) {
      do throws(PurSightError) {
        try await read(head, from: token, into: handOff)
        handOff.finish(.success(()))
      } catch {
        handOff.finish(.failure(error))
      }
      loop.stop()
    }
    thread.detach()
    return handOff
  }

  private func read(
    _ head: FileHead, from token: ResumeToken?, into handOff: HandOff<FileBatch>
  ) async throws(PurSightError) {
    let file = try InputFile(plan.path)
    let schema = SHA256.hash(head.message)
    if let token { try check(token, schema, file) }
    // An Arrow stream has its schema and dictionaries at the start; rows that were sent are left
    // out.
    let start = plan.format == .arrowStream ? .start : token?.position ?? .start
    let again = plan.format == .arrowStream && token != nil ? try InputFile(plan.path) : nil
    let parser = try plan.parser(schema: head.schema, from: start)
    var trail = HashTrail(start.byteOffset > 0 ? token?.hash ?? SHA256() : SHA256())
    var before = ResumeToken(
      position: start, hash: trail.hash(upTo: start.byteOffset), schema: schema, plan: plan)
    var isAtEnd = false
    while !isAtEnd {
      let block =
        if again == nil { try file.read(Self.blockBytes) } else {
          try again?.read(Self.blockBytes) ?? []
        }
      isAtEnd = block.isEmpty
      trail.add(block)
      for batch in isAtEnd ? try parser.finish() : try parser.receive(block) {
        let hash = trail.hash(upTo: batch.end.byteOffset)
        let token = ResumeToken(position: batch.end, hash: hash, schema: schema, plan: plan)
        let next = FileBatch(rows: batch, token: token.encoded, startToken: before.encoded)
        before = token
        guard await handOff.send(next, cost: batch.batch.byteCount) else { return }
      }
    }
  }

  /// Reads the part of the file that was sent and compares it with what was sent; the file is then
  /// at the token's place.
  private func check(
    _ token: ResumeToken, _ schema: SHA256Digest, _ file: borrowing InputFile
  ) throws(PurSightError) {
    var hash = SHA256()
    var left = token.position.byteOffset
    while left > 0 {
      let block = try file.read(min(left, Self.blockBytes))
      guard !block.isEmpty else { throw changed("is shorter than what was sent of it") }
      hash.update(block)
      left -= block.count
    }
    guard hash.digest == token.hash.digest else { throw changed("is not what was sent of it") }
    guard schema == token.schema else { throw changed("has other columns or types at its head") }
  }

  private func changed(_ what: String) -> PurSightError {
    PurSightError(
      .failedPrecondition, "\(plan.path) has changed since the load was begun: it \(what).",
      reason: "FILE_CHANGED",
      advice: "Give the load up and load the file anew, or bring the old file back.")
  }

  // MARK: The thread

  private static func thread() throws(PurSightError) -> (EventLoop, Thread) {
    do throws(NetError) {
      let loop = try EventLoop()
      return (loop, try Thread("pursight-reader") { loop.run() })
    } catch {
      throw PurSightError(.resourceExhausted, "No thread to read the file: \(error.message).")
    }
  }

  private func onThread<Value: Sendable>(
    _ body: @escaping @Sendable () -> Value
  ) async throws(PurSightError) -> Value {
    let (loop, thread) = try Self.thread()
    thread.detach()
    let value = await Task(executorPreference: loop) { body() }.value
    loop.stop()
    return value
  }
}

/// The running checksum of a file whose rows lag behind the bytes that were read.
struct HashTrail {
  private var hash: SHA256
  /// Bytes that were read and not hashed.
  private var waiting: [[UInt8]] = []
  /// Bytes of the first block that were hashed already.
  private var head = 0
  private var hashed: Int

  init(_ hash: SHA256) {
    self.hash = hash
    hashed = Int(hash.byteCount)
  }

  mutating func add(_ block: [UInt8]) {
    if !block.isEmpty { waiting.append(block) }
  }

  /// The checksum of the file up to a place, which never lies before an earlier one.
  mutating func hash(upTo offset: Int) -> SHA256 {
    while hashed < offset, let block = waiting.first {
      let count = min(offset - hashed, block.count - head)
      hash.update(block.span.extracting(head..<head + count))
      hashed += count
      head += count
      if head == block.count {
        waiting.removeFirst()
        head = 0
      }
    }
    return hash
  }
}
