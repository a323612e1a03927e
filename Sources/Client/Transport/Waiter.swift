internal import PurSightRPC

/// A task that waits for the loop. Resumed exactly once, on the loop.
@safe struct Waiter<Value: Sendable>: Sendable {
  private let continuation: UnsafeContinuation<Result<Value, RPCError>, Never>

  init(_ continuation: UnsafeContinuation<Result<Value, RPCError>, Never>) {
    unsafe self.continuation = continuation
  }

  func resume(_ result: Result<Value, RPCError>) {
    unsafe continuation.resume(returning: result)
  }
}
