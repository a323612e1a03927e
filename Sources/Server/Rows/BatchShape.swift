package import PurSightArrow
package import PurSightGovernance

/// Brings the batches of a writer into the columns, order and types of a dataset's schema.
///
/// A missing column becomes nulls, a narrower type is widened, units of time become microseconds.
package struct BatchShape: Sendable {
  /// The columns that come out.
  package let schema: Schema
  package let arrowSchema: ArrowSchema
  /// For each column that comes out, the position of the one that it is made of.
  private let sources: [Int?]

  /// - Throws: `schemaMismatch` naming a column that does not fit.
  package init(_ schema: Schema, from incoming: ArrowSchema) throws(ArrowError) {
    self.schema = schema
    arrowSchema = schema.arrowSchema
    sources = schema.columns.map { incoming.index(of: $0.name) }
    for (column, source) in zip(schema.columns, sources) {
      guard let source else { continue }
      let given = incoming.fields[source].type
      guard let type = ColumnType(given), column.type.widens(type) else {
        throw ArrowError(
          .schemaMismatch, "it is \(column.type.word) in the dataset and \(given) in the rows",
          column: column.name)
      }
    }
  }

  /// - Throws: `schemaMismatch` naming a column with a value that cannot be widened.
  package func conform(_ batch: RecordBatch) throws(ArrowError) -> RecordBatch {
    var columns: [ArrowColumn] = []
    columns.reserveCapacity(sources.count)
    for (field, source) in zip(arrowSchema.fields, sources) {
      if let source {
        do throws(ArrowError) {
          columns.append(try batch.columns[source].widened(to: field.type))
        } catch {
          throw error.named(field.name)
        }
      } else {
        columns.append(
          try .nulls(field.type, count: batch.rowCount, maxBytes: ColumnBuilder.defaultMaxBytes))
      }
    }
    return try RecordBatch(schema: arrowSchema, columns: columns, rowCount: batch.rowCount)
  }

  /// Rows that have a null where the schema allows none; nil where every row fits.
  package func misfits(_ batch: RecordBatch) -> (rows: Bitmap, column: Int)? {
    for (position, column) in batch.columns.enumerated()
    where !schema.columns[position].isNullable && column.nullCount > 0 {
      guard let validity = column.validity else { continue }
      var words: [UInt64] = []
      for word in 0..<validity.wordCount { words.append(~validity.word(word)) }
      return (Bitmap(words: words, count: column.length), position)
    }
    return nil
  }
}
