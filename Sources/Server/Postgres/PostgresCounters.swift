internal import Synchronization

/// What a database room has done since its start, and what it holds now.
package struct PostgresCounters: Sendable, Hashable {
  /// Reads on shared connections.
  package var reads = 0
  /// Syncs they travelled in; the quotient says how well they are batched.
  package var groups = 0
  /// Reads repeated because another statement of their group failed.
  package var repetitions = 0
  /// Transactions begun.
  package var transactions = 0
  /// Connections made.
  package var connects = 0
  /// Connections that broke.
  package var losses = 0
  /// Callers told `busy`.
  package var busy = 0
  /// Statements ended by their deadline.
  package var deadlines = 0
  /// Cancel requests sent.
  package var cancels = 0
  /// Connections of the pools, now.
  package var pooled = 0
  /// Connections of the pools that are in use, now.
  package var inUse = 0
  /// Callers that wait for a connection, now.
  package var waiting = 0
}

/// A number that any thread may change.
struct CounterCell: ~Copyable, Sendable {
  private let value = Atomic<Int>(0)

  var current: Int { value.load(ordering: .relaxed) }

  @inline(__always) borrowing func add(_ step: Int = 1) {
    value.wrappingAdd(step, ordering: .relaxed)
  }
}

/// The cells behind `PostgresCounters`.
final class PostgresCounterCells: Sendable {
  let reads = CounterCell()
  let groups = CounterCell()
  let repetitions = CounterCell()
  let transactions = CounterCell()
  let connects = CounterCell()
  let losses = CounterCell()
  let busy = CounterCell()
  let deadlines = CounterCell()
  let cancels = CounterCell()
  let pooled = CounterCell()
  let inUse = CounterCell()
  let waiting = CounterCell()

  var snapshot: PostgresCounters {
    var counters = PostgresCounters()
    counters.reads = reads.current
    counters.groups = groups.current
    counters.repetitions = repetitions.current
    counters.transactions = transactions.current
    counters.connects = connects.current
    counters.losses = losses.current
    counters.busy = busy.current
    counters.deadlines = deadlines.current
    counters.cancels = cancels.current
    counters.pooled = pooled.current
    counters.inUse = inUse.current
    counters.waiting = waiting.current
    return counters
  }
}
