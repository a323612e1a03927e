package import PurSightCrypto
package import PurSightPostgres

// Uids and times cross into SQL and out of rows in the forms that Governance uses: 36-character
// text and microseconds since 1970-01-01T00:00:00Z.

extension PostgresUUID {
  package init(_ uuid: UUID) { self.init(high: uuid.high, low: uuid.low) }

  /// - Throws: `invalid` when the text is not a UUID.
  package init(uid text: String) throws(StorageError) {
    do {
      self.init(try UUID(parsing: text))
    } catch {
      throw StorageError(.invalid, "\"\(text.prefix(80))\" is not a uid.")
    }
  }
}

extension SQL.Interpolation {
  /// A uid; one that is not a UUID is NULL, which is equal to nothing.
  package mutating func appendInterpolation(uid text: String) {
    appendInterpolation(try? PostgresUUID(uid: text))
  }

  /// Uids, in order. One that is not a UUID becomes the nil UUID, which no resource has.
  package mutating func appendInterpolation(uids texts: [String]) {
    appendInterpolation(
      texts.map { (try? PostgresUUID(uid: $0)) ?? PostgresUUID(high: 0, low: 0) })
  }

  /// Microseconds since 1970 as a point in time.
  package mutating func appendInterpolation(time microseconds: Int64) {
    appendInterpolation(PostgresTimestamp(microseconds: microseconds))
  }

  /// Microseconds since 1970 as a point in time, or NULL.
  package mutating func appendInterpolation(time microseconds: Int64?) {
    appendInterpolation(microseconds.map { PostgresTimestamp(microseconds: $0) })
  }
}

extension PostgresRow {
  /// A uid in its 36-character form.
  package func uid(_ column: Int) throws(PostgresError) -> String {
    try uuid(column).description
  }

  package func optionalUID(_ column: Int) throws(PostgresError) -> String? {
    try optionalUUID(column)?.description
  }

  /// A point in time as microseconds since 1970.
  package func time(_ column: Int) throws(PostgresError) -> Int64 {
    try timestamp(column).microseconds
  }

  package func optionalTime(_ column: Int) throws(PostgresError) -> Int64? {
    try optionalTimestamp(column)?.microseconds
  }
}
