internal import PurSightNet

/// What a read brings: the rows of its statements.
struct PostgresAnswer: Sendable {
  let first: PostgresRows
  let others: [PostgresRows]
}

/// One read that waits for its turn or its answer on a shared connection.
///
/// Single-owner: its pipeline's loop.
@safe final class PostgresRead {
  typealias Outcome = Result<PostgresAnswer, PostgresError>

  let scope: PostgresScope
  let first: SQL
  /// Further statements in the same transaction; most reads have none.
  let others: [SQL]
  /// Monotonic nanoseconds; `UInt64.max` for none.
  let deadline: UInt64
  /// Monotonic nanoseconds at which it was handed in.
  let began: UInt64
  private var continuation: UnsafeContinuation<Outcome, Never>?
  private var firstRows: PostgresRows?
  private var otherRows: [PostgresRows] = []
  /// Whether it was sent before and, through no fault of its own, not answered.
  var isRepeated = false
  /// Whether it needs a transaction of its own.
  var isAlone = false
  /// Whether a statement before it in its transaction failed.
  var isAborted = false

  init(
    _ scope: PostgresScope, _ first: SQL, _ others: [SQL], deadline: UInt64, began: UInt64,
    continuation: UnsafeContinuation<Outcome, Never>
  ) {
    self.scope = scope
    self.first = first
    self.others = others
    self.deadline = deadline
    self.began = began
    unsafe self.continuation = unsafe continuation
  }

  /// Whether its caller has an answer already.
  var isOver: Bool { unsafe continuation == nil }

  func add(_ rows: PostgresRows) {
    guard let firstRows else {
      if others.isEmpty { end(.success(PostgresAnswer(first: rows, others: []))) }
      firstRows = rows
      return
    }
    otherRows.append(rows)
    if otherRows.count == others.count {
      end(.success(PostgresAnswer(first: firstRows, others: otherRows)))
    }
  }

  func fail(_ error: PostgresError) { end(.failure(error)) }

  /// Begins anew, because its transaction was aborted or its connection lost.
  func prepareRepetition() {
    isRepeated = true
    isAborted = false
    firstRows = nil
    otherRows = []
  }

  private func end(_ outcome: Outcome) {
    let waiting = unsafe continuation
    unsafe continuation = nil
    unsafe waiting?.resume(returning: outcome)
  }
}
