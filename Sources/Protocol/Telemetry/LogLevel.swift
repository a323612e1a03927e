/// How much a log line matters.
package enum LogLevel: Int, Comparable, Sendable, CaseIterable {
  /// Every call.
  case debug
  /// What an operator wants to know when nothing is wrong: start, stop, migrations, refused calls.
  case info
  /// Something did not work and was tried again or given up.
  case warning
  /// Something that should not happen.
  case error

  package init?(_ name: String) {
    guard let level = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = level
  }

  package var name: String {
    switch self {
    case .debug: "debug"
    case .info: "info"
    case .warning: "warning"
    case .error: "error"
    }
  }

  package static func < (left: LogLevel, right: LogLevel) -> Bool { left.rawValue < right.rawValue }
}
