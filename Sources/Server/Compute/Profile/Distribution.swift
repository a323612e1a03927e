/// Numbers in ascending order with their counts, from which quantiles and bars are read.
struct Distribution {
  private let entries: [(value: Double, count: Int64)]
  private let minimum: Double
  private let maximum: Double
  /// Whether the numbers are the values themselves, not the middles of buckets.
  private let isExact: Bool
  private let total: Int64

  init(
    _ entries: [(value: Double, count: Int64)], from minimum: Double, to maximum: Double,
    isExact: Bool
  ) {
    self.entries = entries
    self.minimum = minimum
    self.maximum = maximum
    self.isExact = isExact
    total = entries.reduce(0) { $0 + $1.count }
  }

  /// The value below which a share of the values lies.
  ///
  /// Between two values it is interpolated as SQL's `percentile_cont` does; of buckets the middle
  /// is taken.
  func quantile(_ fraction: Double) -> Double {
    guard total > 0 else { return .nan }
    let position = fraction * Double(total - 1)
    let rank = Int64(position.rounded(.down))
    let low = value(at: rank)
    guard isExact, Double(rank) != position else { return min(max(low, minimum), maximum) }
    return low + (value(at: min(rank + 1, total - 1)) - low) * (position - Double(rank))
  }

  /// The value with `rank` values before it.
  private func value(at rank: Int64) -> Double {
    var before: Int64 = 0
    for (value, count) in entries {
      before += count
      if before > rank { return value }
    }
    return maximum
  }

  /// At most `ColumnSummary.maxBins` bars of equal width over all finite values.
  ///
  /// - Parameter isWhole: whether values are whole numbers, so that bars are not narrower than 1.
  func histogram(isWhole: Bool) -> [ColumnSummary.Bin] {
    let finite = entries.filter { $0.value.isFinite }
    guard let first = finite.first, let last = finite.last else { return [] }
    // Middles of buckets may lie beyond the outermost values, or those beyond them.
    let low = minimum.isFinite ? minimum : first.value
    let high = maximum.isFinite ? maximum : last.value
    guard high > low, (high - low).isFinite else {
      return [ColumnSummary.Bin(lower: low, upper: high, count: finite.reduce(0) { $0 + $1.count })]
    }
    var width = (high - low) / Double(ColumnSummary.maxBins)
    var bins = ColumnSummary.maxBins
    if isWhole {
      width = ((high - low + 1) / Double(ColumnSummary.maxBins)).rounded(.up)
      bins = Int(((high - low + 1) / width).rounded(.up))
    }
    var counts = [Int64](repeating: 0, count: bins)
    for (value, count) in finite {
      counts[Int(min(max((value - low) / width, 0), Double(bins - 1)))] += count
    }
    return counts.indices.map { index in
      ColumnSummary.Bin(
        lower: low + Double(index) * width,
        upper: index == bins - 1 && !isWhole ? high : low + Double(index + 1) * width,
        count: counts[index])
    }
  }
}
