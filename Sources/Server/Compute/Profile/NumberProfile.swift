internal import PurSightArrow

/// What the integers of a profile stand for.
enum NumberDomain: UInt8, Sendable {
  case signed = 1
  /// Unsigned 64-bit numbers, less 2^63.
  case unsigned = 2
  /// Order keys of doubles.
  case double = 3
  /// Dates, times, timestamps, durations as they are stored.
  case tick = 4

  /// The number that a key stands for.
  @inline(__always)
  func number(_ key: Int64) -> Double {
    switch self {
    case .signed, .tick: Double(key)
    case .unsigned: Double(UInt64(bitPattern: key) ^ 1 << 63)
    case .double: Self.double(key)
    }
  }

  /// The double whose order key this is.
  @inline(__always)
  static func double(_ key: Int64) -> Double {
    let bits = key ^ Int64(bitPattern: UInt64(bitPattern: key &>> 63) &>> 1)
    return Double(bitPattern: UInt64(bitPattern: bits))
  }
}

/// The profile of a column of numbers, dates or times.
///
/// While there are few different values it knows each with its count, and everything follows from
/// those; afterwards it keeps sketches and exact sums. Which of both it is follows from the values.
struct NumberProfile: Sendable {
  let domain: NumberDomain
  private(set) var counts = IntegerCounts()
  private(set) var sketch: NumberSketch?

  init(_ domain: NumberDomain) { self.domain = domain }

  mutating func add(_ keys: Span<Int64>) {
    var done = 0
    if sketch == nil {
      done = counts.add(keys)
      if counts.isOverflown { overflow() }
    }
    if done < keys.count { sketch?.add(keys.extracting(done..<keys.count)) }
  }

  private mutating func overflow() {
    var sketch = NumberSketch(domain)
    for (value, count) in counts.entries { sketch.add(value, times: count) }
    self.sketch = sketch
    counts = IntegerCounts()
  }

  mutating func merge(_ other: NumberProfile) {
    if let theirs = other.sketch {
      if sketch == nil { overflow() }
      sketch?.merge(theirs)
      return
    }
    for (value, count) in other.counts.entries {
      if sketch != nil {
        sketch?.add(value, times: count)
      } else {
        counts.add(value, times: count)
        if counts.isOverflown { overflow() }
      }
    }
  }

  func write(to writer: inout StateWriter) {
    writer.append(byte: sketch == nil ? 0 : 1)
    if let sketch { sketch.write(to: &writer) } else { counts.write(to: &writer) }
  }

  init(from reader: inout StateReader, _ domain: NumberDomain) throws(ComputeError) {
    self.domain = domain
    if try reader.byte() == 1 {
      sketch = try NumberSketch(from: &reader, domain)
    } else {
      counts = try IntegerCounts(from: &reader)
    }
  }
}

/// What is kept of numbers of which there are too many different ones.
struct NumberSketch: Sendable {
  let domain: NumberDomain
  private(set) var minimum = Int64.max
  private(set) var maximum = Int64.min
  private(set) var distinct = HyperLogLog()
  private(set) var moments = Moments()
  private var quantiles = QuantileSketch()
  private var ticks = TickSketch()

  init(_ domain: NumberDomain) { self.domain = domain }

  mutating func add(_ key: Int64, times: Int64) {
    minimum = min(minimum, key)
    maximum = max(maximum, key)
    distinct.add(Fingerprint.integer(key))
    if domain == .tick {
      ticks.add(key, times: times)
    } else {
      quantiles.add(domain.number(key), times: times)
      if domain == .signed {
        moments.add(key, times: times)
      } else {
        moments.add(domain.number(key), times: times)
      }
    }
  }

  mutating func add(_ keys: Span<Int64>) {
    var (low, high) = (minimum, maximum)
    for index in keys.indices {
      low = min(low, keys[index])
      high = max(high, keys[index])
      distinct.add(Fingerprint.integer(keys[index]))
    }
    (minimum, maximum) = (low, high)
    switch domain {
    case .tick: for index in keys.indices { ticks.add(keys[index]) }
    case .signed:
      for index in keys.indices { quantiles.add(Double(keys[index])) }
      moments.add(keys)
    case .unsigned, .double:
      var numbers: [Double] = []
      numbers.reserveCapacity(keys.count)
      for index in keys.indices { numbers.append(domain.number(keys[index])) }
      for number in numbers { quantiles.add(number) }
      moments.add(numbers.span)
    }
  }

  mutating func merge(_ other: NumberSketch) {
    minimum = min(minimum, other.minimum)
    maximum = max(maximum, other.maximum)
    distinct.merge(other.distinct)
    moments.merge(other.moments)
    quantiles.merge(other.quantiles)
    ticks.merge(other.ticks)
  }

  /// Numbers, ascending, that stand for all values, with their counts.
  var distribution: [(value: Double, count: Int64)] {
    domain == .tick ? ticks.distribution : quantiles.distribution
  }

  func write(to writer: inout StateWriter) {
    writer.append(signed: minimum)
    writer.append(signed: maximum)
    distinct.write(to: &writer)
    if domain == .tick {
      ticks.write(to: &writer)
    } else {
      moments.write(to: &writer)
      quantiles.write(to: &writer)
    }
  }

  init(from reader: inout StateReader, _ domain: NumberDomain) throws(ComputeError) {
    self.domain = domain
    minimum = try reader.signed()
    maximum = try reader.signed()
    distinct = try HyperLogLog(from: &reader)
    if domain == .tick {
      ticks = try TickSketch(from: &reader)
    } else {
      moments = try Moments(from: &reader)
      quantiles = try QuantileSketch(from: &reader)
    }
  }
}
