/// Counts instants or days in buckets of one width, the narrowest power of two that gives at most
/// 4,096 buckets with something in them.
///
/// Relative buckets would be years wide this far from 1970. The width follows from the values
/// alone, so the state is the same for any split and order of them.
struct TickSketch: Sendable {
  static let maxBuckets = 4_096

  /// Buckets hold values that agree in all but the lowest `shift` bits.
  private var shift: Int64 = 0
  private var counts: [Int64: Int64] = [:]

  init() {}

  mutating func add(_ value: Int64, times: Int64 = 1) {
    counts[value >> shift, default: 0] += times
    if counts.count > Self.maxBuckets { coarsen(to: shift + 1) }
  }

  /// Widens the buckets to `target` bits, and further while there are too many.
  private mutating func coarsen(to target: Int64) {
    var wanted = target
    while true {
      var wider: [Int64: Int64] = [:]
      for (bucket, count) in counts { wider[bucket >> (wanted - shift), default: 0] += count }
      counts = wider
      shift = wanted
      if counts.count <= Self.maxBuckets { return }
      wanted += 1
    }
  }

  mutating func merge(_ other: TickSketch) {
    if other.shift > shift { coarsen(to: other.shift) }
    for (bucket, count) in other.counts {
      add(bucket << other.shift, times: count)
    }
  }

  /// Middles of the buckets, ascending, with their counts.
  var distribution: [(value: Double, count: Int64)] {
    counts.sorted { $0.key < $1.key }.map { bucket, count in
      let low = Double(bucket << shift)
      return (
        shift == 0 ? low : low + Double(sign: .plus, exponent: Int(shift) - 1, significand: 1),
        count
      )
    }
  }

  func write(to writer: inout StateWriter) {
    writer.append(Int(shift))
    writer.append(counts.count)
    for (bucket, count) in counts.sorted(by: { $0.key < $1.key }) {
      writer.append(signed: bucket)
      writer.append(UInt64(count))
    }
  }

  init(from reader: inout StateReader) throws(ComputeError) {
    shift = Int64(try reader.count(limit: 63))
    for _ in 0..<(try reader.count(limit: Self.maxBuckets)) {
      let bucket = try reader.signed()
      counts[bucket] = try reader.rows()
    }
  }
}
