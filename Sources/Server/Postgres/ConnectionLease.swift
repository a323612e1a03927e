internal import PurSightNet

/// The right to use a connection until it is given back.
///
/// Whoever still holds a lease after that (a stream that outlives its transaction) is told so: the
/// connection may be somebody else's by then.
struct ConnectionLease: Sendable {
  let connection: ExclusiveConnection
  let generation: UInt64

  /// Runs an operation on the connection's loop and returns what it ends with.
  ///
  /// On the loop's own thread nothing is handed over. The caller is resumed on its own executor.
  /// When its task is cancelled, the operation is given up and the server asked to stop.
  func run<Value: Sendable>(
    deadline: UInt64? = nil,
    _ start:
      @escaping @Sendable (ExclusiveConnection, OperationTicket, Completion<Value>) -> Void
  ) async throws(PostgresError) -> Value {
    let ticket = OperationTicket(generation: generation)
    let connection = connection
    let loop = connection.loop
    let outcome: Result<Value, PostgresError> = await withTaskCancellationHandler {
      unsafe await withUnsafeContinuation { continuation in
        let completion = unsafe SendableBox(Completion(continuation))
        loop.perform {
          if let deadline { connection.setDeadline(deadline) }
          start(connection, ticket, completion.value)
        }
      }
    } onCancel: {
      ticket.cancel()
      loop.submit { connection.cancel(ticket) }
    }
    return try outcome.get()
  }

  /// Ends whatever is under way; the transaction can only be rolled back then. Returns at once.
  func giveUp() {
    let (connection, generation) = (connection, generation)
    connection.loop.perform {
      if connection.generation == generation {
        connection.giveUp(ExclusiveConnection.cancelledError)
      }
    }
  }

  /// Gives the connection back. Returns at once.
  func giveBack() {
    let (connection, generation) = (connection, generation)
    connection.loop.perform {
      if connection.generation == generation { connection.giveBack() }
    }
  }
}

/// Carries a value to the loop that will own it.
///
/// `@unchecked Sendable`: handed over once, not used where it came from afterwards.
struct SendableBox<Value>: @unchecked Sendable {
  let value: Value
  init(_ value: Value) { self.value = value }
}
