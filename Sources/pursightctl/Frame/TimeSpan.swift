internal import ArgumentParser

/// A span of time as people type it: `250ms`, `30s`, `5m`, `1h30m`, `7d`.
struct TimeSpan: Equatable, Sendable {
  let duration: Duration

  /// Nil for anything but numbers with units.
  init?(_ text: String) {
    var total = Duration.zero
    var rest = Substring(text)
    guard !rest.isEmpty else { return nil }
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      rest = rest.dropFirst(digits.count)
      let unit = rest.prefix { $0.isLetter }
      rest = rest.dropFirst(unit.count)
      guard let number = Double(digits), let seconds = Self.seconds[String(unit)],
        number * seconds < Self.maxSeconds
      else { return nil }
      total += .seconds(number * seconds)
    }
    duration = total
  }

  private static let seconds: [String: Double] = [
    "ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400,
  ]
  /// The longest span that makes sense, in seconds: ten years.
  private static let maxSeconds = 315_360_000.0
}

extension TimeSpan: ExpressibleByArgument {
  init?(argument: String) { self.init(argument) }
}
