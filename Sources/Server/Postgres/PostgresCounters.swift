internal import PurSightTelemetry

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

/// The metrics behind `PostgresCounters`, which Prometheus reads too.
final class PostgresMetrics: Sendable {
  let reads: Counter
  let groups: Counter
  let repetitions: Counter
  let transactions: Counter
  let connects: Counter
  let losses: Counter
  let busy: Counter
  let deadlines: Counter
  let cancels: Counter
  let pooled: Gauge
  let inUse: Gauge
  let waiting: Gauge
  /// How long callers waited for a connection of a pool.
  let waits: Histogram

  /// - Parameter registry: Where they are registered, once per registry; nil for nowhere.
  init(_ registry: MetricRegistry?) {
    func counter(_ name: String, _ help: String) -> Counter {
      registry?.counter("pursight_db_\(name)_total", help: help) ?? Counter()
    }
    func gauge(_ name: String, _ help: String) -> Gauge {
      registry?.gauge("pursight_db_\(name)", help: help) ?? Gauge()
    }
    reads = counter("reads", "Reads on shared connections.")
    groups = counter("read_groups", "Round trips that those reads travelled in.")
    repetitions = counter("read_repetitions", "Reads repeated because of another one's error.")
    transactions = counter("transactions", "Transactions begun.")
    connects = counter("connects", "Connections made.")
    losses = counter("connection_losses", "Connections that broke.")
    busy = counter("busy", "Callers turned away because every connection was taken.")
    deadlines = counter("deadlines", "Statements ended by their deadline.")
    cancels = counter("cancels", "Cancel requests sent to the server.")
    pooled = gauge("pool_size", "Connections of the pools.")
    inUse = gauge("pool_in_use", "Connections of the pools that are in use.")
    waiting = gauge("pool_waiters", "Callers that wait for a connection.")
    waits =
      registry?.histogram(
        "pursight_db_pool_wait_seconds", help: "How long callers waited for a connection.")
      ?? Histogram()
  }

  var snapshot: PostgresCounters {
    var counters = PostgresCounters()
    counters.reads = Int(reads.value)
    counters.groups = Int(groups.value)
    counters.repetitions = Int(repetitions.value)
    counters.transactions = Int(transactions.value)
    counters.connects = Int(connects.value)
    counters.losses = Int(losses.value)
    counters.busy = Int(busy.value)
    counters.deadlines = Int(deadlines.value)
    counters.cancels = Int(cancels.value)
    counters.pooled = Int(pooled.value)
    counters.inUse = Int(inUse.value)
    counters.waiting = Int(waiting.value)
    return counters
  }
}
