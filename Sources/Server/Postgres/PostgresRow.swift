/// One row of an answer. Columns are numbered from 0.
///
/// Each method throws `decoding` when the column holds another type or a null, and names the
/// column.
package struct PostgresRow: Sendable {
  let result: PostgresResult
  let index: Int32

  /// How many columns the row has.
  package var columnCount: Int { result.columnCount }

  /// Returns the number of a column by its name; nil when there is none.
  package func column(_ name: String) -> Int? {
    (0..<columnCount).first { result.name(ofColumn: Int32($0)) == name }
  }

  package func isNull(_ column: Int) -> Bool {
    precondition(column >= 0 && column < columnCount, "column index out of range")
    return result.isNull(row: index, column: Int32(truncatingIfNeeded: column))
  }

  package func bool(_ column: Int) throws(PostgresError) -> Bool {
    let field = unsafe try field(column, .bool)
    guard field.count == 1 else { throw wrong(column, "a bool") }
    return unsafe field[0] != 0
  }

  package func int16(_ column: Int) throws(PostgresError) -> Int16 {
    let value = try int64(column)
    guard let small = Int16(exactly: value) else { throw wrong(column, "an int2") }
    return small
  }

  package func int32(_ column: Int) throws(PostgresError) -> Int32 {
    let value = try int64(column)
    guard let small = Int32(exactly: value) else { throw wrong(column, "an int4") }
    return small
  }

  package func int(_ column: Int) throws(PostgresError) -> Int { Int(try int64(column)) }

  /// Returns an int2, int4, int8 or oid.
  package func int64(_ column: Int) throws(PostgresError) -> Int64 {
    let field = unsafe try field(column)
    let number = Int32(truncatingIfNeeded: column)
    switch (PostgresType(rawValue: result.type(ofColumn: number)), field.count) {
    case (.int8, 8): return unsafe Int64(bigEndian: field.loadUnaligned(as: Int64.self))
    case (.int4, 4): return Int64(unsafe Int32(bigEndian: field.loadUnaligned(as: Int32.self)))
    case (.int2, 2): return Int64(unsafe Int16(bigEndian: field.loadUnaligned(as: Int16.self)))
    case (.oid, 4): return Int64(unsafe UInt32(bigEndian: field.loadUnaligned(as: UInt32.self)))
    default: throw wrong(column, "an integer")
    }
  }

  /// Returns a float8 or float4.
  package func double(_ column: Int) throws(PostgresError) -> Double {
    let field = unsafe try field(column)
    let number = Int32(truncatingIfNeeded: column)
    switch (PostgresType(rawValue: result.type(ofColumn: number)), field.count) {
    case (.float8, 8):
      return unsafe Double(
        bitPattern: UInt64(bigEndian: field.loadUnaligned(as: UInt64.self)))
    case (.float4, 4):
      return unsafe Double(
        Float(bitPattern: UInt32(bigEndian: field.loadUnaligned(as: UInt32.self))))
    default: throw wrong(column, "a floating-point number")
    }
  }

  /// Returns a text, varchar, char, name, json, jsonb or enumeration.
  package func string(_ column: Int) throws(PostgresError) -> String {
    let field = unsafe try textField(column)
    guard let text = unsafe String(validating: field, as: UTF8.self) else {
      throw wrong(column, "UTF-8")
    }
    return text
  }

  package func json(_ column: Int) throws(PostgresError) -> PostgresJSON {
    PostgresJSON(try string(column))
  }

  /// Returns a bytea as a copy.
  package func bytes(_ column: Int) throws(PostgresError) -> [UInt8] {
    unsafe Array(try field(column, .bytes))
  }

  package func uuid(_ column: Int) throws(PostgresError) -> PostgresUUID {
    let field = unsafe try field(column, .uuid)
    guard let value = unsafe PostgresUUID(field: field) else { throw wrong(column, "a uuid") }
    return value
  }

  package func timestamp(_ column: Int) throws(PostgresError) -> PostgresTimestamp {
    let field = unsafe try field(column, .timestamp)
    guard field.count == 8 else { throw wrong(column, "a timestamptz") }
    return PostgresTimestamp(
      wire: unsafe Int64(bigEndian: field.loadUnaligned(as: Int64.self)))
  }

  /// Lends the bytes of a field of any type, as they came over the wire, without a copy.
  package func withBytes<R>(
    _ column: Int, _ body: (Span<UInt8>) throws(PostgresError) -> R
  ) throws(PostgresError) -> R {
    let field = unsafe try field(column)
    let bytes = unsafe Span<UInt8>(_unsafeElements: field.bindMemory(to: UInt8.self))
    return try body(bytes)
  }

  // MARK: Fields

  /// Lends a field of any type.
  func field(_ column: Int) throws(PostgresError) -> UnsafeRawBufferPointer {
    guard !isNull(column) else { throw wrong(column, "a value", holds: "a null") }
    return unsafe result.field(row: index, column: Int32(truncatingIfNeeded: column))
  }

  /// Lends a field of one type.
  func field(
    _ column: Int, _ type: PostgresType
  ) throws(PostgresError) -> UnsafeRawBufferPointer {
    let field = unsafe try field(column)
    guard result.type(ofColumn: Int32(truncatingIfNeeded: column)) == type.rawValue else {
      throw wrong(column, "a \(type)")
    }
    return unsafe field
  }

  private func textField(_ column: Int) throws(PostgresError) -> UnsafeRawBufferPointer {
    let field = unsafe try field(column)
    switch PostgresType(rawValue: result.type(ofColumn: Int32(truncatingIfNeeded: column))) {
    case .text, .varyingText, .blankPaddedText, .name, .json, .character, .unknown:
      return unsafe field
    // A type of the schema's own: an enumeration comes as its text. Built-in types end below 16384.
    case nil where result.type(ofColumn: Int32(truncatingIfNeeded: column)) >= 16384:
      return unsafe field
    case .jsonb:
      guard unsafe field.first == 1 else { throw wrong(column, "a jsonb of version 1") }
      return unsafe UnsafeRawBufferPointer(rebasing: field.dropFirst())
    default: throw wrong(column, "a text")
    }
  }

  func wrong(_ column: Int, _ wanted: String, holds: String? = nil) -> PostgresError {
    let number = Int32(truncatingIfNeeded: column)
    let type = result.type(ofColumn: number)
    let found = holds ?? PostgresType(rawValue: type).map { "a \($0)" } ?? "type \(type)"
    return PostgresError(
      .decoding,
      "Column \(column) (\(result.name(ofColumn: number))) was asked for \(wanted) and holds "
        + "\(found).")
  }
}

