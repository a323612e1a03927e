internal import PurSightAPI
internal import PurSightArrow
internal import PurSightRPC
internal import Synchronization

/// The rows of a dataset as batches, in the order in which they were stored.
///
/// Only as much is fetched as is taken. A connection that breaks is made anew and the read goes on
/// where it was. Leaving the loop ends the read on the server too. Every iteration reads anew.
public struct BatchSequence: AsyncSequence, Sendable {
  /// What the sequence is made of.
  public typealias Element = Batch
  /// How it can fail.
  public typealias Failure = PurSightError

  private let session: CallSession
  private let query: ReadQuery
  private let start: ReadPosition
  let progress = Progress()

  /// Where the iteration that was begun last is. Shared by all copies of a sequence.
  final class Progress: Sendable {
    private let state = Mutex(ReadPosition.start)

    var position: ReadPosition {
      get { state.withLock { $0 } }
      set { state.withLock { $0 = newValue } }
    }
  }

  init(_ session: CallSession, _ query: ReadQuery, from start: ReadPosition?) {
    self.session = session
    self.query = query
    self.start = start ?? .start
    progress.position = self.start
  }

  /// Behind the batch that was taken last.
  public var position: ReadPosition { progress.position }

  /// The same rows from a position on.
  public func resumed(from position: ReadPosition) -> BatchSequence {
    BatchSequence(session, query, from: position)
  }

  /// Begins anew.
  public func makeAsyncIterator() -> AsyncIterator {
    progress.position = start
    return AsyncIterator(session, query, start, progress)
  }

  /// Reads one batch after another. For one task.
  public struct AsyncIterator: AsyncIteratorProtocol {
    private let read: ReadCall
    private let progress: Progress

    init(_ session: CallSession, _ query: ReadQuery, _ start: ReadPosition, _ progress: Progress) {
      read = ReadCall(session, query, start)
      self.progress = progress
    }

    /// The next element; nil at the end.
    public mutating func next() async throws(PurSightError) -> Batch? {
      let batch = try await read.next()
      progress.position = read.position
      return batch
    }

    /// As `next()`.
    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws(PurSightError) -> Batch? { try await next() }

    /// The columns: waits for the first answer.
    mutating func layout() async throws(PurSightError) -> (ArrowSchema, RowLayout) {
      try await read.columns()
    }
  }
}
