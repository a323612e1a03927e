/// Rows in the binary format of `COPY … FROM STDIN (FORMAT binary)`.
///
/// From the PostgreSQL manual, page of COPY, "Binary Format". Each value must have exactly the type
/// of its column: the server reinterprets bytes of equal length silently.
package struct PostgresBinaryCopy: Sendable {
  private var encoder = PostgresEncoder()

  package init() {
    encoder.append([UInt8]("PGCOPY\n".utf8) + [0xff, 0x0d, 0x0a, 0x00])
    encoder.append(Int32(0))  // flags
    encoder.append(Int32(0))  // length of the header's extension
  }

  /// The bytes that wait to be taken.
  package var count: Int { encoder.bytes.count }

  /// Appends a row.
  ///
  /// - Throws: `invalidValue` for a text with a NUL, `limitExceeded` for more than 32,767 columns.
  package mutating func append(row values: [PostgresValue]) throws(PostgresError) {
    guard let columns = Int16(exactly: values.count) else {
      throw PostgresError(.limitExceeded, "A row has more than 32,767 columns.")
    }
    encoder.append(columns)
    for value in values { try encoder.appendField(value) }
  }

  /// Appends the end of all rows.
  package mutating func finish() { encoder.append(Int16(-1)) }

  /// Gives the bytes so far away and goes on with the next ones.
  package mutating func take() -> [UInt8] { encoder.take() }
}
