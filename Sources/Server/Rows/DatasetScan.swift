package import PurSightArrow
package import PurSightGovernance
package import PurSightStorage

/// Reads the rows of a dataset at a revision, segment by segment, in the order in which they were
/// stored.
///
/// A pull source: nothing is read ahead of the caller but the list of segments, so a slow reader
/// holds PostgreSQL back. Segments of older schema versions come out in the columns of the newest
/// one.
package struct DatasetScan: Sendable {
  /// Entries of the segment list that are read at once.
  static let listPage = 64

  private let index: SegmentIndex
  private let reader: SegmentReader
  private let schemas: SchemaStore
  private let scope: Scope
  private let datasetUID: String
  package let revision: Int64
  /// What comes out: columns of the dataset's schema, in the order asked for.
  package let schema: Schema
  private var pending: ArraySlice<StoredSegment> = []
  private var position: Int64
  private var isAtEnd = false
  private var versions: [Int32: Schema] = [:]

  /// - Parameters:
  ///   - dataset: With its newest schema.
  ///   - columns: Of the dataset's schema, in the order wanted.
  ///   - after: The segment behind which to begin; 0: at the beginning.
  package init(
    _ dataset: Dataset, columns: [Column], at revision: Int64, after: Int64 = 0,
    index: SegmentIndex, store: any SegmentStore, schemas: SchemaStore, in scope: Scope
  ) {
    self.index = index
    reader = SegmentReader(store)
    self.schemas = schemas
    self.scope = scope
    datasetUID = dataset.state.uid
    self.revision = revision
    schema = Schema(version: dataset.schema?.version ?? 0, columns: columns)
    position = after
    if let known = dataset.schema { versions[known.version] = known }
  }

  /// The next segment without its bytes, nil at the end.
  package mutating func nextSegment() async throws(StorageError) -> StoredSegment? {
    if pending.isEmpty, !isAtEnd {
      let page = try await index.segments(
        ofDataset: datasetUID, at: revision, after: position, limit: Self.listPage, in: scope)
      isAtEnd = page.count < Self.listPage
      pending = page[...]
    }
    guard let segment = pending.popFirst() else { return nil }
    position = segment.number
    return segment
  }

  /// Fetches a segment's bytes; `Fetched.batch()` decodes them.
  package mutating func fetch(
    _ segment: StoredSegment
  ) async throws(SegmentReader.Failure) -> Fetched {
    let stored: Schema
    do throws(StorageError) { stored = try await version(segment.schemaVersion) } catch {
      throw .storage(error)
    }
    let positions = schema.columns.map { column in
      stored.columns.firstIndex { $0.id == column.id }
    }
    let raw = try await reader.fetch(
      segment, dataset: datasetUID, positions: positions.compactMap(\.self), in: scope)
    return Fetched(raw: raw, stored: stored.arrowSchema, wanted: schema, present: positions)
  }

  private mutating func version(_ number: Int32) async throws(StorageError) -> Schema {
    if let known = versions[number] { return known }
    guard let found = try await schemas.version(number, ofAsset: datasetUID, in: scope) else {
      throw StorageError(.corrupt, "Schema version \(number) of the dataset is missing.")
    }
    versions[number] = found.schema
    return found.schema
  }

  /// A segment with the bytes of its columns.
  package struct Fetched: Sendable {
    package var segment: StoredSegment { raw.segment }
    let raw: SegmentReader.Raw
    let stored: ArrowSchema
    let wanted: Schema
    let present: [Int?]

    /// The rows in the columns wanted; columns that the segment is too old for are null. Work for
    /// the compute executor.
    package func batch() throws(ArrowError) -> RecordBatch {
      let decoded = try raw.decode(stored)
      let fields = wanted.arrowSchema
      var columns: [ArrowColumn] = []
      var next = 0
      for (field, position) in zip(fields.fields, present) {
        if position == nil {
          columns.append(
            try .nulls(
              field.type, count: decoded.rowCount, maxBytes: ColumnBuilder.defaultMaxBytes))
        } else {
          columns.append(try decoded.columns[next].widened(to: field.type))
          next += 1
        }
      }
      return try RecordBatch(schema: fields, columns: columns, rowCount: decoded.rowCount)
    }
  }
}
