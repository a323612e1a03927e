internal import PurSightNet
internal import Synchronization

/// Rows on their way into a `COPY … FROM STDIN`. Used by one task at a time.
///
/// One that is dropped before `finish` is aborted with its transaction.
package final class PostgresCopyWriter: Sendable {
  /// The largest piece handed to libpq at once, in bytes: it is copied before it is sent.
  static let maxPieceBytes = 256 << 10

  private let lease: ConnectionLease
  private let ended = Atomic<Bool>(false)

  private init(_ lease: ConnectionLease) { self.lease = lease }

  deinit { if !ended.load(ordering: .acquiring) { lease.giveUp() } }

  static func begin(
    _ sql: String, on lease: ConnectionLease
  ) async throws(PostgresError) -> PostgresCopyWriter {
    _ = try await lease.run { connection, ticket, completion in
      connection.runScript(sql, ticket, completion)
    }
    return PostgresCopyWriter(lease)
  }

  /// Sends bytes in the COPY's format, which need not end with a row. Returns when the kernel has
  /// taken them: a server that is slow makes its writer wait.
  package func write(_ bytes: [UInt8]) async throws(PostgresError) {
    var start = 0
    while start < bytes.count {
      let end = min(start + Self.maxPieceBytes, bytes.count)
      let piece = end - start == bytes.count ? bytes : Array(bytes[start..<end])
      try await lease.run { connection, ticket, completion in
        connection.write(piece, ticket, completion)
      }
      start = end
    }
  }

  /// Ends the COPY and returns how many rows the server took.
  package func finish() async throws(PostgresError) -> Int {
    ended.store(true, ordering: .releasing)
    let results = try await lease.run { connection, ticket, completion in
      connection.endCopyIn(reason: nil, ticket, completion)
    }
    return results.last?.affectedRows ?? 0
  }

  /// Ends the COPY without effect; its transaction can only be rolled back then.
  ///
  /// - Parameter reason: What the server's log says.
  package func abort(_ reason: String) async {
    ended.store(true, ordering: .releasing)
    // The server answers an aborted COPY with an error, which is what was asked for.
    _ = try? await lease.run {
      (connection, ticket, completion: Completion<[PostgresRows]>) in
      connection.endCopyIn(reason: reason, ticket, completion)
    }
  }
}

/// Rows on their way out of a `COPY … TO STDOUT`. Used by one task at a time.
///
/// The connection is read only while somebody waits for a row, so PostgreSQL stops sending when its
/// reader is slow. One that is dropped before its end is cancelled with its transaction.
package final class PostgresCopyReader: Sendable {
  private let rows: LeasedRows<[UInt8]>

  private init(_ lease: ConnectionLease) { rows = LeasedRows(lease) }

  static func begin(
    _ sql: String, on lease: ConnectionLease
  ) async throws(PostgresError) -> PostgresCopyReader {
    _ = try await lease.run { connection, ticket, completion in
      connection.runScript(sql, ticket, completion)
    }
    return PostgresCopyReader(lease)
  }

  /// Returns the bytes of the next row in the COPY's format; nil after the last one.
  ///
  /// In the binary format the header stands before the first row and the trailer is a row.
  package func next() async throws(PostgresError) -> [UInt8]? {
    try await rows.next { connection, ticket, completion in
      connection.nextCopyRows(ticket, completion)
    }
  }

  /// Ends it before its end; the server is asked to stop. Its transaction can only be rolled back.
  package func cancel() { rows.cancel() }
}

/// The rows of one statement, taken one by one. Used by one task at a time.
///
/// The connection is read only while somebody waits for a row, so PostgreSQL stops sending when its
/// reader is slow. One that is dropped before its end is cancelled with its transaction.
package final class PostgresRowStream: Sendable {
  private let rows: LeasedRows<PostgresRow>

  private init(_ lease: ConnectionLease) { rows = LeasedRows(lease) }

  static func begin(
    _ sql: SQL, on lease: ConnectionLease
  ) async throws(PostgresError) -> PostgresRowStream {
    // BEGIN and the scope, when they have not been sent yet.
    _ = try await lease.run { connection, ticket, completion in
      connection.beginTransaction(ticket, completion)
    }
    _ = try await lease.run { connection, ticket, completion in
      connection.beginStream(sql, ticket, completion)
    }
    return PostgresRowStream(lease)
  }

  /// Returns the next row; nil after the last one.
  package func next() async throws(PostgresError) -> PostgresRow? {
    try await rows.next { connection, ticket, completion in
      connection.nextStreamRows(ticket, completion)
    }
  }

  /// Ends it before its end; the server is asked to stop. Its transaction can only be rolled back.
  package func cancel() { rows.cancel() }
}
