/// Why a kernel cannot be made or cannot run.
package struct ComputeError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kind of fault.
  package enum Code: String, Sendable {
    /// A name stands for no column, or a column has a type that does not fit.
    case schemaMismatch
    /// A rule or expression is not valid.
    case invalidRule
    /// A limit is exceeded.
    case limitExceeded
    /// Stored state does not decode.
    case malformed
  }

  package var code: Code
  /// What happened, to which name, and what to do.
  package var message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  package var description: String { message }
}
