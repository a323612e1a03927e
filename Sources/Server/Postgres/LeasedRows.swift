internal import Synchronization

/// Rows that are taken one by one from a connection, which is read only while somebody waits.
/// Used by one task at a time; dropped before its end, it is cancelled.
final class LeasedRows<Row: Sendable>: Sendable {
  private let lease: ConnectionLease
  private let ended = Atomic<Bool>(false)
  /// Rows that came together with the one that was asked for.
  private let taken = Mutex(FIFO<Row>())

  init(_ lease: ConnectionLease) { self.lease = lease }

  deinit { cancel() }

  /// The next row; nil after the last one.
  ///
  /// - Parameter fetch: Asks the connection for more; no rows mean the end.
  func next(
    _ fetch: @escaping @Sendable (ExclusiveConnection, OperationTicket, Completion<[Row]>) -> Void
  ) async throws(PostgresError) -> Row? {
    if ended.load(ordering: .acquiring) { return nil }
    if let row = taken.withLock({ $0.popFirst() }) { return row }
    do throws(PostgresError) {
      let rows = try await lease.run(fetch)
      if rows.isEmpty { ended.store(true, ordering: .releasing) }
      return taken.withLock { taken in
        rows.forEach { taken.append($0) }
        return taken.popFirst()
      }
    } catch {
      ended.store(true, ordering: .releasing)
      throw error
    }
  }

  /// Ends it before its end; the server is asked to stop.
  func cancel() {
    if !ended.exchange(true, ordering: .acquiringAndReleasing) { lease.giveUp() }
  }
}
