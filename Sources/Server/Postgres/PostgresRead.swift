internal import PurSightNet

/// One read that waits for its turn or its answer on a shared connection.
///
/// Single-owner: its pipeline's loop.
@safe final class PostgresRead {
  typealias Outcome = Result<[PostgresRows], PostgresError>

  let scope: PostgresScope
  let statements: [SQL]
  /// Monotonic nanoseconds; `UInt64.max` for none.
  let deadline: UInt64
  /// Monotonic nanoseconds at which it was handed in.
  let began: UInt64
  private var continuation: UnsafeContinuation<Outcome, Never>?
  private var results: [PostgresRows] = []
  /// Whether it was sent before and, through no fault of its own, not answered.
  var isRepeated = false
  /// Whether it needs a transaction of its own.
  var isAlone = false
  /// Whether a statement before it in its transaction failed.
  var isAborted = false

  init(
    _ scope: PostgresScope, _ statements: [SQL], deadline: UInt64, began: UInt64,
    continuation: UnsafeContinuation<Outcome, Never>
  ) {
    self.scope = scope
    self.statements = statements
    self.deadline = deadline
    self.began = began
    unsafe self.continuation = unsafe continuation
  }

  /// Whether its caller has an answer already.
  var isOver: Bool { unsafe continuation == nil }

  func add(_ rows: PostgresRows) {
    results.append(rows)
    if results.count == statements.count { end(.success(results)) }
  }

  func fail(_ error: PostgresError) { end(.failure(error)) }

  /// Begins anew, because its transaction was aborted or its connection lost.
  func prepareRepetition() {
    isRepeated = true
    isAborted = false
    results = []
  }

  private func end(_ outcome: Outcome) {
    let waiting = unsafe continuation
    unsafe continuation = nil
    unsafe waiting?.resume(returning: outcome)
  }
}
