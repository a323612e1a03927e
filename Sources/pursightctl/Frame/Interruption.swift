internal import Dispatch
internal import Foundation
internal import Synchronization

/// Ends the program with 130 when somebody types Ctrl-C, and says how to go on.
///
/// Safe to use from any thread.
final class Interruption: Sendable {
  static let shared = Interruption()
  private let state = Mutex(State())

  private struct State {
    var hint: String?
  }

  /// What is printed when the program is interrupted; nil: nothing.
  func setHint(_ hint: String?) { state.withLock { $0.hint = hint } }

  /// Takes SIGINT and SIGTERM over, and leaves a closed pipe to the writer.
  /// - Returns: what has to be held for as long as signals are to be noticed.
  func install() -> [any DispatchSourceSignal] {
    _ = signal(SIGPIPE, SIG_IGN)
    return [SIGINT, SIGTERM].map { number in
      _ = signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { [self] in
        let hint = state.withLock { $0.hint }
        let text = "\ninterrupted\(hint.map { "\nhint: " + $0 } ?? "")\n"
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
        exit(number == SIGINT ? ExitStatus.interrupted.number : 143)
      }
      source.resume()
      return source
    }
  }
}