extension PostgresRow {
  package func optionalBool(_ column: Int) throws(PostgresError) -> Bool? {
    isNull(column) ? nil : try bool(column)
  }
  package func optionalInt32(_ column: Int) throws(PostgresError) -> Int32? {
    isNull(column) ? nil : try int32(column)
  }
  package func optionalInt64(_ column: Int) throws(PostgresError) -> Int64? {
    isNull(column) ? nil : try int64(column)
  }
  package func optionalInt(_ column: Int) throws(PostgresError) -> Int? {
    isNull(column) ? nil : try int(column)
  }
  package func optionalDouble(_ column: Int) throws(PostgresError) -> Double? {
    isNull(column) ? nil : try double(column)
  }
  package func optionalString(_ column: Int) throws(PostgresError) -> String? {
    isNull(column) ? nil : try string(column)
  }
  package func optionalBytes(_ column: Int) throws(PostgresError) -> [UInt8]? {
    isNull(column) ? nil : try bytes(column)
  }
  package func optionalUUID(_ column: Int) throws(PostgresError) -> PostgresUUID? {
    isNull(column) ? nil : try uuid(column)
  }
  package func optionalTimestamp(_ column: Int) throws(PostgresError) -> PostgresTimestamp? {
    isNull(column) ? nil : try timestamp(column)
  }
}

extension PostgresUUID {
  /// Reads sixteen bytes; nil for any other number.
  init?(field: UnsafeRawBufferPointer) {
    guard field.count == 16 else { return nil }
    self.init(
      high: unsafe UInt64(bigEndian: field.loadUnaligned(as: UInt64.self)),
      low: unsafe UInt64(bigEndian: field.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
  }
}
