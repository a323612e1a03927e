/// Where a stored batch of rows stands, and what is known of it without its bytes.
package struct StoredSegment: Hashable, Sendable {
  /// From 1, inside the dataset.
  package var number: Int64
  /// The dataset's revision that brought it.
  package var revision: Int64
  /// Rows of the dataset before it.
  package var firstRow: Int64
  package var rows: Int32
  package var codec: Int16
  package var schemaVersion: Int32
  /// SHA-256 of its bytes.
  package var digest: [UInt8]
  package var bytes: Int64
  /// The offset of its first row in the write stream that brought it.
  package var streamOffset: Int64
  /// Per column: where its buffers are, nulls, minimum and maximum. See docs/segments.md.
  package var columns: [UInt8]

  package init(
    number: Int64, revision: Int64, firstRow: Int64, rows: Int32, codec: Int16,
    schemaVersion: Int32, digest: [UInt8], bytes: Int64, streamOffset: Int64, columns: [UInt8]
  ) {
    self.number = number
    self.revision = revision
    self.firstRow = firstRow
    self.rows = rows
    self.codec = codec
    self.schemaVersion = schemaVersion
    self.digest = digest
    self.bytes = bytes
    self.streamOffset = streamOffset
    self.columns = columns
  }
}
