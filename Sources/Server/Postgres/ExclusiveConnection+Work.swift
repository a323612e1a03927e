/// What a connection can be doing.
extension ExclusiveConnection {
  /// What the caller waits for.
  enum Work {
    case nothing
    case batch(Batch)
    /// Results of the simple protocol, until they end or a COPY begins.
    case script(Completion<[PostgresRows]>)
    /// All of a COPY's bytes so far being written.
    case writing(Completion<Void>)
    /// The next rows of a COPY; none at its end.
    case copyRows(Completion<[[UInt8]]>)
    /// The next rows of a stream; none at its end.
    case streamRows(Completion<[PostgresRow]>)
  }

  /// What the protocol is in the middle of.
  enum Phase {
    case pipeline
    case script
    case copyIn
    case copyOut
    case stream
  }

  /// Statements that travel together and what came back.
  final class Batch {
    var items: FIFO<BatchItem>
    var results: [PostgresRows] = []
    var error: PostgresError?
    /// Whether it ends with a COMMIT whose fate is open once it was sent.
    let commits: Bool
    let completion: Completion<[PostgresRows]>?

    init(commits: Bool, completion: Completion<[PostgresRows]>?) {
      items = FIFO()
      self.commits = commits
      self.completion = completion
    }
  }

  /// One statement of a batch.
  enum BatchItem {
    /// BEGIN, the scope, ROLLBACK: their rows are nobody's.
    case control
    case statement
    case commit
  }
}
