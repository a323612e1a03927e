internal import PurSightNet

/// How a caller on any executor reaches the connection's loop and waits there.
extension ExclusiveConnection {
  /// Runs an operation on the loop and returns what it ends with.
  ///
  /// On the loop's own thread nothing is handed over. The caller is resumed on its own executor.
  /// When its task is cancelled, the operation is given up and the server asked to stop.
  nonisolated func run<Value: Sendable>(
    deadline: UInt64? = nil,
    _ start:
      @escaping @Sendable (ExclusiveConnection, OperationTicket, Completion<Value>) -> Void
  ) async throws(PostgresError) -> Value {
    let ticket = OperationTicket()
    let loop = loop
    let outcome: Result<Value, PostgresError> = await withTaskCancellationHandler {
      unsafe await withUnsafeContinuation { continuation in
        let completion = unsafe SendableBox(Completion(continuation))
        loop.perform {
          if let deadline { self.setDeadline(deadline) }
          start(self, ticket, completion.value)
        }
      }
    } onCancel: {
      ticket.cancel()
      loop.submit { self.cancel(ticket) }
    }
    return try outcome.get()
  }
}

/// Carries a completion to the loop that will own it.
///
/// `@unchecked Sendable`: handed over once, not used where it came from afterwards.
struct SendableBox<Value>: @unchecked Sendable {
  let value: Value
  init(_ value: Value) { self.value = value }
}
