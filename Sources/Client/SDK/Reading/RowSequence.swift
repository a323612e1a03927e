/// The rows of a dataset one by one, in the order in which they were stored.
///
/// As `BatchSequence`, which it walks through.
public struct RowSequence<Element: Sendable>: AsyncSequence, Sendable {
  /// How it can fail.
  public typealias Failure = any Error

  private let batches: BatchSequence
  private let make: @Sendable (Row) throws -> Element

  init(_ batches: BatchSequence, _ make: @escaping @Sendable (Row) throws -> Element) {
    self.batches = batches
    self.make = make
  }

  /// Behind the row that was taken last.
  public var position: ReadPosition { batches.position }

  /// The same rows from a position on.
  public func resumed(from position: ReadPosition) -> RowSequence {
    RowSequence(batches.resumed(from: position), make)
  }

  /// Walks through the sequence once. For one task.
  public struct AsyncIterator: AsyncIteratorProtocol {
    private var batches: BatchSequence.AsyncIterator
    private let make: @Sendable (Row) throws -> Element
    private let progress: BatchSequence.Progress
    private var batch: Batch?
    private var index = 0
    /// Behind the batch before this one, and behind this one.
    private var before: ReadPosition
    private var behind: ReadPosition

    init(_ sequence: BatchSequence, _ make: @escaping @Sendable (Row) throws -> Element) {
      batches = sequence.makeAsyncIterator()
      progress = sequence.progress
      before = sequence.position
      behind = before
      self.make = make
    }

    /// The next element; nil at the end.
    public mutating func next() async throws -> Element? {
      while batch == nil || index == batch?.rowCount {
        before = behind
        batch = try await batches.next()
        behind = progress.position
        index = 0
        guard batch != nil else { return nil }
      }
      guard let batch else { return nil }
      let element = try make(batch.rows[index])
      index += 1
      // Inside a batch, the place is so many rows behind the one before it.
      progress.position =
        index == batch.rowCount
        ? behind : ReadPosition(token: before.token, skippedRows: before.skippedRows + index)
      return element
    }

    /// As `next()`.
    public mutating func next(isolation actor: isolated (any Actor)?) async throws -> Element? {
      try await next()
    }
  }

  /// Begins anew.
  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(batches, make) }
}
