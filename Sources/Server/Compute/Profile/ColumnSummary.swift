package import PurSightArrow

/// What a profile says about one column.
package struct ColumnSummary: Sendable {
  /// A share of the values and the number below which it lies.
  package struct Quantile: Sendable, Hashable {
    package var fraction: Double
    package var value: Double
  }

  /// A value as text and how often it occurs.
  package struct ValueCount: Sendable, Hashable {
    package var text: String
    package var count: Int64
  }

  /// A bar of a histogram; the upper bound is outside but for the last bar.
  package struct Bin: Sendable, Hashable {
    package var lower: Double
    package var upper: Double
    package var count: Int64
  }

  /// The fractions of `quantiles`.
  package static let fractions = [0.05, 0.25, 0.5, 0.75, 0.95, 0.99]
  package static let topCount = 10
  /// Most values of `values`.
  static let maxListed = 20
  package static let maxBins = 20

  package var name: String
  package var type: ArrowType
  package var rows: Int64
  package var nulls: Int64
  /// NaNs among the values; they count as one distinct value and nowhere else.
  package var nans: Int64
  package var distinct: Int64
  /// Whether `distinct` is exact, else within 3 %.
  package var distinctIsExact: Bool
  /// Smallest and largest value as text; nil without values. Texts end after 256 bytes.
  package var minimum: String?
  package var maximum: String?
  /// Of numbers only: mean, and sample standard deviation from two values on.
  package var mean: Double?
  package var standardDeviation: Double?
  /// Of numbers: interpolated when exact, else within 0.8 % of the value.
  package var quantiles: [Quantile] = []
  /// Most frequent first, ties by value; empty when there are too many different values.
  package var topValues: [ValueCount] { Array(values.prefix(Self.topCount)) }
  /// Of numbers, dates and times; bounds of the latter as they are stored (days, ticks).
  package var histogram: [Bin] = []
  /// Characters of the shortest and longest text.
  package var shortest: Int64?
  package var longest: Int64?
  /// A pattern that all texts match as a whole, when they are alike.
  package var pattern: String?

  /// The most frequent values, at most `maxListed`.
  private(set) var values: [ValueCount] = []

  init(_ profile: ColumnProfile) {
    name = profile.name
    type = profile.type
    rows = profile.rows
    nulls = profile.nulls
    nans = profile.nans
    distinct = 0
    distinctIsExact = true
    switch profile.values {
    case .numbers(let numbers): describe(numbers)
    case .texts(let texts): describe(texts)
    case .booleans(let falses, let trues): describe(falses: falses, trues: trues)
    case .none: break
    }
    if nans > 0 { distinct += 1 }
  }

  private mutating func describe(_ numbers: NumberProfile) {
    let domain = numbers.domain
    let distribution: Distribution
    if let sketch = numbers.sketch {
      distinct = sketch.distinct.count
      distinctIsExact = false
      minimum = text(sketch.minimum, domain)
      maximum = text(sketch.maximum, domain)
      distribution = Distribution(
        sketch.distribution, from: domain.number(sketch.minimum),
        to: domain.number(sketch.maximum), isExact: false)
      if domain != .tick {
        mean = sketch.moments.mean
        standardDeviation = sketch.moments.standardDeviation
      }
    } else {
      let entries = numbers.counts.entries
      guard let first = entries.first, let last = entries.last else { return }
      distinct = Int64(entries.count)
      minimum = text(first.value, domain)
      maximum = text(last.value, domain)
      values = Self.top(entries).map { ValueCount(text: text($0.value, domain), count: $0.count) }
      distribution = Distribution(
        entries.map { (domain.number($0.value), $0.count) }, from: domain.number(first.value),
        to: domain.number(last.value), isExact: true)
      if domain != .tick {
        var moments = Moments()
        for (value, count) in entries {
          if domain == .signed {
            moments.add(value, times: count)
          } else {
            moments.add(domain.number(value), times: count)
          }
        }
        mean = moments.mean
        standardDeviation = moments.standardDeviation
      }
    }
    if domain != .tick {
      quantiles = Self.fractions.map {
        Quantile(fraction: $0, value: distribution.quantile($0))
      }
    }
    histogram = distribution.histogram(isWhole: domain != .double)
  }

  private mutating func describe(_ texts: TextProfile) {
    let isText = type.isText
    let shape: TextShape
    if let sketch = texts.sketch {
      distinct = sketch.distinct.count
      distinctIsExact = false
      minimum = sketch.minimum.map { text($0[...]) }
      maximum = sketch.maximum.map { text($0[...]) }
      shape = sketch.shape
    } else {
      let sorted = texts.counts.sorted
      guard let first = sorted.first, let last = sorted.last else { return }
      distinct = Int64(sorted.count)
      minimum = text(first.text)
      maximum = text(last.text)
      values = Self.top(sorted.map { ($0.text, $0.count) })
        .map { ValueCount(text: text($0.value), count: $0.count) }
      var all = TextShape()
      texts.counts.forEach { text, start, count, _, _ in all.add(text, start, count) }
      shape = all
    }
    guard isText else { return }
    shortest = shape.shortest
    longest = shape.longest
    pattern = shape.pattern
  }

  private mutating func describe(falses: Int64, trues: Int64) {
    distinct = (falses > 0 ? 1 : 0) + (trues > 0 ? 1 : 0)
    guard distinct > 0 else { return }
    minimum = falses > 0 ? "false" : "true"
    maximum = trues > 0 ? "true" : "false"
    values = [ValueCount(text: "false", count: falses), ValueCount(text: "true", count: trues)]
      .filter { $0.count > 0 }.sorted { $0.count > $1.count }
  }

  /// The most frequent of values that ascend.
  private static func top<Value>(_ entries: [(value: Value, count: Int64)])
    -> ArraySlice<(value: Value, count: Int64)>
  {
    entries.enumerated().sorted {
      ($1.element.count, $0.offset) < ($0.element.count, $1.offset)
    }.map(\.element).prefix(maxListed)
  }

  private func text(_ key: Int64, _ domain: NumberDomain) -> String {
    switch domain {
    case .signed, .tick: return ValueText.integer(key, type)
    case .unsigned: return String(UInt64(bitPattern: key) ^ 1 << 63)
    case .double:
      let value = NumberDomain.double(key)
      return type == .float32 ? String(Float(value)) : String(value)
    }
  }

  private func text(_ bytes: ArraySlice<UInt8>) -> String {
    type.isText ? ValueText.shortened(Array(bytes)) : ValueText.hexadecimal(Array(bytes))
  }
}
