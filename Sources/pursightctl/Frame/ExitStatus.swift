internal import PurSightClient

/// What the program's end says to scripts. `pursightctl help exit-codes` prints the table.
struct ExitStatus: Equatable {
  let number: Int32

  /// It was done, or the answer is yes.
  static let ok = ExitStatus(number: 0)
  /// The answer is no: a check fails, a diff differs, the log was changed.
  static let no = ExitStatus(number: 1)
  /// A mistake on the command line or in a file that was given (`EX_USAGE`).
  static let usage = ExitStatus(number: 64)
  /// Interrupted; what was done so far stays.
  static let interrupted = ExitStatus(number: 130)

  private init(number: Int32) { self.number = number }

  /// 64 and the gRPC code: 65 to 80.
  init(_ code: RPCCode) {
    number = (1...16).contains(code.rawValue) ? 64 + code.rawValue : 66
  }
}

/// Ends the program with a code when everything that is to be said was said.
struct Finished: Error {
  let status: ExitStatus
}

/// The reader of standard output went away, as `head` does: nothing is wrong.
struct OutputClosed: Error {}
