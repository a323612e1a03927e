internal import Glibc
internal import PurSightTelemetry

/// The process's own streams: stdout carries what a program reads, stderr the log.
enum StandardStreams {
  /// Writes all of it to stdout.
  static func output(_ text: String) { write(Array(text.utf8), to: STDOUT_FILENO) }

  /// Writes all of it to stderr. One line is one write, so lines of several threads do not mix.
  static func error(_ bytes: [UInt8]) { write(bytes, to: STDERR_FILENO) }

  /// A log on stderr.
  static func logger(_ level: LogLevel) -> Logger {
    Logger(level: level, clock: { SystemClock.microseconds() }, sink: { error($0) })
  }

  /// Nobody who reads is no reason to stop: what cannot be written is dropped.
  private static func write(_ bytes: [UInt8], to descriptor: Int32) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe Glibc.write(descriptor, Array(rest), rest.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}

/// The clock of this machine.
enum SystemClock {
  /// Microseconds since 1970-01-01T00:00:00Z.
  static func microseconds() -> Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
  }
}

/// The variables that the process was started with.
enum Environment {
  /// A variable's value; nil where it is absent or empty.
  static func value(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    let text = unsafe String(cString: value)
    return text.isEmpty ? nil : text
  }
}
