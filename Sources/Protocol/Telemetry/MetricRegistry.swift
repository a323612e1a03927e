internal import Synchronization

/// The metrics of a process, and their text for Prometheus.
///
/// Names follow Prometheus' rules: base units, `_total` for counters. Labels come from our own
/// tables, never from a peer: an unknown method must not become a label.
package final class MetricRegistry: Sendable {
  /// A name and a value that tell one metric of a family from another.
  package struct Label: Hashable, Sendable {
    package let name: String
    package let value: String

    package init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
  }

  private enum Metric {
    case counter(Counter)
    case gauge(Gauge)
    case histogram(Histogram)
    /// Read when the metrics are.
    case computed(@Sendable () -> Double)

    var type: String {
      switch self {
      case .counter: "counter"
      case .gauge, .computed: "gauge"
      case .histogram: "histogram"
      }
    }
  }

  private struct Family {
    let help: String
    let type: String
    var metrics: [(labels: [Label], metric: Metric)] = []
  }

  private let families = Mutex<[String: Family]>([:])

  package init() {}

  /// Metrics of one family that are kept; more is a label that should not be one.
  private static let maxMetricsPerFamily = 10_000

  package func counter(_ name: String, help: String, labels: [Label] = []) -> Counter {
    let counter = Counter()
    add(name, help, labels, .counter(counter))
    return counter
  }

  package func gauge(_ name: String, help: String, labels: [Label] = []) -> Gauge {
    let gauge = Gauge()
    add(name, help, labels, .gauge(gauge))
    return gauge
  }

  package func histogram(
    _ name: String, help: String, labels: [Label] = [], bounds: [Double] = Histogram.callBounds
  ) -> Histogram {
    let histogram = Histogram(bounds: bounds)
    add(name, help, labels, .histogram(histogram))
    return histogram
  }

  /// A gauge whose value is asked for when the metrics are read.
  package func computed(
    _ name: String, help: String, labels: [Label] = [], _ value: @escaping @Sendable () -> Double
  ) {
    add(name, help, labels, .computed(value))
  }

  private func add(_ name: String, _ help: String, _ labels: [Label], _ metric: Metric) {
    let type = metric.type
    families.withLock { families in
      var family = families[name] ?? Family(help: help, type: type)
      precondition(family.type == type, "\(name) is a \(family.type)")
      precondition(
        !family.metrics.contains { $0.labels == labels }, "\(name)\(labels) is registered twice")
      guard family.metrics.count < Self.maxMetricsPerFamily else { return }
      family.metrics.append((labels, metric))
      families[name] = family
    }
  }

  /// Everything in Prometheus' text format 0.0.4, families sorted by name.
  package func text() -> String {
    let snapshot = families.withLock { $0 }
    var text = ""
    for (name, family) in snapshot.sorted(by: { $0.key < $1.key }) {
      text += "# HELP \(name) \(Self.escapeHelp(family.help))\n# TYPE \(name) \(family.type)\n"
      for (labels, metric) in family.metrics { Self.append(name, labels, metric, to: &text) }
    }
    return text
  }

  private static func append(
    _ name: String, _ labels: [Label], _ metric: Metric, to text: inout String
  ) {
    switch metric {
    case .counter(let counter): text += "\(name)\(list(labels)) \(counter.value)\n"
    case .gauge(let gauge): text += "\(name)\(list(labels)) \(number(gauge.value))\n"
    case .computed(let value): text += "\(name)\(list(labels)) \(number(value()))\n"
    case .histogram(let histogram):
      let (cumulative, sum) = histogram.snapshot
      for (index, count) in cumulative.enumerated() {
        let isLast = index == histogram.bounds.count
        let bound = isLast ? "+Inf" : number(histogram.bounds[index])
        text += "\(name)_bucket\(list(labels + [Label("le", bound)])) \(count)\n"
      }
      text += "\(name)_sum\(list(labels)) \(number(sum))\n"
      text += "\(name)_count\(list(labels)) \(cumulative.last ?? 0)\n"
    }
  }

  private static func list(_ labels: [Label]) -> String {
    if labels.isEmpty { return "" }
    let parts = labels.map { "\($0.name)=\"\(escapeValue($0.value))\"" }
    return "{" + parts.joined(separator: ",") + "}"
  }

  /// Whole numbers without a fraction, others in the shortest form that reads back the same.
  private static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    if let whole = Int64(exactly: value) { return String(whole) }
    return "\(value)"
  }

  private static func escapeHelp(_ text: String) -> String {
    escape(text, quote: false)
  }

  private static func escapeValue(_ text: String) -> String {
    escape(text, quote: true)
  }

  private static func escape(_ text: String, quote: Bool) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": escaped += "\\\\"
      case "\n": escaped += "\\n"
      case "\"" where quote: escaped += "\\\""
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
