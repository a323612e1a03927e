/// Counts numbers in buckets whose width grows with the number: quantiles within 0.8 %.
///
/// A bucket is a sign, an exponent and the first six bits of the fraction, so a state is a sum of
/// counts and merges exactly. Buckets are kept in pages of one exponent, made when needed.
struct QuantileSketch: Sendable {
  private static let fractionBits = 6
  private static let pageSize = 1 << fractionBits

  /// Per sign and exponent the page's position in `counts`, or -1.
  private var pages = [Int32](repeating: -1, count: 4_096)
  private var counts: [Int64] = []
  private(set) var total: Int64 = 0

  init() {}

  @inline(__always)
  mutating func add(_ value: Double, times: Int64 = 1) {
    // -0 and 0 share a bucket.
    let bits = (value + 0.0).bitPattern
    let page = Int(truncatingIfNeeded: bits &>> 52)
    if pages[page] < 0 { makePage(page) }
    let bucket = Int(truncatingIfNeeded: bits &>> UInt64(52 - Self.fractionBits))
    counts[Int(pages[page]) &+ (bucket & (Self.pageSize &- 1))] &+= times
    total &+= times
  }

  private mutating func makePage(_ page: Int) {
    pages[page] = Int32(counts.count)
    counts += [Int64](repeating: 0, count: Self.pageSize)
  }

  mutating func merge(_ other: QuantileSketch) {
    for (bucket, count) in other.buckets { add(Self.lower(bucket), times: count) }
  }

  /// The number nearest to zero in a bucket.
  private static func lower(_ bucket: Int) -> Double {
    Double(bitPattern: UInt64(bucket) << UInt64(52 - fractionBits))
  }

  /// The number in the middle of a bucket.
  private static func middle(_ bucket: Int) -> Double {
    let low = lower(bucket)
    guard low.isFinite else { return low }
    let high = Double(bitPattern: UInt64(bucket + 1) << UInt64(52 - fractionBits))
    return high.isFinite ? low + (high - low) / 2 : low
  }

  /// The buckets that hold something, by their number (not in the order of their values).
  private var buckets: [(bucket: Int, count: Int64)] {
    pages.indices.filter { pages[$0] >= 0 }.flatMap { page in
      (0..<Self.pageSize).compactMap { index in
        let count = counts[Int(pages[page]) + index]
        return count == 0 ? nil : (page << Self.fractionBits | index, count)
      }
    }
  }

  /// Middles of the buckets in the order of their values, with their counts.
  var distribution: [(value: Double, count: Int64)] {
    let all = buckets
    let negative = all.filter { $0.bucket >> 17 == 1 }.reversed()
    let positive = all.filter { $0.bucket >> 17 == 0 }
    return (Array(negative) + positive).map { (Self.middle($0.bucket), $0.count) }
  }

  func write(to writer: inout StateWriter) {
    let all = buckets
    writer.append(all.count)
    var before = 0
    for (bucket, count) in all {
      writer.append(bucket - before)
      writer.append(UInt64(count))
      before = bucket
    }
  }

  init(from reader: inout StateReader) throws(ComputeError) {
    var bucket = 0
    for _ in 0..<(try reader.count(limit: 1 << 18)) {
      bucket += try reader.count(limit: 1 << 18)
      let times = try reader.rows()
      guard bucket < 1 << 18, times > 0, !Self.lower(bucket).isNaN else {
        throw ComputeError(.malformed, "a stored profile has an impossible bucket")
      }
      add(Self.lower(bucket), times: times)
    }
  }
}
