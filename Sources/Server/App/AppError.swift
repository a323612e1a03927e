/// Why the program cannot go on, in one sentence that says what to do.
package struct AppError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kind of failure; its raw value is the exit code. Source: sysexits.h.
  package enum Code: Int32, Sendable {
    /// The command line is wrong.
    case usage = 64
    /// Something that is needed is not there or does not answer.
    case unavailable = 69
    /// Our own failure.
    case software = 70
    /// A file or directory cannot be read or written.
    case file = 74
    /// The configuration is wrong.
    case configuration = 78
  }

  package let code: Code
  package let message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  package var description: String { message }
}
