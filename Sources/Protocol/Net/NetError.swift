#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// What went wrong between this process and the operating system's network.
///
/// Thrown while something is set up (a loop, a listener, an outgoing connection). A connection that
/// breaks later is not an error but an event of its channel.
package struct NetError: Error, Equatable {
  /// The kind of failure; stable for programs.
  package enum Code: Equatable, Sendable {
    /// A system call failed; `NetError.errno` says how.
    case system
    /// An address could not be parsed or resolved.
    case address
  }

  package let code: Code
  /// What happened, to what, and what to do about it.
  package let message: String
  /// The `errno` of the failed call, 0 where none applies.
  package let errno: Int32

  package init(_ code: Code, _ message: String, errno: Int32 = 0) {
    (self.code, self.message, self.errno) = (code, message, errno)
  }

  /// The failure of system call `call` on `subject`, read from `errno` now.
  static func system(_ call: String, _ subject: String) -> NetError {
    let number = lastErrno()
    let reason = unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
    return NetError(.system, "\(call) failed for \(subject): \(reason)", errno: number)
  }
}

/// The calling thread's `errno`.
@inline(__always) func lastErrno() -> Int32 {
  #if canImport(Glibc)
    Glibc.errno
  #elseif canImport(Darwin)
    Darwin.errno
  #endif
}
