internal import CPurSightPostgres

/// The rows of one statement's answer, decoded when they are asked for.
///
/// A value; the memory is libpq's and lives as long as the rows or one row of them.
package struct PostgresRows: Sendable, RandomAccessCollection {
  let result: PostgresResult
  /// How many rows there are.
  package let count: Int

  init(_ result: PostgresResult) {
    self.result = result
    count = result.rowCount
  }

  package var startIndex: Int { 0 }
  package var endIndex: Int { count }

  package subscript(_ index: Int) -> PostgresRow {
    precondition(index >= 0 && index < count, "row index out of range")
    return PostgresRow(result: result, index: Int32(truncatingIfNeeded: index))
  }

  /// How many rows an INSERT, UPDATE, DELETE or COPY touched; 0 for other statements.
  package var affectedRows: Int { result.affectedRows }

  /// The names of the columns, in order.
  package var columnNames: [String] {
    (0..<result.columnCount).map { result.name(ofColumn: Int32($0)) }
  }
}

/// One answer of libpq; its owner.
///
/// `@unchecked Sendable`: libpq only reads a finished PGresult, and nothing changes it here.
@safe final class PostgresResult: @unchecked Sendable {
  private let raw: OpaquePointer

  init(_ raw: OpaquePointer) { unsafe self.raw = unsafe raw }

  deinit { unsafe PQclear(raw) }

  var status: ExecStatusType { unsafe PQresultStatus(raw) }
  var rowCount: Int { Int(unsafe PQntuples(raw)) }
  var columnCount: Int { Int(unsafe PQnfields(raw)) }

  var affectedRows: Int {
    guard let digits = unsafe PQcmdTuples(raw) else { return 0 }
    return unsafe Int(String(cString: digits)) ?? 0
  }

  /// The command tag, such as "COMMIT" or "INSERT 0 1".
  var commandTag: String {
    unsafe PQcmdStatus(raw).map { unsafe String(cString: $0) } ?? ""
  }

  func name(ofColumn column: Int32) -> String {
    unsafe PQfname(raw, column).map { unsafe String(cString: $0) } ?? "?"
  }

  @inline(__always) func type(ofColumn column: Int32) -> UInt32 { unsafe PQftype(raw, column) }

  @inline(__always) func isNull(row: Int32, column: Int32) -> Bool {
    unsafe PQgetisnull(raw, row, column) == 1
  }

  /// The bytes of a field; they live as long as the result.
  @inline(__always) func field(row: Int32, column: Int32) -> UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(
      start: PQgetvalue(raw, row, column), count: Int(PQgetlength(raw, row, column)))
  }

  /// The server's report when the statement failed.
  func error(code: PostgresError.Code = .server) -> PostgresError {
    func field(_ code: Character) -> String? {
      unsafe PQresultErrorField(raw, Int32(code.asciiValue ?? 0)).map {
        unsafe String(cString: $0)
      }
    }
    // The letters of the protocol's error fields (PostgreSQL manual, section 55.8).
    guard let sqlState = field("C") else {
      let text = unsafe PQresultErrorMessage(raw).map { unsafe String(cString: $0) } ?? ""
      return PostgresError(
        .connectionLost, "The connection to PostgreSQL broke: \(text.firstLine)")
    }
    return PostgresError(
      code: code, sqlState: sqlState, message: field("M") ?? "PostgreSQL gave no message",
      detail: field("D"), hint: field("H"), schema: field("s"), table: field("t"),
      column: field("c"), constraint: field("n"))
  }
}

extension String {
  /// What stands before the first line's end.
  var firstLine: String { String(prefix { !$0.isNewline }) }
}
