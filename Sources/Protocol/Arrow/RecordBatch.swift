/// Rows of one schema, column by column. Immutable; slices share the buffers.
package struct RecordBatch: Sendable {
  package let schema: ArrowSchema
  package let columns: [ArrowColumn]
  package let rowCount: Int

  /// The most rows that one batch may hold: offsets and selections are 32-bit.
  package static let maxRows = Int(Int32.max) - 1

  /// Joins columns to a batch.
  ///
  /// - Parameter rowCount: the number of rows; only needed where there is no column.
  /// - Throws: `schemaMismatch` naming the column whose type or length differs from the schema, or
  ///   that holds a null although its field does not allow one.
  package init(
    schema: ArrowSchema, columns: [ArrowColumn], rowCount: Int? = nil
  ) throws(ArrowError) {
    guard schema.fields.count == columns.count else {
      throw ArrowError(
        .schemaMismatch,
        "the batch has \(columns.count) columns, its schema \(schema.fields.count)")
    }
    let rows = rowCount ?? columns.first?.length ?? 0
    for (field, column) in zip(schema.fields, columns) {
      guard column.type == field.type else {
        throw ArrowError(
          .schemaMismatch, "the column is \(column.type), the schema says \(field.type)",
          column: field.name)
      }
      guard column.length == rows else {
        throw ArrowError(
          .schemaMismatch, "the column has \(column.length) rows, the batch \(rows)",
          column: field.name)
      }
      guard field.nullable || column.nullCount == 0 else {
        throw ArrowError(
          .schemaMismatch,
          "the column has \(column.nullCount) nulls, but its field is not nullable",
          column: field.name)
      }
    }
    self.schema = schema
    self.columns = columns
    self.rowCount = rows
  }

  /// Joins columns that this room has cut out of a valid batch.
  init(trusted schema: ArrowSchema, _ columns: [ArrowColumn], rowCount: Int) {
    self.schema = schema
    self.columns = columns
    self.rowCount = rowCount
  }

  /// The first column of this name, or nil.
  package func column(_ name: String) -> ArrowColumn? {
    schema.index(of: name).map { columns[$0] }
  }

  /// The memory that the batch's rows refer to, in bytes.
  package var byteCount: Int {
    columns.reduce(0) { $0 + $1.byteCount }
  }

  /// Returns the rows of a range; buffers are shared.
  package func slice(_ rows: Range<Int>) -> RecordBatch {
    precondition(rows.lowerBound >= 0 && rows.upperBound <= rowCount, "rows are inside the batch")
    if rows == 0..<rowCount { return self }
    return RecordBatch(trusted: schema, columns.map { $0.slice(rows) }, rowCount: rows.count)
  }

  /// Returns the named columns in the order asked for.
  ///
  /// - Throws: `schemaMismatch` naming a column that is not there.
  package func selecting(_ names: [String]) throws(ArrowError) -> RecordBatch {
    selecting(at: try schema.indices(of: names))
  }

  /// Returns the columns at the positions given.
  package func selecting(at positions: [Int]) -> RecordBatch {
    RecordBatch(
      trusted: ArrowSchema(positions.map { schema.fields[$0] }, metadata: schema.metadata),
      positions.map { columns[$0] }, rowCount: rowCount)
  }

  /// Returns the rows whose bit is set; the batch itself when all are.
  package func filtering(_ mask: Bitmap) -> RecordBatch {
    precondition(mask.count == rowCount, "the mask has a bit per row")
    let kept = mask.countOfOnes
    if kept == rowCount { return self }
    var rows: [Int32] = []
    rows.reserveCapacity(kept)
    for index in 0..<mask.wordCount {
      var word = mask.word(index)
      while word != 0 {
        rows.append(Int32(truncatingIfNeeded: index &* 64 &+ word.trailingZeroBitCount))
        word &= word &- 1
      }
    }
    return taking(rows)
  }

  /// Returns the rows at the positions given, in that order; a position may repeat.
  package func taking(_ rows: [Int32]) -> RecordBatch {
    RecordBatch(trusted: schema, columns.map { $0.taking(rows) }, rowCount: rows.count)
  }

  /// Returns the rows of several batches of one schema, one after another.
  ///
  /// - Throws: `schemaMismatch` when there is no batch or the schemas differ, `limitExceeded` when
  ///   the rows are too many for one batch.
  package static func concatenating(_ batches: [RecordBatch]) throws(ArrowError) -> RecordBatch {
    guard let first = batches.first else {
      throw ArrowError(.schemaMismatch, "there is no batch to concatenate")
    }
    for batch in batches where batch.schema != first.schema {
      throw ArrowError(.schemaMismatch, "the batches to concatenate have different schemas")
    }
    if batches.count == 1 { return first }
    var columns: [ArrowColumn] = []
    for (position, field) in first.schema.fields.enumerated() {
      do {
        columns.append(try ArrowColumn.concatenating(batches.map { $0.columns[position] }))
      } catch {
        throw error.named(field.name)
      }
    }
    return RecordBatch(
      trusted: first.schema, columns, rowCount: batches.reduce(0) { $0 + $1.rowCount })
  }
}
