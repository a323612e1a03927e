internal import Synchronization

/// The main thread of a server program.
///
/// An asynchronous `main` would hand the main thread to libdispatch, which leaves it waiting with
/// no signal blocked: every signal would then kill the process instead of reaching `Signals`.
package enum Program {
  /// Runs `body` as a task, the main thread waiting; returns what it returned.
  package static func run(_ body: @escaping @Sendable () async -> Int32) -> Int32 {
    guard let loop = try? EventLoop() else { return 71 }  // EX_OSERR
    let code = ExitCode()
    Task {
      code.value.store(await body(), ordering: .releasing)
      loop.stop()
    }
    loop.run()
    return code.value.load(ordering: .acquiring)
  }

  private final class ExitCode: Sendable {
    let value = Atomic<Int32>(0)
  }
}
