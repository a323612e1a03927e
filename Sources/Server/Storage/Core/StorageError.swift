package import PurSightPostgres

/// Why Storage did not do what it was asked: the only error that leaves this room.
///
/// The message can be shown to a caller; it holds neither statements nor parameters.
package struct StorageError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Code: Hashable, Sendable {
    /// Nothing of that name is there.
    case notFound
    /// The unique constraint that the change would have broken.
    case alreadyExists(constraint: String)
    /// What the change was decided on has changed meanwhile; nothing was written.
    case guardFailed(StorageGuard)
    /// The foreign key that the change would have broken: something named by it is gone.
    case missingReference(constraint: String)
    /// The unit of work had neither an audit event nor an open load that covers it: our bug.
    case unaudited
    /// The request id was used for another request.
    case requestReused
    /// A value that cannot be stored.
    case invalid
    /// The database cannot be reached; trying again later is right.
    case unavailable
    /// All connections are taken and too many wait for one.
    case busy
    case deadline
    case cancelled
    case diskFull
    /// The connection was lost while the commit was under way: it may have happened or not.
    case inDoubt
    /// What is stored is not what it should be.
    case corrupt
    /// The database refused the statement itself: our bug, or a database set up by other hands.
    case `internal`
  }

  package let code: Code
  /// What happened, to which name, and what to do.
  package let message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  package var description: String { message }
}

extension StorageError {
  /// The SQLSTATE that `pursight_require` raises; see the first migration.
  static let guardState = "PS001"

  /// Says in our terms what the database said. No text of the database goes to the caller.
  package init(_ error: PostgresError) {
    switch error.code {
    case .server: self = Self.refused(error)
    case .busy:
      self.init(.busy, "All connections to the database are taken. Try again in a moment.")
    case .deadlineExceeded:
      self.init(.deadline, "The database did not answer before the deadline.")
    case .cancelled: self.init(.cancelled, "The call was cancelled.")
    case .unavailable, .connectionLost, .closed:
      self.init(.unavailable, "The database cannot be reached. Try again in a moment.")
    case .inDoubt:
      self.init(
        .inDoubt,
        "The connection to the database was lost while the change was being committed. "
          + "Repeat the request with the same request_id, or read before you repeat it.")
    case .invalidValue:
      self.init(.invalid, "A text holds a NUL character, which cannot be stored. Remove it.")
    case .decoding: self.init(.corrupt, "A stored value is not of the type it should have.")
    case .limitExceeded:
      self.init(.busy, "Too many statements wait for the database. Try again in a moment.")
    case .misuse: self.init(.internal, "A statement was used in the wrong way.")
    }
  }

  private static func refused(_ error: PostgresError) -> StorageError {
    let constraint = error.constraint ?? ""
    if error.sqlState == guardState {
      return StorageError(
        .guardFailed(StorageGuard(rawValue: constraint)),
        "Somebody else changed it meanwhile. Read it again and repeat the change.")
    }
    if error.isUniqueViolation {
      return StorageError(.alreadyExists(constraint: constraint), "It exists already.")
    }
    if error.isForeignKeyViolation {
      return StorageError(
        .missingReference(constraint: constraint),
        "Something that it refers to does not exist any more.")
    }
    if error.isDiskFull {
      return StorageError(.diskFull, "The database's disk is full. Nothing was written.")
    }
    return refusedByState(error.sqlState ?? "")
  }

  /// Source: PostgreSQL documentation, appendix A, "PostgreSQL Error Codes".
  private static func refusedByState(_ state: String) -> StorageError {
    switch state.prefix(2) {
    case "22", "23":
      StorageError(.invalid, "The database cannot store a value of this request (\(state)).")
    case "40", "53", "55":
      StorageError(.unavailable, "The database could not do it just now. Try again in a moment.")
    case "57":
      StorageError(.deadline, "The database stopped the statement at its time limit.")
    default:
      StorageError(.internal, "The database refused a statement (\(state)).")
    }
  }
}
