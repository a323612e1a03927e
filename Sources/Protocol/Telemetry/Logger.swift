/// Where log lines go, from a level on. A value; copies write to the same place.
package struct Logger: Sendable {
  package let level: LogLevel
  private let clock: @Sendable () -> Int64
  private let sink: @Sendable ([UInt8]) -> Void

  /// - Parameters:
  ///   - clock: Microseconds since 1970-01-01T00:00:00Z.
  ///   - sink: Takes one whole line with its newline; called from any thread.
  package init(
    level: LogLevel, clock: @escaping @Sendable () -> Int64,
    sink: @escaping @Sendable ([UInt8]) -> Void
  ) {
    self.level = level
    self.clock = clock
    self.sink = sink
  }

  package func logs(_ level: LogLevel) -> Bool { level >= self.level }

  /// Writes a line, if the level is one that is written.
  package func log(
    _ level: LogLevel, _ message: String, _ fields: [(name: String, value: LogLine.Value)] = []
  ) {
    guard logs(level) else { return }
    sink(LogLine(time: clock(), level: level, message: message, fields: fields).utf8)
  }
}
