internal import CPurSightPostgres
internal import Glibc

/// libpq's connection, never blocking: the one file that calls its functions on a PGconn.
///
/// Single-owner: used on its loop's thread only. Pointers that come in are lent for the call.
@safe final class PostgresHandle {
  /// What `PQconnectPoll` waits for.
  enum ConnectStep {
    case wantsInput
    case wantsOutput
    case connected
    case failed
  }

  private let raw: OpaquePointer

  /// Begins to connect. A host name is looked up at once: give addresses or a socket's directory.
  ///
  /// - Returns: nil when libpq is out of memory.
  init?(_ configuration: PostgresConfiguration) {
    // Later entries win: the connection string over what is only a proposal.
    let settings = [
      ("fallback_application_name", configuration.applicationName),
      ("tcp_user_timeout", "10000"), ("keepalives_idle", "10"), ("keepalives_interval", "5"),
      ("keepalives_count", "3"), ("client_encoding", "UTF8"),
      ("dbname", configuration.connection),
    ]
    let keywords = unsafe settings.map { unsafe strdup($0.0) }
    let values = unsafe settings.map { unsafe strdup($0.1) }
    defer {
      unsafe keywords.forEach { unsafe free($0) }
      unsafe values.forEach { unsafe free($0) }
    }
    let started = unsafe PQconnectStartParams(
      keywords.map { unsafe UnsafePointer($0) } + [nil],
      values.map { unsafe UnsafePointer($0) } + [nil],
      1)  // expand_dbname: the dbname is a connection string
    guard let started = unsafe started else { return nil }
    unsafe raw = unsafe started
    unsafe pursight_ignore_notices(raw)
  }

  deinit { unsafe PQfinish(raw) }

  // MARK: State

  var socket: Int32 { unsafe PQsocket(raw) }
  var isBad: Bool { unsafe PQstatus(raw) == CONNECTION_BAD }
  var serverVersion: Int { Int(unsafe PQserverVersion(raw)) }
  var backendProcess: Int32 { unsafe PQbackendPID(raw) }

  /// Whether the session is in no transaction, in one, in a failed one, or at work.
  var transactionStatus: PGTransactionStatusType { unsafe PQtransactionStatus(raw) }

  /// What libpq says went wrong; its first line.
  var complaint: String {
    unsafe PQerrorMessage(raw).map { unsafe String(cString: $0).firstLine } ?? ""
  }

  func pollConnect() -> ConnectStep {
    // Possible results: PGRES_POLLING_READING, _WRITING, _OK, _FAILED.
    switch unsafe PQconnectPoll(raw) {
    case PGRES_POLLING_READING: .wantsInput
    case PGRES_POLLING_WRITING: .wantsOutput
    case PGRES_POLLING_OK: .connected
    default: .failed
    }
  }

  /// Makes writes not wait; false on failure. libpq starts in blocking mode even so.
  func setNonBlocking() -> Bool { unsafe PQsetnonblocking(raw, 1) == 0 }

  // MARK: Pipeline mode

  func enterPipelineMode() -> Bool { unsafe PQenterPipelineMode(raw) == 1 }
  /// Only possible when every result has been taken.
  func exitPipelineMode() -> Bool { unsafe PQexitPipelineMode(raw) == 1 }
  var isInPipelineMode: Bool { unsafe PQpipelineStatus(raw) != PQ_PIPELINE_OFF }

  /// Ends an implicit transaction and the scope of an error; libpq tries to write at once.
  func sync() -> Bool { unsafe PQpipelineSync(raw) == 1 }

  // MARK: Sending; false means that the connection is lost

  func sendPrepare(_ name: String, _ text: String, types: [UInt32]) -> Bool {
    unsafe PQsendPrepare(raw, name, text, Int32(types.count), types) == 1
  }

  /// Executes a prepared statement; the answer comes in binary.
  func sendExecute(_ name: String, _ lent: LentParameters) -> Bool {
    unsafe PQsendQueryPrepared(
      raw, name, lent.count, lent.values, lent.lengths, lent.formats, 1) == 1
  }

  /// Parses and executes a statement once; the answer comes in binary.
  func sendOnce(_ text: String, types: [UInt32], _ lent: LentParameters) -> Bool {
    unsafe PQsendQueryParams(
      raw, text, lent.count, types, lent.values, lent.lengths, lent.formats, 1) == 1
  }

  /// Executes statements by the simple protocol; not in pipeline mode.
  func sendScript(_ text: String) -> Bool { unsafe PQsendQuery(raw, text) == 1 }

  /// Has the statement just sent answer row by row; not in pipeline mode.
  func setSingleRowMode() -> Bool { unsafe PQsetSingleRowMode(raw) == 1 }

  /// Writes what waits: 0 when all is written, 1 when some is left, -1 when the connection is lost.
  func flush() -> Int32 { unsafe PQflush(raw) }

  // MARK: Receiving

  /// Reads what has arrived; false when the connection is lost.
  func consumeInput() -> Bool { unsafe PQconsumeInput(raw) == 1 }

  /// Whether taking a result would have to wait.
  var isBusy: Bool { unsafe PQisBusy(raw) == 1 }

  /// Takes a result; nil ends a statement's results. Only when not busy.
  func nextResult() -> PostgresResult? {
    unsafe PQgetResult(raw).map { unsafe PostgresResult($0) }
  }

  // MARK: COPY

  /// Hands rows of a COPY over: true when taken, false when the connection is lost.
  func putCopyData(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let pointer = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
    // Possible results: 1 taken, 0 no room (libpq makes room as long as there is memory), -1 lost.
    return unsafe PQputCopyData(raw, pointer, Int32(bytes.count)) == 1
  }

  /// Ends a COPY; with a reason the server rolls it back.
  func endCopy(reason: String?) -> Bool { unsafe PQputCopyEnd(raw, reason) == 1 }

  /// What asking for a row of a COPY gave.
  enum CopyData {
    case row([UInt8])
    case wantsInput
    case ended
    case failed
  }

  func nextCopyData() -> CopyData {
    var buffer: UnsafeMutablePointer<CChar>? = nil
    // Possible results: > 0 the row's length, 0 not yet, -1 the end, -2 an error.
    let length = unsafe PQgetCopyData(raw, &buffer, 1)
    defer { if unsafe buffer != nil { unsafe PQfreemem(buffer) } }
    switch length {
    case 0: return .wantsInput
    case -1: return .ended
    case ..<0: return .failed
    default:
      return .row(
        unsafe Array(UnsafeRawBufferPointer(start: buffer, count: Int(length))))
    }
  }

  // MARK: Cancelling

  /// Returns what another thread can cancel the running statement with.
  func makeCancel() -> PostgresCancel? {
    unsafe PQgetCancel(raw).map { unsafe PostgresCancel($0) }
  }
}

/// A request to end what a connection is executing.
///
/// `@unchecked Sendable`: PQgetCancel copies what it needs; one thread at a time uses it.
@safe final class PostgresCancel: @unchecked Sendable {
  private let raw: OpaquePointer

  init(_ raw: OpaquePointer) { unsafe self.raw = unsafe raw }

  deinit { unsafe PQfreeCancel(raw) }

  /// Connects to the server and asks. Blocks.
  func send() {
    var complaint = [CChar](repeating: 0, count: 256)
    // A cancel that fails changes nothing: the statement's own time limit ends it.
    _ = unsafe PQcancel(raw, &complaint, Int32(complaint.count))
  }
}
