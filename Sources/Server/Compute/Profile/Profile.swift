package import PurSightArrow

/// What is known of the values of a dataset, column by column, in memory of bounded size.
///
/// A mergeable value: the profile of some rows is the same, bit for bit, however the rows were
/// split over profiles and in whatever order those were merged.
package struct Profile: Sendable {
  /// Longest stored form, in bytes.
  package static let maxBytes = 64 * 1_024 * 1_024
  /// Version of the stored form.
  private static let version: UInt8 = 1

  /// The rows that were added.
  package private(set) var rows: Int64 = 0
  private(set) var columns: [ColumnProfile]
  private var scratch = KeyScratch()

  /// The profile of no rows.
  package init(schema: ArrowSchema) {
    columns = schema.fields.map { ColumnProfile($0) }
  }

  /// Adds the rows of a batch of the profile's schema.
  ///
  /// - Parameter hashes: those of the same batch, which rules may have filled in part already.
  package mutating func add(_ batch: RecordBatch, hashes: inout BatchHashes) {
    rows += Int64(batch.rowCount)
    for index in columns.indices {
      let column = batch.columns[index]
      switch column.type.layout {
      case .variable: hashes.need(index, of: batch)
      case .fixedWidth: if case .fixedSizeBinary = column.type { hashes.need(index, of: batch) }
      case .null, .bits: break
      }
      columns[index].add(column, hashes.hashes(index), &scratch)
    }
  }

  /// Adds the rows of a batch of the profile's schema.
  package mutating func add(_ batch: RecordBatch) {
    var hashes = BatchHashes()
    hashes.begin(batch)
    add(batch, hashes: &hashes)
  }

  /// Adds what another profile of the same columns knows.
  ///
  /// - Throws: `schemaMismatch` when names or types of the columns differ.
  package mutating func merge(_ other: Profile) throws(ComputeError) {
    guard columns.map(\.name) == other.columns.map(\.name),
      columns.map(\.type) == other.columns.map(\.type)
    else {
      throw ComputeError(.schemaMismatch, "profiles of different columns cannot be merged")
    }
    rows += other.rows
    for index in columns.indices { columns[index].merge(other.columns[index]) }
  }

  /// Adds the columns that a later schema has behind these: null in every row so far.
  ///
  /// - Throws: `schemaMismatch` when the schema does not begin with the profile's columns.
  package mutating func extend(to schema: ArrowSchema) throws(ComputeError) {
    guard schema.fields.count >= columns.count,
      zip(columns, schema.fields).allSatisfy({ $0.name == $1.name && $0.type == $1.type })
    else {
      throw ComputeError(.schemaMismatch, "the schema does not begin with the profile's columns")
    }
    for field in schema.fields.dropFirst(columns.count) {
      columns.append(ColumnProfile(field, nulls: rows))
    }
  }

  /// The stored form. Equal profiles have equal bytes.
  package var bytes: [UInt8] {
    var writer = StateWriter()
    writer.append(byte: Self.version)
    writer.append(UInt64(rows))
    writer.append(columns.count)
    for column in columns { column.write(to: &writer) }
    return writer.bytes
  }

  /// Decodes the stored form of a profile of these columns.
  ///
  /// - Throws: `malformed` when the bytes are none, or of a later version.
  package init(decoding bytes: [UInt8], schema: ArrowSchema) throws(ComputeError) {
    var reader = StateReader(bytes)
    guard try reader.byte() == Self.version else {
      throw ComputeError(.malformed, "a stored profile is of a version that is not known")
    }
    self.init(schema: schema)
    rows = try reader.rows()
    guard try reader.count(limit: columns.count) == columns.count else {
      throw ComputeError(.malformed, "a stored profile has another number of columns")
    }
    for (index, field) in schema.fields.enumerated() {
      columns[index] = try ColumnProfile(from: &reader, field)
    }
    guard reader.isAtEnd else {
      throw ComputeError(.malformed, "a stored profile is followed by other bytes")
    }
  }

  /// What people read, column by column.
  package var summaries: [ColumnSummary] { columns.map { ColumnSummary($0) } }
}
