internal import Synchronization

/// A number that only grows. From any thread.
package final class Counter: Sendable {
  private let cells = ShardedCells(1)

  package init() {}

  /// - Parameter shard: a small number of the caller's, such as its loop's; callers with different
  ///   ones do not slow each other down.
  @inline(__always) package func add(_ amount: UInt64 = 1, shard: Int = 0) {
    cells.add(amount, at: 0, shard: shard)
  }

  package var value: UInt64 { cells.sum(0) }
}

/// A number that goes up and down. From any thread.
package final class Gauge: Sendable {
  private let bits = Atomic<UInt64>(0)

  package init() {}

  package func set(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }

  package func add(_ amount: Double) {
    var old = bits.load(ordering: .relaxed)
    while true {
      let new = (Double(bitPattern: old) + amount).bitPattern
      let (done, seen) = bits.weakCompareExchange(
        expected: old, desired: new, ordering: .relaxed)
      if done { return }
      old = seen
    }
  }

  package var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }
}

/// How long things took, counted by upper bounds. From any thread.
package final class Histogram: Sendable {
  /// Upper bounds in seconds for calls, from 0.1 ms to 10 s.
  package static let callBounds: [Double] = [
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
  ]

  package let bounds: [Double]
  private let boundNanoseconds: [UInt64]
  private let cells: ShardedCells

  /// - Parameter bounds: upper bounds in seconds, ascending; one without end is added.
  package init(bounds: [Double] = Histogram.callBounds) {
    self.bounds = bounds
    boundNanoseconds = bounds.map { UInt64($0 * 1e9) }
    // One cell per bucket, one for the last, one for the sum.
    cells = ShardedCells(bounds.count + 2)
  }

  package func record(nanoseconds: UInt64, shard: Int = 0) {
    var bucket = 0
    while bucket < boundNanoseconds.count && nanoseconds > boundNanoseconds[bucket] { bucket += 1 }
    cells.add(1, at: bucket, shard: shard)
    cells.add(nanoseconds, at: boundNanoseconds.count + 1, shard: shard)
  }

  /// Counts up to each bound, the last one without bound, and the sum in seconds.
  package var snapshot: (cumulative: [UInt64], sumSeconds: Double) {
    var (cumulative, total): ([UInt64], UInt64) = ([], 0)
    for bucket in 0...bounds.count {
      total += cells.sum(bucket)
      cumulative.append(total)
    }
    return (cumulative, Double(cells.sum(bounds.count + 1)) / 1e9)
  }
}
